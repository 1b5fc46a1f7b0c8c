import type {
  FunctionBuilder,
  FunctionHandle,
  FunctionHost,
  Local,
} from "../wasm/function-builder.ts";

/** Four stored vectors become their transpose: rows k..k+3 of one group of four lanes. */
export function transpose4(body: FunctionBuilder, rows: readonly Local[]): void {
  const [a, b, c, d] = rows as [Local, Local, Local, Local];
  body.scope(() => {
    const ab = body.local("v128");
    const cd = body.local("v128");
    const abHigh = body.local("v128");
    // V8 has single instructions for the unpack shuffles.
    body.shuffle32([0, 4, 1, 5], a, b).set(ab);
    body.shuffle32([2, 6, 3, 7], a, b).set(abHigh);
    body.shuffle32([0, 4, 1, 5], c, d).set(cd);
    body.shuffle32([2, 6, 3, 7], c, d).set(d);
    body.shuffle32([0, 1, 4, 5], ab, cd).set(a);
    body.shuffle32([2, 3, 6, 7], ab, cd).set(b);
    body.shuffle32([0, 1, 4, 5], abHigh, d).set(c);
    body.shuffle32([2, 3, 6, 7], abHigh, d).set(d);
  });
}

/** Loads `vector` from four addresses. */
export function gather4(body: FunctionBuilder, addresses: readonly Local[], vector: Local): void {
  addresses.forEach((address, lane) => {
    if (lane === 0) body.load("v128.load32_zero", address).set(vector);
    else body.memoryLane("v128.load32_lane", lane, address, vector).set(vector);
  });
}

/**
 * Packs up to four lanes: target[k][lane] = source[lane·laneStride + k·depthStride], missing lanes 0.
 *
 * (source, laneStride, depthStride, lanes, depth, target, targetStep), all but lanes and depth in bytes.
 */
function packGroup(host: FunctionHost): FunctionHandle {
  return host.helper("packGroup", ["i32", "i32", "i32", "i32", "i32", "i32", "i32"], [], (body) => {
    const [source, laneStride, depthStride, lanes, depth, target, step] = body.parameters as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const k = body.local("i32");
    const address = [source, body.local("i32"), body.local("i32"), body.local("i32")];
    const rows = [body.local("v128"), body.local("v128"), body.local("v128"), body.local("v128")];
    const vector = rows[0]!;
    const advance = (): void => {
      body.op("i32.add", target, step).set(target);
    };

    body.op("i32.lt_u", lanes, 4).if(() => {
      body.op("i32.add", source, laneStride).set(address[1]!);
      body.op("i32.add", address[1]!, laneStride).set(address[2]!);
      body.countUp(k, depth, 1, () => {
        body.load("v128.load32_zero", source).set(vector);
        for (const lane of [1, 2])
          body.op("i32.gt_u", lanes, lane).if(() => {
            body.memoryLane("v128.load32_lane", lane, address[lane]!, vector).set(vector);
            body.op("i32.add", address[lane]!, depthStride).set(address[lane]!);
          });
        body.store("v128.store", target, vector);
        body.op("i32.add", source, depthStride).set(source);
        advance();
      });
      body.return();
    });

    body.op("i32.eq", laneStride, 4).if(() => {
      body.countUp(k, depth, 1, () => {
        body.get(target).load("v128.load", source).store("v128.store");
        body.op("i32.add", source, depthStride).set(source);
        advance();
      });
      body.return();
    });

    for (let lane = 1; lane < 4; lane++)
      body.op("i32.add", address[lane - 1]!, laneStride).set(address[lane]!);
    body.op("i32.eq", depthStride, 4).if(() => {
      const whole = body.local("i32");
      body.op("i32.and", depth, -4).set(whole);
      body.countUp(k, whole, 4, () => {
        address.forEach((line, lane) => {
          body.load("v128.load", line).set(rows[lane]!);
          body.op("i32.add", line, 16).set(line);
        });
        transpose4(body, rows);
        for (const row of rows) {
          body.store("v128.store", target, row);
          advance();
        }
      });
    });
    body.countUp(k, depth, 1, () => {
      gather4(body, address, vector);
      body.store("v128.store", target, vector);
      for (let lane = 0; lane < 4; lane++)
        body.op("i32.add", address[lane]!, depthStride).set(address[lane]!);
      advance();
    });
  });
}

/**
 * Packs `rows` lanes into panels of `width`: panel after panel, depth·width floats each.
 *
 * (source, laneStride, depthStride, rows, depth, target), strides in bytes. Of a last panel of 8 with
 * at most 4 lanes, the upper half is left as it is.
 */
export function packPanels(host: FunctionHost, width: 4 | 8): FunctionHandle {
  const group = packGroup(host);
  return host.helper(
    `packPanels${width}`,
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    [],
    (body) => {
      const [source, laneStride, depthStride, rows, depth, target] = body.parameters as [
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
      ];
      const row = body.local("i32");
      const from = body.local("i32");
      const to = body.local("i32");
      body.countUp(row, rows, 4, () => {
        // Group g of four goes to panel g·4/width, at lane g·4 mod width.
        body.op("i32.mul", row, laneStride).op("i32.add", source).set(from);
        body.op("i32.and", row, -width).op("i32.mul", depth).op("i32.shl", 2).op("i32.add", target);
        if (width === 8) body.op("i32.and", row, 4).op("i32.shl", 2).op("i32.add");
        body.set(to);
        body
          .get(from, laneStride, depthStride)
          .op("i32.sub", rows, row)
          .get(depth, to, width * 4)
          .call(group);
      });
    },
  );
}
