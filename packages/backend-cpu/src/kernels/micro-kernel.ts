import type {
  FunctionBuilder,
  FunctionHandle,
  FunctionHost,
  Local,
} from "../wasm/function-builder.ts";

/** Rows and columns of C that stay in registers: 8 accumulators, 2 loads of B, 4 of A; 16 registers on x64. */
export const TILE_ROWS = 4;
export const TILE_COLUMNS = 8;

/**
 * C tile = A panel · B panel, accumulators starting at 0.
 *
 * One group of loads per step and no unrolling: Node 20's compiler moves all loads of a loop body in front
 * of the arithmetic, and what does not fit 15 registers is spilled.
 */
function emitTile(
  body: FunctionBuilder,
  vectors: 1 | 2,
  a: Local,
  b: Local,
  aEnd: Local,
  sums: readonly Local[],
): void {
  for (const sum of sums) body.get(body.constant("f32x4", 0)).set(sum);
  body.loop((again) => {
    body.scope(() => {
      const columns = Array.from({ length: vectors }, (_, v) => {
        const column = body.local("v128");
        body.load("v128.load", b, v * 16).set(column);
        return column;
      });
      const row = body.local("v128");
      for (let i = 0; i < TILE_ROWS; i++) {
        body.load("v128.load32_splat", a, i * 4).set(row);
        columns.forEach((column, v) => {
          const sum = sums[i * vectors + v]!;
          body.get(row).multiplyAdd(column, sum).set(sum);
        });
      }
    });
    body.op("i32.add", b, TILE_COLUMNS * 4).set(b);
    body
      .op("i32.add", a, TILE_ROWS * 4)
      .tee(a)
      .op("i32.ne", aEnd)
      .branchIf(again);
  });
}

/**
 * Copies, or adds, the used corner of the scratch tile to C.
 *
 * (tile, c, rowStride, rows, columns, accumulate), the stride in bytes.
 */
function copyCorner(host: FunctionHost): FunctionHandle {
  return host.helper("copyCorner", ["i32", "i32", "i32", "i32", "i32", "i32"], [], (body) => {
    const [tile, c, rowStride, rows, columns, accumulate] = body.parameters as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const row = body.local("i32");
    const offset = body.local("i32");
    const end = body.local("i32");
    const target = body.local("i32");
    const value = body.local("f32");
    body.op("i32.shl", columns, 2).set(end);
    body.countUp(row, rows, 1, () => {
      body.get(0).set(offset);
      body.countUp(offset, end, 4, () => {
        body.op("i32.add", c, offset).set(target);
        body.op("i32.add", tile, offset).load("f32.load").set(value);
        body.get(accumulate).if(() => {
          body.load("f32.load", target).op("f32.add", value).set(value);
        });
        body.store("f32.store", target, value);
      });
      body.op("i32.add", c, rowStride).set(c);
      body.op("i32.add", tile, TILE_COLUMNS * 4).set(tile);
    });
  });
}

/**
 * C [rows, columns] = or += packed A · packed B, for at most one panel of columns.
 *
 * (a, b, c, rowStride, rows, columns, depth, accumulate, tile): A in panels of 4 rows, B one panel of 8 columns, of which
 * `columns` count (more are as 8), rowStride of C in bytes, depth at least 1, tile 128 bytes of scratch. Each element of C is
 * one sum over depth in order.
 */
export function panelKernel(host: FunctionHost): FunctionHandle {
  const corner = copyCorner(host);
  return host.helper("panelKernel", Array<"i32">(9).fill("i32"), [], (body) => {
    const [a, bFirst, c, rowStride, rows, columns, depth, accumulate, tile] = body.parameters as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const [b, aEnd, row, out, outStride, line, isWhole, rowsLeft] = Array.from({ length: 8 }, () =>
      body.local("i32"),
    ) as [Local, Local, Local, Local, Local, Local, Local, Local];
    const sums = Array.from({ length: 8 }, () => body.local("v128"));

    const storeTile = (vectors: 1 | 2): void => {
      body.get(out).set(line);
      const eachRow = (emit: (sum: Local, v: number) => void): void => {
        for (let i = 0; i < TILE_ROWS; i++) {
          for (let v = 0; v < vectors; v++) emit(sums[i * vectors + v]!, v);
          if (i < TILE_ROWS - 1) body.op("i32.add", line, outStride).set(line);
        }
      };
      body.op("i32.and", isWhole, accumulate).if(
        () =>
          eachRow((sum, v) => {
            body.get(line).load("v128.load", line, v * 16);
            body.op("f32x4.add", sum).store("v128.store", undefined, undefined, v * 16);
          }),
        () =>
          eachRow((sum, v) => {
            body.store("v128.store", line, sum, v * 16);
          }),
      );
    };

    body.op("i32.ne", accumulate, 0).set(accumulate);
    body.countUp(row, rows, TILE_ROWS, () => {
      body.op("i32.sub", rows, row).set(rowsLeft);
      body.get(c).set(out);
      body.get(rowStride).set(outStride);
      body.op("i32.ge_u", rowsLeft, TILE_ROWS).op("i32.ge_u", columns, TILE_COLUMNS);
      body
        .op("i32.and")
        .tee(isWhole)
        .op("i32.eqz")
        .if(() => {
          body.get(tile).set(out);
          body.get(TILE_COLUMNS * 4).set(outStride);
        });
      body.get(a).op("i32.shl", depth, 4).op("i32.add").set(aEnd);
      body.get(bFirst).set(b);
      body.op("i32.gt_u", columns, 4).if(
        () => {
          emitTile(body, 2, a, b, aEnd, sums);
          storeTile(2);
        },
        () => {
          emitTile(body, 1, a, b, aEnd, sums.slice(0, 4));
          storeTile(1);
        },
      );
      body.op("i32.eqz", isWhole).if(() => {
        body.get(tile, c, rowStride);
        for (const [left, limit] of [
          [rowsLeft, TILE_ROWS],
          [columns, TILE_COLUMNS],
        ] as const)
          body.get(left, limit).op("i32.lt_u", left, limit).select();
        body.get(accumulate).call(corner);
      });
      body.op("i32.shl", rowStride, 2).op("i32.add", c).set(c);
    });
  });
}

/**
 * {@link panelKernel} for any number of columns, B in panels.
 *
 * The loop stands in a function of its own because V8 starts code unoptimised and changes over at calls only: the first
 * product of a process would run to its end in slow code.
 */
export function macroKernel(host: FunctionHost): FunctionHandle {
  const panel = panelKernel(host);
  return host.helper("macroKernel", Array<"i32">(9).fill("i32"), [], (body) => {
    const [a, b, c, rowStride, rows, columns, depth, accumulate, tile] = body.parameters as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const column = body.local("i32");
    body.countUp(column, columns, TILE_COLUMNS, () => {
      body.get(a, b, c, rowStride, rows).op("i32.sub", columns, column);
      body.get(depth, accumulate, tile).call(panel);
      body.op("i32.shl", depth, 5).op("i32.add", b).set(b);
      body.op("i32.add", c, TILE_COLUMNS * 4).set(c);
    });
  });
}
