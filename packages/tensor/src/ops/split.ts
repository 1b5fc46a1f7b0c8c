import { ArgumentError, checkCount, checkList, formatShape, normalizeAxis } from "@dl/backend";
import type { Tensor } from "../core/tensor.ts";
import { checkTensor } from "./check-operands.ts";
import { narrow, select } from "./slice.ts";

/**
 * Consecutive parts along an axis: of these sizes, or all of one size with a smaller last one.
 *
 * @throws {AxisError} if there is no such axis.
 * @throws {ArgumentError} if sizes do not add up to the axis, or the one size is below 1.
 * @example
 * split(zeros([5, 2]), 2).map((part) => part.shape); // => [[2, 2], [2, 2], [1, 2]]
 */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  checkTensor("split", x);
  const at = normalizeAxis(axis, x.ndim, "split");
  const size = x.shape[at]!;
  const parts = typeof sizes === "number" ? equalParts(size, sizes) : sizes;
  checkList("split", parts, "the sizes", "whole numbers");
  const total = parts.reduce((sum, part) => sum + part, 0);
  if (total !== size || !parts.every((part) => Number.isInteger(part) && part >= 0))
    throw new ArgumentError(
      "split",
      `sizes must be whole numbers of at least 0 that add up to ${size}, the size of axis ${axis} of ${formatShape(x.shape)}: received ${formatShape(parts)}.`,
      { expected: size, received: sizes },
    );
  let start = 0;
  return parts.map((part) => {
    const taken = narrow(x, at, start, part);
    start += part;
    return taken;
  });
}

function equalParts(size: number, part: number): number[] {
  checkCount("split", "the size of a part", part);
  const count = Math.max(Math.ceil(size / part), 1);
  return Array.from({ length: count }, (_, i) => Math.min(part, size - i * part));
}

/**
 * At most `count` consecutive parts of one size along an axis, the last one smaller: as PyTorch,
 * fewer than `count` where rounding up fills the axis earlier.
 *
 * @throws {AxisError} if there is no such axis.
 * @throws {ArgumentError} if the count is below 1.
 * @example
 * chunk(zeros([5]), 2).map((part) => part.shape); // => [[3], [2]]
 */
export function chunk(x: Tensor, count: number, axis = 0): Tensor[] {
  checkTensor("chunk", x);
  const at = normalizeAxis(axis, x.ndim, "chunk");
  checkCount("chunk", "the number of parts", count);
  return split(x, Math.max(Math.ceil(x.shape[at]! / count), 1), at);
}

/**
 * All positions of an axis as separate tensors without it: the inverse of stack.
 *
 * @throws {AxisError} if there is no such axis.
 * @example
 * const [first, second] = unbind(tensor([[1, 2], [3, 4]]));
 * await second.toArray(); // => [3, 4]
 */
export function unbind(x: Tensor, axis = 0): Tensor[] {
  checkTensor("unbind", x);
  const at = normalizeAxis(axis, x.ndim, "unbind");
  return Array.from({ length: x.shape[at]! }, (_, position) => select(x, at, position));
}
