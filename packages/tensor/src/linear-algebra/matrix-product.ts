import type { Tensor } from "../core/tensor.ts";
import { matmul } from "../ops/matmul.ts";
import { matrixTranspose } from "../ops/permute.ts";

/** The product of a chain of matrices. */
export const product = (...factors: readonly Tensor[]): Tensor => factors.reduce(matmul);

/** x yᵀ; of single columns an expression, which joins what follows. */
export function outerProduct(x: Tensor, y: Tensor): Tensor {
  const row = matrixTranspose(y);
  return x.shape.at(-1) === 1 ? x.mul(row) : matmul(x, row);
}
