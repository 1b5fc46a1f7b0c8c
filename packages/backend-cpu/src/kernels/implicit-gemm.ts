import type { FunctionHandle, FunctionHost, Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import { panelKernel, TILE_COLUMNS, TILE_ROWS } from "./micro-kernel.ts";
import { gather4, packPanels, transpose4 } from "./pack.ts";

/** Bytes of scratch `implicitGemm` needs for depth blocks of `block`. */
export const implicitGemmScratchBytes = (block: number): number =>
  (TILE_ROWS + block) * TILE_COLUMNS * 4;

/**
 * Packs four lanes through tables of byte offsets: target[k][lane] = source[lanes[lane] + depths[k]].
 *
 * (source, lanes, depths, depth, target, targetStep). Reads whole vectors where neighbours in a table are
 * neighbours in memory: along the lanes (stride 1), by pairs, or along the depth through a transpose.
 */
function packTableGroup(host: FunctionHost): FunctionHandle {
  return host.helper("packTableGroup", Array<"i32">(6).fill("i32"), [], (body) => {
    const [source, lanes, depths, depth, target, step] = body.parameters as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const i32 = (): Local => body.local("i32");
    const lane = [i32(), i32(), i32(), i32()] as [Local, Local, Local, Local];
    const address = [i32(), i32(), i32(), i32()];
    const next = [i32(), i32(), i32(), i32()] as [Local, Local, Local, Local];
    const [end, groupsEnd] = [i32(), i32()];
    const rows = Array.from({ length: 4 }, () => body.local("v128"));
    const vector = rows[0]!;

    const storeNext = (row: Local): void => {
      body.store("v128.store", target, row).op("i32.add", target, step).set(target);
    };
    const follows = (a: Local, b: Local): void => {
      body.op("i32.sub", b, a).op("i32.eq", 4);
    };
    const gatherAt = (offset: () => void): void => {
      for (let i = 0; i < 4; i++) {
        body.get(lane[i]!);
        offset();
        body.op("i32.add").set(address[i]!);
      }
      gather4(body, address, vector);
      storeNext(vector);
    };

    for (let i = 0; i < 4; i++)
      body
        .load("i32.load", lanes, i * 4)
        .op("i32.add", source)
        .set(lane[i]!);
    body.op("i32.shl", depth, 2).op("i32.add", depths).set(end);

    follows(lane[0], lane[1]);
    follows(lane[2], lane[3]);
    body.op("i32.and").if(() => {
      follows(lane[1], lane[2]);
      body.if(
        () => {
          body.countUp(depths, end, 4, () => {
            body.load("i32.load", depths).op("i32.add", lane[0]).load("v128.load").set(vector);
            storeNext(vector);
          });
        },
        () => {
          body.countUp(depths, end, 4, () => {
            body
              .load("i32.load", depths)
              .op("i32.add", lane[0])
              .load("v128.load64_zero")
              .set(vector);
            body.load("i32.load", depths).op("i32.add", lane[2]).set(address[0]!);
            body.memoryLane("v128.load64_lane", 1, address[0]!, vector).set(vector);
            storeNext(vector);
          });
        },
      );
      body.return();
    });

    body.op("i32.and", depth, -4).op("i32.shl", 2).op("i32.add", depths).set(groupsEnd);
    body.countUp(depths, groupsEnd, 16, () => {
      for (let i = 0; i < 4; i++) body.load("i32.load", depths, i * 4).set(next[i]!);
      follows(next[0], next[1]);
      follows(next[1], next[2]);
      follows(next[2], next[3]);
      body
        .op("i32.and")
        .op("i32.and")
        .if(
          () => {
            for (let i = 0; i < 4; i++)
              body.op("i32.add", lane[i]!, next[0]).load("v128.load").set(rows[i]!);
            transpose4(body, rows);
            for (const row of rows) storeNext(row);
          },
          () => {
            for (const offset of next) gatherAt(() => body.get(offset));
          },
        );
    });
    body.countUp(depths, end, 4, () => {
      body.load("i32.load", depths).set(next[0]);
      gatherAt(() => body.get(next[0]));
    });
  });
}

/**
 * Exports the two packers of A and the product with a gathered B:
 *
 * - `packRows(source, laneStride, depthStride, rows, depth, target)`, strides in bytes;
 * - `packRowsByTable(source, lanes, depths, rows, depth, target)`, lanes a table of a multiple of 4 entries;
 * - `implicitGemm(a, source, lanes, depths, c, cRowStride, rows, columns, depth, block, accumulate, scratch)`:
 *   C [rows, columns] = or += A · B where B[k][j] = source[lanes[j] + depths[k]]; offsets and cRowStride in bytes, the lane
 *   table filled up to a multiple of 8 with valid offsets. A is packed block by block of `block` steps of depth.
 */
export function emitImplicitGemm(module: ModuleBuilder): void {
  const group = packTableGroup(module);
  const packRows = packPanels(module, TILE_ROWS);
  const panelProduct = panelKernel(module);
  module.exported("packRows", Array<"i32">(6).fill("i32"), [], (body) => {
    body.get(...body.parameters).call(packRows);
  });
  module.exported("packRowsByTable", Array<"i32">(6).fill("i32"), [], (body) => {
    const [source, lanes, depths, rows, depth, target] = body.parameters as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const row = body.local("i32");
    body.countUp(row, rows, TILE_ROWS, () => {
      body.get(source).op("i32.shl", row, 2).op("i32.add", lanes).get(depths, depth);
      body.op("i32.mul", row, depth).op("i32.shl", 2).op("i32.add", target).get(16).call(group);
    });
  });
  module.exported("implicitGemm", Array<"i32">(12).fill("i32"), [], (body) => {
    const [a, source, lanes, depths, c, cRowStride, rows, columns, depth, block, accumulate, tile] =
      body.parameters as [
        Local,
        Local,
        Local,
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
    const locals = Array.from({ length: 8 }, () => body.local("i32"));
    const [column, left, start, length, laneAt, depthAt, panel, rowBytes] = locals as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    body.op("i32.add", tile, TILE_ROWS * TILE_COLUMNS * 4).set(panel);
    body
      .op("i32.add", rows, TILE_ROWS - 1)
      .op("i32.and", -TILE_ROWS)
      .op("i32.shl", 2)
      .set(rowBytes);
    body.countUp(column, columns, TILE_COLUMNS, () => {
      body.op("i32.sub", columns, column).set(left);
      body.get(left, TILE_COLUMNS).op("i32.lt_u", left, TILE_COLUMNS).select().set(left);
      body.op("i32.shl", column, 2).op("i32.add", lanes).set(laneAt);
      body.get(0).set(start);
      body.countUp(start, depth, block, () => {
        body.op("i32.sub", depth, start).set(length);
        body.get(length, block).op("i32.lt_u", length, block).select().set(length);
        body.op("i32.shl", start, 2).op("i32.add", depths).set(depthAt);
        body.get(source, laneAt, depthAt, length, panel, TILE_COLUMNS * 4).call(group);
        body.op("i32.gt_u", left, 4).if(() => {
          body.get(source).op("i32.add", laneAt, 16).get(depthAt, length);
          body
            .op("i32.add", panel, 16)
            .get(TILE_COLUMNS * 4)
            .call(group);
        });
        body.op("i32.mul", start, rowBytes).op("i32.add", a).get(panel);
        body.op("i32.shl", column, 2).op("i32.add", c).get(cRowStride, rows, left, length);
        body.op("i32.or", accumulate, start).get(tile).call(panelProduct);
      });
    });
  });
}
