import type { Tensor } from "../core/tensor.ts";
import { matmul } from "../ops/matmul.ts";

/** The product of a chain of matrices. */
export const product = (...factors: readonly Tensor[]): Tensor => factors.reduce(matmul);
