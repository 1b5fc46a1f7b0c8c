import {
  ArgumentError,
  broadcastShapes,
  index,
  isFloat,
  type DType,
  type Scalar,
} from "@dl/backend";
import { knownRange } from "../core/known-range.ts";
import { PointwiseOp } from "../core/pointwise-op.ts";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { uploadPositions } from "./check-indices.ts";
import { checkDType, checkDTypeSupported, checkTensor, commonBackend } from "./check-operands.ts";
import { arange } from "./creation.ts";
import { applyPointwise, broadcastTo } from "./pointwise.ts";
import { expand, flatten, reshape, unsqueeze } from "./views.ts";
import { cast, equal, mod, select } from "../scalar-functions.ts";

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
  if (!isFloat(x.dtype) && !Number.isInteger(value))
    throw new ArgumentError(
      "maskedFill",
      `${value} is not a value of ${x.dtype}. Give a whole number, or convert with x.cast("float32").`,
      { received: value },
    );
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

const oneHotOp = (dtype: DType): PointwiseOp =>
  new PointwiseOp("oneHot", (label, classCount) => cast(equal(label, column(classCount)), dtype));
/** Position along the last axis, which has `size` positions. */
const column = (size: Scalar): Scalar => cast(mod(index(), size), "int32");
const oneHotOps: { readonly [Name in DType]: PointwiseOp } = {
  float32: oneHotOp("float32"),
  float64: oneHotOp("float64"),
  int32: oneHotOp("int32"),
  uint32: oneHotOp("uint32"),
  bool: oneHotOp("bool"),
};

/**
 * Rows of zeros with a 1 at each label.
 *
 * Shape: [...] → [..., classCount], float32 unless said.
 * @throws {DTypeError} if the labels are not int32.
 * @throws {ArgumentError} if there are no classes, or a label from the host is none of them; for one
 * that was computed on the device see {@link gather}.
 * @example
 * await oneHot(tensor([2, 0], { dtype: "int32" }), 3).toArray(); // => [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot(labels: Tensor, classCount: number, dtype: DType = "float32"): Tensor {
  checkTensor("oneHot", labels);
  checkDType("oneHot", labels, ["int32"], "labels");
  if (!Number.isInteger(classCount) || classCount < 1)
    throw new ArgumentError(
      "oneHot",
      `the number of classes must be a whole number of at least 1: received ${classCount}.`,
      { received: classCount },
    );
  checkDTypeSupported(labels.backend, dtype);
  const classes = asClasses(labels, classCount);
  const rows = expand(unsqueeze(classes, -1), [...labels.shape, classCount]);
  return applyOne("pointwise", [rows, { number: classCount, dtype: "uint32" }], {
    op: oneHotOps[dtype],
  });
}

/** The labels, each known to be a class: on the device they are looked up, so that a wrong one is found. */
function asClasses(labels: Tensor, classCount: number): Tensor {
  const range = knownRange(labels);
  const wrong = range?.find((label) => label < 0 || label >= classCount);
  if (wrong !== undefined)
    throw new ArgumentError(
      "oneHot",
      `a label is no class: received ${wrong}, with ${classCount} classes. Use 0 to ${classCount - 1}, or more classes.`,
      { expected: `0..${classCount - 1}`, received: wrong },
    );
  if (range !== undefined) return labels;
  const all = arange(classCount, { dtype: "int32", backend: labels.backend });
  return reshape(applyOne("indexSelect", [all, flatten(labels)], { axis: 0 }), labels.shape);
}
