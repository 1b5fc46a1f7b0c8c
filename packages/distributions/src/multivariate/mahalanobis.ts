import { triangularSolve, type Tensor } from "@dl/tensor";
import { asColumns, fromColumns } from "./columns.ts";

/**
 * ‖L⁻¹ x‖² of each vector, for lower triangular L.
 *
 * Where a vector has more axes than the factors have, the factor is solved once for all of them.
 *
 * Shape: L [...batch, n, n], x [...lead, ...batch, n] → [...lead, ...batch].
 */
export function squaredDistance(scaleTril: Tensor, x: Tensor): Tensor {
  const batchAxes = Math.min(scaleTril.ndim - 2, x.ndim - 1);
  const lead = x.shape.slice(0, x.ndim - 1 - batchAxes);
  const solved = triangularSolve(scaleTril, asColumns(x, batchAxes));
  return fromColumns(solved.square().sum(-2), lead);
}

/** ln det L of lower triangular L with a positive diagonal. Shape: [...batch, n, n] → [...batch]. */
export function logDeterminant(scaleTril: Tensor): Tensor {
  return scaleTril.diagonal().log().sum(-1);
}
