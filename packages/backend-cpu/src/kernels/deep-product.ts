import type { Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import {
  matmul,
  matmulScratchBytes,
  type MatmulArguments,
  type MatmulExports,
  type MatmulMethod,
} from "./matmul.ts";

/** What a method sums in float32 without its error growing much. */
const blockDepths: { readonly [Method in MatmulMethod]: number } = {
  packed: 4096,
  dot: 2048,
  rows: 1024,
  column: 1024,
};

/** Bytes of a total; its second float64 is not used. */
const totalBytes = 16;

export type DeepProductExports = MatmulExports &
  Readonly<Record<"addToTotals", (...parameters: number[]) => void>>;

/** Products so deep that a float32 sum alone would be too coarse: see `isDeep`. */
export interface DeepProducts {
  readonly emit: (module: ModuleBuilder) => void;
  readonly scratchBytes: (m: number, n: number, method: MatmulMethod) => number;
  /** {@link matmul} in blocks, so that the error of a long sum stays near that of one block. */
  readonly multiply: (
    exports: DeepProductExports,
    problem: MatmulArguments,
    scratch: number,
    method: MatmulMethod,
  ) => void;
}

/** The blocks' sums are added in float64. */
export const deepProducts: DeepProducts = {
  emit: emitAddToTotals,

  scratchBytes: (m, n, method) =>
    matmulScratchBytes(m, n, blockDepths[method]) + m * n * totalBytes,

  multiply(exports, problem, scratch, method) {
    const { a, b, c, m, n, k, aDepthStride, bDepthStride, cRowStride } = problem;
    const depth = blockDepths[method];
    const totals = scratch + matmulScratchBytes(m, n, depth);
    for (let first = 0; first < k; first += depth) {
      const block = {
        ...problem,
        a: a + 4 * first * aDepthStride,
        b: b + 4 * first * bDepthStride,
        k: Math.min(depth, k - first),
      };
      matmul(exports, block, scratch, false, method);
      const isLast = first + depth >= k;
      exports.addToTotals(c, totals, m, n, cRowStride, first === 0 ? 1 : 0, isLast ? 1 : 0);
    }
  },
};

/**
 * Exports `addToTotals(c, totals, m, n, cRowStride, isFirst, isLast)`: the elements of C are added to
 * totals in float64, which begin with the first; the last puts the totals in C.
 */
function emitAddToTotals(module: ModuleBuilder): void {
  module.exported("addToTotals", Array<"i32">(7).fill("i32"), [], (body) => {
    const [c, totals, m, n, rowStride, isFirst, isLast] = body.parameters as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const [row, column, at] = [0, 1, 2].map(() => body.local("i32")) as [Local, Local, Local];
    const total = body.local("v128");
    body.op("i32.shl", rowStride, 2).set(rowStride);
    body.countUp(row, m, 1, () => {
      body.get(c).set(at);
      body.get(0).set(column);
      body.countUp(column, n, 1, () => {
        body.load("v128.load32_zero", at).op("f64x2.promote_low_f32x4").set(total);
        body.op("i32.eqz", isFirst).if(() => {
          body.load("v128.load", totals).op("f64x2.add", total).set(total);
        });
        body.get(isLast).if(
          () => {
            body.op("f32x4.demote_f64x2_zero", total).set(total);
            body.memoryLane("v128.store32_lane", 0, at, total);
          },
          () => {
            body.store("v128.store", totals, total);
          },
        );
        body.op("i32.add", at, 4).set(at);
        body.op("i32.add", totals, totalBytes).set(totals);
      });
      body.op("i32.add", c, rowStride).set(c);
    });
  });
}
