import { normalizeAxis, type Shape } from "@dl/backend";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkTensor } from "./check-operands.ts";
import { cast } from "./pointwise.ts";
import {
  asNumbers,
  checkNotEmpty,
  checkReduceOptions,
  extreme,
  foldedAxes,
  restoreAxes,
  type ReduceOptions,
} from "./reduce.ts";
import { asScalar, asScalars, asVector } from "./scalar-axis.ts";

/** Elements picked along an axis and the int32 positions they stood at. */
export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/**
 * Largest element of the whole tensor, or along one axis with its position.
 *
 * At a tie the first wins and takes the whole gradient; of the whole tensor, ties share it
 * (PyTorch's conventions). NaN is larger than everything.
 *
 * @throws {ShapeError} over no elements.
 * @example
 * await max(tensor([[1, 5], [7, 2]]), 1).indices.toArray(); // => [1, 0]
 */
export function max(x: Tensor): Tensor;
export function max(x: Tensor, axis: number, options?: ReduceOptions): ValuesAndIndices;
export function max(x: Tensor, axis?: number, options?: ReduceOptions): Tensor | ValuesAndIndices {
  return extremeOf("max", x, axis, options);
}

/**
 * Smallest element; as {@link max}.
 *
 * @example
 * await min(tensor([3, 1, 2])).item(); // => 1
 * await min(tensor([[3, 1], [2, 4]]), 1).indices.toArray(); // => [1, 0]
 */
export function min(x: Tensor): Tensor;
export function min(x: Tensor, axis: number, options?: ReduceOptions): ValuesAndIndices;
export function min(x: Tensor, axis?: number, options?: ReduceOptions): Tensor | ValuesAndIndices {
  return extremeOf("min", x, axis, options);
}

function extremeOf(
  op: "max" | "min",
  x: Tensor,
  axis: number | undefined,
  options: ReduceOptions | undefined,
): Tensor | ValuesAndIndices {
  checkTensor(op, x);
  const { list, count } = foldedAxes(op, x, axis, options);
  checkNotEmpty(op, x, count);
  if (axis === undefined) return extreme(op, x, list, options);
  normalizeAxis(axis, Math.max(x.ndim, 1), op);
  if (x.ndim === 0)
    return asScalars(extremeOf(op, asVector(x), axis, undefined) as ValuesAndIndices, x);
  const numbers = asNumbers(x);
  const kept = restoreAxes(
    applyOne("argReduce", [numbers], { op: `arg${op}`, axis: list[0]! }),
    x.shape,
    list,
    { keepDims: true },
  );
  const values = cast(applyOne("gather", [numbers, kept], { axis: list[0]! }), x.dtype);
  if (options?.keepDims === true) return { values, indices: kept };
  const shape = withoutAxis(x.shape, list[0]!);
  return {
    values: applyOne("reshape", [values], { shape }),
    indices: applyOne("reshape", [kept], { shape }),
  };
}

function withoutAxis(shape: Shape, dropped: number): Shape {
  return shape.filter((_, axis) => axis !== dropped);
}

/**
 * Position of the first largest element, int32: along an axis, or in row-major order of the whole.
 *
 * @throws {ShapeError} over no elements.
 * @example
 * await argmax(tensor([[1, 5], [3, 2]]), 1).toArray(); // => [1, 0]
 */
export function argmax(x: Tensor, axis?: number, options?: ReduceOptions): Tensor {
  return positionOf("argmax", x, axis, options);
}

/**
 * Position of the first smallest element; as {@link argmax}.
 *
 * @example
 * await argmin(tensor([[1, 5], [3, 2]]), 1).toArray(); // => [0, 1]
 */
export function argmin(x: Tensor, axis?: number, options?: ReduceOptions): Tensor {
  return positionOf("argmin", x, axis, options);
}

function positionOf(
  op: "argmax" | "argmin",
  x: Tensor,
  axis: number | undefined,
  options: ReduceOptions | undefined,
): Tensor {
  checkTensor(op, x);
  checkReduceOptions(op, options);
  if (x.ndim === 0) return asScalar(positionOf(op, asVector(x), axis ?? 0, undefined), x);
  const chosen = axis === undefined ? undefined : normalizeAxis(axis, x.ndim, op);
  checkNotEmpty(op, x, chosen === undefined ? x.elementCount : x.shape[chosen]!);
  const numbers = asNumbers(x);
  if (chosen !== undefined)
    return restoreAxes(
      applyOne("argReduce", [numbers], { op, axis: chosen }),
      x.shape,
      [chosen],
      options,
    );
  const flat = applyOne("reshape", [numbers], { shape: [x.elementCount] });
  const position = applyOne("argReduce", [flat], { op, axis: 0 });
  return options?.keepDims === true
    ? applyOne("reshape", [position], { shape: x.shape.map(() => 1) })
    : position;
}
