import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import { partOperations } from "../wasm/part-operations.ts";

type Kernel = (...parameters: number[]) => void;
export type RowMomentsExports = Readonly<Record<"addRows" | "addProducts", Kernel>>;

/** Products are summed in tiles of so many rows and columns, whose sums stay in registers. */
export const TILE = 4;
/** Rows that are gone through together: they stay in a cache of the second level, or the first. */
const BLOCK_ROWS = 64;
/** Bytes of a float64. */
const WIDE = 8;

/** Bytes of scratch that `addProducts` needs for a padded number of columns. */
export const productScratchBytes = (padded: number): number => BLOCK_ROWS * padded * WIDE;

/**
 * Exports, for a contiguous float32 matrix x [rows, columns]; addresses in bytes, sums in float64:
 * - `addRows(x, rows, columns, sums)`: sums[c] += x[r][c]; for an odd number of columns one more is written, + 0;
 * - `addProducts(x, rows, columns, padded, mean, sums, first, end, scratch)`: for columns i from `first` to `end`
 *   and j from i's tile on, sums[i][j] += (x[r][i] - mean[i]) (x[r][j] - mean[j]). `padded` is `columns` rounded up to
 *   whole tiles, the length of `mean` and of a row of sums; `scratch` has zeros. `first` and `end` are whole tiles.
 */
export function emitRowMoments(module: ModuleBuilder): void {
  emitAddRows(module);
  emitAddProducts(module);
}

/**
 * For each pair of columns, `use` gets their numbers in float64 on the stack; where one is left, 0 beside it.
 * `x` goes on behind them.
 */
function eachPair(body: FunctionBuilder, x: Local, columns: Local, use: () => void): void {
  const [column, pairsEnd] = [body.local("i32"), body.local("i32")];
  body.op("i32.and", columns, -2).set(pairsEnd);
  body.get(0).set(column);
  body.countUp(column, pairsEnd, 2, () => {
    body.load("v128.load64_zero", x).op("f64x2.promote_low_f32x4");
    use();
    body.op("i32.add", x, 8).set(x);
  });
  body.countUp(column, columns, 1, () => {
    body.load("v128.load32_zero", x).op("f64x2.promote_low_f32x4");
    use();
    body.op("i32.add", x, 4).set(x);
  });
}

function emitAddRows(module: ModuleBuilder): void {
  module.exported("addRows", Array<"i32">(4).fill("i32"), [], (body) => {
    const [x, rows, columns, sums] = body.parameters as [Local, Local, Local, Local];
    const [row, at, sum] = [body.local("i32"), body.local("i32"), body.local("v128")];
    body.countUp(row, rows, 1, () => {
      body.get(sums).set(at);
      eachPair(body, x, columns, () => {
        body.load("v128.load", at).op("f64x2.add").set(sum);
        body.store("v128.store", at, sum);
        body.op("i32.add", at, 16).set(at);
      });
    });
  });
}

function emitAddProducts(module: ModuleBuilder): void {
  module.exported("addProducts", Array<"i32">(9).fill("i32"), [], (body) => {
    const [x, rows, columns, padded, mean, sums, first, end, scratch] =
      body.parameters as unknown as [Local, Local, Local, Local, Local, Local, Local, Local, Local];
    const i32 = (): Local => body.local("i32");
    const [start, left, row, rowBytes, to, from] = [i32(), i32(), i32(), i32(), i32(), i32()];
    const [i, j, p, q, stop, target] = [i32(), i32(), i32(), i32(), i32(), i32()];
    const centred = body.local("v128");
    body.op("i32.mul", padded, WIDE).set(rowBytes);

    /** Rows without their mean, in float64, and zeros in the columns that pad them. */
    const centre = (): void => {
      body.get(scratch).set(target);
      body.get(0).set(row);
      body.countUp(row, left, 1, () => {
        body.get(target).set(to);
        body.get(mean).set(from);
        eachPair(body, x, columns, () => {
          body.load("v128.load", from).op(partOperations["f64x2.sub"]).set(centred);
          body.store("v128.store", to, centred);
          body.op("i32.add", from, 16).set(from);
          body.op("i32.add", to, 16).set(to);
        });
        body.op("i32.add", target, rowBytes).set(target);
      });
    };

    const tile = Array.from({ length: TILE }, () => [body.local("v128"), body.local("v128")]);
    const right = [body.local("v128"), body.local("v128")];
    const factor = body.local("v128");
    const zero = body.constant("i32x4", 0);
    const addTile = (): void => {
      for (const sum of tile.flat()) body.get(zero).set(sum);
      body.op("i32.mul", i, WIDE).op("i32.add", scratch).set(p);
      body.op("i32.mul", j, WIDE).op("i32.add", scratch).set(q);
      body.op("i32.mul", left, rowBytes).op("i32.add", p).set(stop);
      body.countUp(p, stop, rowBytes, () => {
        right.forEach((pair, half) => body.load("v128.load", q, 16 * half).set(pair));
        tile.forEach((lane, at) => {
          body.load("v128.load64_zero", p, WIDE * at).set(factor);
          body.shuffle32([0, 1, 0, 1], factor, factor).set(factor);
          lane.forEach((sum, half) =>
            body
              .op(partOperations["f64x2.mul"], factor, right[half]!)
              .op("f64x2.add", sum)
              .set(sum),
          );
        });
        body.op("i32.add", q, rowBytes).set(q);
      });
      body.op("i32.mul", i, padded).op("i32.add", j).op("i32.mul", WIDE);
      body.op("i32.add", sums).set(target);
      for (const lane of tile) {
        lane.forEach((sum, half) => {
          body
            .load("v128.load", target, 16 * half)
            .op("f64x2.add", sum)
            .set(sum);
          body.store("v128.store", target, sum, 16 * half);
        });
        body.op("i32.add", target, rowBytes).set(target);
      }
    };

    body.get(0).set(start);
    body.countUp(start, rows, BLOCK_ROWS, () => {
      body.op("i32.sub", rows, start).set(left);
      body.get(left, BLOCK_ROWS).op("i32.lt_u", left, BLOCK_ROWS).select().set(left);
      centre();
      body.get(first).set(i);
      body.countUp(i, end, TILE, () => {
        body.get(i).set(j);
        body.countUp(j, padded, TILE, addTile);
      });
    });
  });
}
