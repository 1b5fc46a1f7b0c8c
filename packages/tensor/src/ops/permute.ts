import { AxisError, checkList, formatShape, normalizeAxes, normalizeAxis } from "@dl/backend";
import { alias } from "../core/alias.ts";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkMatrices, checkTensor } from "./check-operands.ts";

/**
 * Axes in another order: axis `axes[i]` of `x` becomes axis i. No element is moved.
 *
 * @throws {AxisError} unless every axis is named exactly once.
 * @example
 * permute(zeros([8, 32, 32, 3]), [0, 3, 1, 2]).shape; // => [8, 3, 32, 32]
 */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  checkTensor("permute", x);
  checkList("permute", axes, "the axes", "whole numbers");
  if (axes.length !== x.ndim)
    throw new AxisError(
      "permute",
      `needs all ${x.ndim} axes of ${formatShape(x.shape)}: received [${axes.join(", ")}]. Name each axis once.`,
      { expected: x.ndim, received: axes },
    );
  normalizeAxes(axes, x.ndim, "permute");
  return permuteTo(
    x,
    axes.map((axis) => normalizeAxis(axis, x.ndim, "permute")),
  );
}

function permuteTo(x: Tensor, axes: readonly number[]): Tensor {
  return axes.every((axis, i) => axis === i) ? alias(x) : applyOne("permute", [x], { axes });
}

/**
 * Two axes exchanged.
 *
 * @throws {AxisError} if an axis does not exist.
 * @example
 * await transpose(tensor([[1, 2], [3, 4]]), 0, 1).toArray(); // => [[1, 3], [2, 4]]
 */
export function transpose(x: Tensor, axisA: number, axisB: number): Tensor {
  checkTensor("transpose", x);
  const ndim = Math.max(x.ndim, 1); // a scalar has an axis to name, as in PyTorch
  const a = normalizeAxis(axisA, ndim, "transpose");
  const b = normalizeAxis(axisB, ndim, "transpose");
  return permuteTo(
    x,
    x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)),
  );
}

/**
 * The last two axes exchanged: each matrix of a stack transposed.
 *
 * @throws {ShapeError} if there are fewer than two axes.
 * @example
 * matrixTranspose(zeros([8, 2, 3])).shape; // => [8, 3, 2]
 */
export function matrixTranspose(x: Tensor): Tensor {
  checkMatrices("matrixTranspose", x);
  return transpose(x, -2, -1);
}

/**
 * One axis moved to another position; the others keep their order.
 *
 * @throws {AxisError} if an axis does not exist.
 * @example
 * moveAxis(zeros([8, 32, 32, 3]), -1, 1).shape; // => [8, 3, 32, 32]
 */
export function moveAxis(x: Tensor, from: number, to: number): Tensor {
  checkTensor("moveAxis", x);
  const ndim = Math.max(x.ndim, 1);
  const source = normalizeAxis(from, ndim, "moveAxis");
  const target = normalizeAxis(to, ndim, "moveAxis");
  const axes = x.shape.map((_, axis) => axis);
  axes.splice(source, 1);
  axes.splice(target, 0, source);
  return permuteTo(x, axes);
}
