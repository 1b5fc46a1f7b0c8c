import {
  ArgumentError,
  formatShape,
  ShapeError,
  type Backend,
  type MomentsBackend,
  type RowMoments,
} from "@dl/backend";
import { stepRecorder } from "../core/step-recorder.ts";
import { storeContiguously } from "../core/store-contiguously.ts";
import { releaseValue } from "../core/store.ts";
import type { Tensor } from "../core/tensor.ts";
import { hostRowMoments } from "../linear-algebra/row-moments.ts";
import { checkFloat, checkTensor } from "./check-operands.ts";

const sumsMoments = (backend: Backend): backend is MomentsBackend =>
  (backend as Partial<MomentsBackend>).rowMoments !== undefined;

/**
 * Mean of the rows of a matrix, and the sums of products of what is left, in float64 on the host: what
 * covariances and principal axes are made of. No gradient passes.
 *
 * scatter = Σ (row - mean) (row - mean)ᵀ; divided by rows - 1 it is the covariance.
 *
 * A backend that can sums where the rows lie; the others read them. The bits are the same.
 *
 * Shape: [rows, columns] → mean [columns], scatter [columns * columns].
 * @throws {ShapeError} unless there are two axes, at least one row and one column.
 * @throws {DTypeError} for integer and bool tensors.
 * @throws {ArgumentError} in a compiled step.
 * @example
 * (await rowMoments(tensor([[1, 0], [3, 4]]))).scatter; // => [2, 4, 4, 8]
 */
export async function rowMoments(x: Tensor): Promise<RowMoments> {
  checkTensor("rowMoments", x);
  checkFloat("rowMoments", x);
  const { shape, backend, dtype } = x;
  if (shape.length !== 2 || x.elementCount === 0)
    throw new ShapeError(
      "rowMoments",
      `needs a matrix of at least one row and one column, got shape ${formatShape(shape)}. Flatten each sample.`,
      { received: shape },
    );
  const [rows, columns] = shape as [number, number];
  if (dtype !== "float32" || !sumsMoments(backend))
    return hostRowMoments(Float64Array.from(await x.data()), rows, columns);
  if (stepRecorder() !== undefined)
    throw new ArgumentError(
      "rowMoments",
      "a compiled step cannot read a tensor. Return it, and read it then.",
    );
  const contiguous = storeContiguously(x.value);
  const { buffer, offset } = contiguous.stored!;
  const moments = await backend.rowMoments({ buffer, offset }, rows, columns);
  releaseValue(contiguous);
  return moments;
}
