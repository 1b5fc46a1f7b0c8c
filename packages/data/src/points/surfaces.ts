import { ArgumentError, checkOptions, formatShape, ShapeError } from "@dl/backend";
import { checkTensor, type Tensor } from "@dl/tensor";

/** The form of {@link ravine}. */
export interface RavineOptions {
  /** How many times steeper y is than x: the condition number. Default 20. */
  readonly steepness?: number;
}

/**
 * A long narrow valley: the surface on which plain gradient descent goes to and fro.
 *
 * ½ (x² + steepness · y²); its minimum, 0, is at (0, 0).
 *
 * Shape: points [..., 2] → [...].
 *
 * @throws {ShapeError} if the last axis is not (x, y).
 * @throws {ArgumentError} if steepness is not above 0.
 * @example
 * ravine(tensor([2, 1])); // => 12
 */
export function ravine(points: Tensor, options: RavineOptions = {}): Tensor {
  const { steepness = 20 } = checkOptions("ravine", options, { steepness: "number" });
  if (!(steepness > 0 && steepness < Infinity))
    throw new ArgumentError("ravine", `steepness must be above 0: received ${steepness}.`, {
      expected: "> 0",
      received: steepness,
    });
  const [x, y] = coordinates(points, "ravine");
  return x.mul(x).add(y.mul(y).mul(steepness)).mul(0.5);
}

/**
 * Rosenbrock's function: a valley that bends, easy to find and hard to follow.
 *
 * (1 − x)² + 100 (y − x²)²; its minimum, 0, is at (1, 1), and runs usually start at (−1.2, 1).
 *
 * Shape: points [..., 2] → [...].
 * Source: Rosenbrock 1960, "An automatic method for finding the greatest or least value of a
 * function", equation 8.
 *
 * @throws {ShapeError} if the last axis is not (x, y).
 * @example
 * rosenbrock(tensor([[1, 1], [-1.2, 1]])); // => [0, 24.2]
 */
export function rosenbrock(points: Tensor): Tensor {
  const [x, y] = coordinates(points, "rosenbrock");
  const toOne = x.neg().add(1);
  const toValley = y.sub(x.mul(x));
  return toOne.mul(toOne).add(toValley.mul(toValley).mul(100));
}

function coordinates(points: Tensor, op: string): readonly [x: Tensor, y: Tensor] {
  checkTensor(op, points);
  if (points.shape.at(-1) !== 2)
    throw new ShapeError(
      op,
      `points must have (x, y) along their last axis: received shape ${formatShape(points.shape)}.`,
      { expected: "[..., 2]", received: points.shape },
    );
  return [points.select(-1, 0), points.select(-1, 1)];
}
