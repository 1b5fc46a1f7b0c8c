import { ArgumentError, broadcastShapes, checkCount, type DType } from "@dl/backend";
import { knownRange } from "../core/known-range.ts";
import { PointwiseOp } from "../core/pointwise-op.ts";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { select } from "../scalar-functions.ts";
import { uploadPositions } from "./check-indices.ts";
import { checkDType, checkNumber, checkTensor, commonBackend } from "./check-operands.ts";
import { full, zeros } from "./creation.ts";
import { applyPointwise, broadcastTo } from "./pointwise.ts";
import { flatten, unsqueeze } from "./views.ts";

const fillOp = new PointwiseOp("maskedFill", (x, mask, value) => select(mask, value, x));

/**
 * `value` where the mask is true, else `x`; the shapes broadcast.
 *
 * @throws {DTypeError} if the mask is not bool.
 * @throws {ArgumentError} if x's type cannot hold the value.
 * @throws {ShapeError} if the shapes do not broadcast.
 * @example
 * const x = tensor([1, -2, 3]);
 * await maskedFill(x, x.less(0), 0).toArray(); // => [1, 0, 3]
 */
export function maskedFill(x: Tensor, mask: Tensor, value: number): Tensor {
  checkTensor("maskedFill", x);
  checkMask("maskedFill", mask);
  checkNumber("maskedFill", value);
  return applyPointwise(fillOp, [x, mask, value], [x.dtype, "bool", x.dtype]);
}

function checkMask(op: string, mask: Tensor): void {
  checkTensor(op, mask);
  checkDType(op, mask, ["bool"], "the mask");
}

/**
 * The elements of `x` where the mask is true, in row-major order; the shapes broadcast.
 *
 * Waits for the mask, because the size of the result depends on it.
 *
 * Shape: [n], n true positions.
 * @throws {DTypeError} if the mask is not bool.
 * @throws {ShapeError} if the shapes do not broadcast.
 * @example
 * const x = tensor([1, -2, 3]);
 * await (await maskedSelect(x, x.greater(0))).toArray(); // => [1, 3]
 */
export async function maskedSelect(x: Tensor, mask: Tensor): Promise<Tensor> {
  checkTensor("maskedSelect", x);
  checkMask("maskedSelect", mask);
  commonBackend("maskedSelect", [x, mask]);
  const shape = broadcastShapes(x.shape, mask.shape, "maskedSelect");
  const chosen = truePositions(await broadcastTo(mask, shape).data());
  const positions = uploadPositions(chosen, [chosen.length], x.backend);
  return applyOne("indexSelect", [flatten(broadcastTo(x, shape)), positions], { axis: 0 });
}

function truePositions(elements: ArrayLike<number>): number[] {
  const found: number[] = [];
  for (let i = 0; i < elements.length; i++) if (elements[i] !== 0) found.push(i);
  return found;
}

/**
 * Positions of the elements that are not zero, one row each, in row-major order. Waits for `x`.
 *
 * Shape: [...] → [n, ndim], int32.
 * @example
 * await (await nonzero(tensor([[0, 1], [2, 0]]))).toArray(); // => [[0, 1], [1, 0]]
 */
export async function nonzero(x: Tensor): Promise<Tensor> {
  checkTensor("nonzero", x);
  const found = truePositions(await x.data());
  const coordinates = new Int32Array(found.length * x.ndim);
  found.forEach((position, row) => {
    let rest = position;
    for (let axis = x.ndim - 1; axis >= 0; axis--) {
      const size = x.shape[axis]!;
      coordinates[row * x.ndim + axis] = rest % size;
      rest = Math.floor(rest / size);
    }
  });
  return uploadPositions(coordinates, [found.length, x.ndim], x.backend);
}

/**
 * Rows of zeros with a 1 at each label. Labels that the host knows are checked at the call; one that was
 * computed on the device and is no class is a BackendError at the next read on backends that look.
 *
 * Shape: [...] → [..., classCount], float32 unless said.
 * @throws {DTypeError} if the labels are not int32.
 * @throws {ArgumentError} if there are no classes, or a label is none of them.
 * @example
 * await oneHot(tensor([2, 0], { dtype: "int32" }), 3).toArray(); // => [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot(labels: Tensor, classCount: number, dtype: DType = "float32"): Tensor {
  checkTensor("oneHot", labels);
  checkDType("oneHot", labels, ["int32"], "labels");
  checkCount("oneHot", "the number of classes", classCount);
  const wrong = knownRange(labels)?.find((label) => label < 0 || label >= classCount);
  if (wrong !== undefined)
    throw new ArgumentError(
      "oneHot",
      `label ${wrong} is no class: there are ${classCount}. Labels count from 0 to ${classCount - 1}.`,
      { expected: classCount, received: wrong },
    );
  const target = { dtype, backend: labels.backend };
  const empty = zeros([...labels.shape, classCount], target);
  const ones = full([...labels.shape, 1], 1, target);
  // Not counted from the end: a label below 0 is out of range.
  const places = [empty, unsqueeze(labels, -1), ones];
  return applyOne("scatter", places, { axis: labels.ndim, mode: "replace" });
}
