import type { Tensor } from "../core/tensor.ts";
import { matrix, type Matrix } from "./matrix.ts";

/** Decompositions and solvers that run on the host in float64. */
export type MatrixMethodName =
  | "adjugate"
  | "adjugateAdjoint"
  | "cholesky"
  | "det"
  | "eigh"
  | "inverse"
  | "matrixExp"
  | "pinverse"
  | "qr"
  | "qrComplete"
  | "slogdet"
  | "solve"
  | "solveLower"
  | "solveUpper"
  | "svd";

/** Rows and columns. */
export type MatrixSize = Pick<Matrix, "rows" | "columns">;

/**
 * What the primitive `linearAlgebra` does to each matrix of a stack, on the host in float64. There
 * is one result: several factors come one below the other, each with as many columns.
 */
export interface MatrixMethod {
  readonly name: MatrixMethodName;
  readonly resultSize: (sizes: readonly MatrixSize[]) => MatrixSize;
  /** `which` names the matrix in an error. */
  readonly compute: (inputs: readonly Matrix[], which: string) => Matrix;
}

/**
 * Gradients of the inputs of a method from that of the result, the inputs and the result, in tensor
 * operations. It travels with the method, so that a program without the one has not the other. dA
 * stands for the gradient of A; sources stand with the functions.
 */
export type MatrixGradient = (
  dy: Tensor,
  inputs: readonly Tensor[],
  result: Tensor,
) => readonly (Tensor | undefined)[];

/** The method for every matrix of the stacks `inputs`; a matrix with NaN or infinity gives NaN. */
export function computeStacked(
  method: MatrixMethod,
  sizes: readonly MatrixSize[],
  inputs: readonly Float64Array[],
  result: Float64Array,
): void {
  const { rows, columns } = method.resultSize(sizes);
  const length = rows * columns;
  const count = result.length / length;
  const part = (stack: Float64Array, i: number, size: number): Float64Array =>
    stack.subarray(i * size, (i + 1) * size);
  for (let i = 0; i < count; i++) {
    const own = sizes.map((size, k) =>
      matrix(size.rows, size.columns, part(inputs[k]!, i, size.rows * size.columns)),
    );
    const target = part(result, i, length);
    if (own.some(({ elements }) => !elements.every(Number.isFinite))) target.fill(NaN);
    else target.set(method.compute(own, count === 1 ? "the matrix" : `matrix ${i}`).elements);
  }
}
