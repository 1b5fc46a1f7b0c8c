import type {
  FunctionBuilder,
  FunctionHandle,
  FunctionHost,
  Local,
} from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import { emitMatrixDot, emitRowsTimesMatrix } from "./matmul-vector.ts";
import { macroKernel, TILE_COLUMNS, TILE_ROWS } from "./micro-kernel.ts";
import { packPanels } from "./pack.ts";

// Goto & van de Geijn 2008: B blocks [DEPTH, COLUMNS] for the last cache, A blocks [ROWS, DEPTH] for L2, B panels in L1.
const DEPTH_BLOCK = 256;
const ROW_BLOCK = 128;
const COLUMN_BLOCK = 1024;

/** Up to this many rows (or, for one column, columns) packing costs more than it saves. */
const FEW_ROWS = 3;

/** C [m, n] = A [m, k] · B [k, n] in float32: byte addresses, strides in floats. C's columns lie side by side. */
export interface MatmulArguments {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly aRowStride: number;
  readonly aDepthStride: number;
  readonly bDepthStride: number;
  readonly bColumnStride: number;
  readonly cRowStride: number;
}

type Kernel = (...parameters: number[]) => void;
export type MatmulExports = Readonly<
  Record<"matmulPacked" | "matrixDot" | "rowsTimesMatrix", Kernel>
>;

/**
 * Which kernel to use; each has its own order of summation. A caller that splits a product between
 * threads asks once, for the whole product; then any split of m (of n too, for "packed") gives the same bits.
 */
export type MatmulMethod = "packed" | "dot" | "rows" | "column";

export function matmulMethod(problem: MatmulArguments): MatmulMethod {
  const { m, n, aRowStride, aDepthStride, bDepthStride, bColumnStride, cRowStride } = problem;
  const isDot = aDepthStride === 1 && bDepthStride === 1;
  if (n === 1 && isDot) return "dot";
  if (n === 1 && aRowStride === 1 && cRowStride === 1 && m > 1) return "column";
  if (m > FEW_ROWS) return "packed";
  if (bColumnStride === 1) return "rows";
  return isDot ? "dot" : "packed";
}

/** Adds the exports `matmul` calls to a module. */
export function emitMatmul(module: ModuleBuilder): void {
  emitMatmulPacked(module);
  emitMatrixDot(module);
  emitRowsTimesMatrix(module);
}

/** C = A·B, or C += A·B. `scratch` is `matmulScratchBytes` long. */
export function matmul(
  exports: MatmulExports,
  problem: MatmulArguments,
  scratch: number,
  accumulate = false,
  method: MatmulMethod = matmulMethod(problem),
): void {
  const { a, b, c, m, n, k, aRowStride, aDepthStride, bDepthStride, bColumnStride, cRowStride } =
    problem;
  const adds = accumulate ? 1 : 0;
  if (method === "packed")
    exports.matmulPacked(
      a,
      b,
      c,
      m,
      n,
      k,
      aRowStride,
      aDepthStride,
      bDepthStride,
      bColumnStride,
      cRowStride,
      scratch,
      adds,
    );
  else if (method === "rows")
    exports.rowsTimesMatrix(
      a,
      b,
      c,
      m,
      n,
      k,
      aRowStride,
      aDepthStride,
      bDepthStride,
      cRowStride,
      adds,
    );
  else if (method === "column")
    // The transposed product: one row Bᵀ times Aᵀ, whose columns lie side by side.
    exports.rowsTimesMatrix(b, a, c, 1, m, k, 0, bDepthStride, aDepthStride, 0, adds);
  else if (n === 1) exports.matrixDot(a, aRowStride, b, c, cRowStride, m, k, adds);
  else
    for (let row = 0; row < m; row++)
      exports.matrixDot(
        b,
        bColumnStride,
        a + row * aRowStride * 4,
        c + row * cRowStride * 4,
        1,
        n,
        k,
        adds,
      );
}

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** Whether a sum in float32 alone would be too coarse, and one in blocks costs little beside it. */
export const isDeep = ({ m, n, k }: MatmulArguments): boolean => k > 4096 && m * n <= 2 ** 18;

/** Bytes of scratch a product of this size needs. */
export function matmulScratchBytes(m: number, n: number, k: number): number {
  const depth = Math.min(roundUp(k, 4), DEPTH_BLOCK);
  const rows = Math.min(roundUp(m, TILE_ROWS), ROW_BLOCK);
  const columns = Math.min(roundUp(n, TILE_COLUMNS), COLUMN_BLOCK);
  return (depth * (rows + columns) + TILE_ROWS * TILE_COLUMNS) * 4;
}

/**
 * Exports `matmulPacked(a, b, c, m, n, k, aRowStride, aDepthStride, bDepthStride, bColumnStride, cRowStride,
 * scratch, accumulate)`: C [m, n] = or += A [m, k] · B [k, n].
 *
 * a, b, c and scratch are byte addresses, strides count floats. Each element of C is summed in blocks of k whose
 * size follows from k alone, so that any split of m or n gives the same bits.
 */
export function emitMatmulPacked(module: ModuleBuilder): void {
  const kernel = matmulPackedKernel(module);
  module.exported("matmulPacked", Array<"i32">(13).fill("i32"), [], (body) => {
    body.get(...body.parameters).call(kernel);
  });
}

/** What the export `matmulPacked` does, for other kernels. */
export function matmulPackedKernel(host: FunctionHost): FunctionHandle {
  const packRows = packPanels(host, TILE_ROWS);
  const packColumns = packPanels(host, TILE_COLUMNS);
  const macro = macroKernel(host);
  return host.helper("matmulPacked", Array<"i32">(13).fill("i32"), [], (body) => {
    const [a, b, c, m, n, k, aRow, aDepth, bDepth, bColumn, cRow, scratch, accumulate] =
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
        Local,
      ];
    const locals = Array.from({ length: 10 }, () => body.local("i32"));
    const [row, column, depth, rows, columns, depths, block, packedA, packedB, adds] = locals as [
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
    for (const stride of [aRow, aDepth, bDepth, bColumn, cRow])
      body.op("i32.shl", stride, 2).set(stride);

    body.op("i32.eqz", k).if(() => {
      body.op("i32.eqz", accumulate).if(() => clearRows(body, c, m, n, cRow));
      body.return();
    });
    // Equal blocks of depth: k / ceil(k / DEPTH_BLOCK), rounded up to whole vectors.
    body
      .op("i32.add", k, DEPTH_BLOCK - 1)
      .op("i32.shr_u", 8)
      .set(block);
    body.op("i32.add", k, block).op("i32.sub", 1).op("i32.div_u", block);
    body.op("i32.add", 3).op("i32.and", -4).set(block);

    body.op("i32.add", scratch, TILE_ROWS * TILE_COLUMNS * 4).set(packedA);
    atMost(body, m, ROW_BLOCK, rows);
    body.op("i32.add", rows, 3).op("i32.and", -4).op("i32.mul", block).op("i32.shl", 2);
    body.op("i32.add", packedA).set(packedB);

    body.countUp(column, n, COLUMN_BLOCK, () => {
      body.op("i32.sub", n, column).set(columns);
      atMost(body, columns, COLUMN_BLOCK, columns);
      body.get(0).set(depth);
      body.get(accumulate).set(adds);
      body.countUp(depth, k, block, () => {
        body.op("i32.sub", k, depth).set(depths);
        atMost(body, depths, block, depths);
        address(body, b, column, bColumn, depth, bDepth);
        body.get(bColumn, bDepth, columns, depths, packedB).call(packColumns);
        body.get(0).set(row);
        body.countUp(row, m, ROW_BLOCK, () => {
          body.op("i32.sub", m, row).set(rows);
          atMost(body, rows, ROW_BLOCK, rows);
          address(body, a, row, aRow, depth, aDepth);
          body.get(aRow, aDepth, rows, depths, packedA).call(packRows);
          body.get(packedA, packedB);
          address(body, c, row, cRow, column, 4);
          body.get(cRow, rows, columns, depths, adds, scratch).call(macro);
        });
        body.get(1).set(adds);
      });
    });
  });
}

/** result = min(value, limit), unsigned. */
function atMost(body: FunctionBuilder, value: Local, limit: Local | number, result: Local): void {
  body.get(value, limit).op("i32.lt_u", value, limit).select().set(result);
}

/** Pushes base + i·iStride + j·jStride. */
function address(
  body: FunctionBuilder,
  base: Local,
  i: Local,
  iStride: Local,
  j: Local,
  jStride: Local | number,
): void {
  body.get(base).op("i32.mul", i, iStride).op("i32.add").op("i32.mul", j, jStride).op("i32.add");
}

function clearRows(body: FunctionBuilder, c: Local, m: Local, n: Local, rowStride: Local): void {
  body.scope(() => {
    const row = body.local("i32");
    const column = body.local("i32");
    body.get(0).set(row);
    body.countUp(row, m, 1, () => {
      body.get(0).set(column);
      body.countUp(column, n, 1, () => {
        address(body, c, row, rowStride, column, 4);
        body.get(body.local("f32")).store("f32.store");
      });
    });
  });
}
