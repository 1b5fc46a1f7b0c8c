import { checkOptions, checkWhole, formatShape, ShapeError, shapesEqual } from "@dl/backend";
import { checkTensor, linspace, oneHot, stack, tensor, where, type Tensor } from "@dl/tensor";
import { slerp } from "./slerp.ts";

/** Along the straight line, or along the arc, which keeps to the lengths of normal latents. */
export type LatentPath = "linear" | "spherical";

/** How a walk goes. */
export interface LatentWalkOptions {
  /** Default "spherical". */
  readonly path?: LatentPath;
}

/**
 * Latents on the way from one to another, both ends included.
 *
 * Shape: from, to [..., n] → [steps, ..., n].
 * @throws {ShapeError} if the shapes differ.
 * @throws {ArgumentError} unless there are at least 2 steps.
 * @example
 * const walk = latentWalk(tensor([2, 0]), tensor([0, 2]), 3, { path: "linear" });
 * await walk.toArray(); // => [[2, 0], [1, 1], [0, 2]]
 */
export function latentWalk(
  from: Tensor,
  to: Tensor,
  steps: number,
  options: LatentWalkOptions = {},
): Tensor {
  const op = "latentWalk";
  checkSameShape(op, from, to);
  checkWhole(op, "the number of steps", steps, 2, Infinity, " of at least 2");
  const { path = "spherical" } = checkOptions(op, options, { path: '"linear"|"spherical"' });
  const between = path === "linear" ? linear : slerp;
  return stack(Array.from({ length: steps }, (_, i) => between(from, to, i / (steps - 1))));
}

const linear = (from: Tensor, to: Tensor, weight: number): Tensor => from.lerp(to, weight);

/**
 * Latents along a direction: each plus so many times the direction.
 *
 * Shape: latents [..., n], direction [n] → [distances, ..., n].
 * @throws {ShapeError} if the direction is not a vector of n numbers.
 * @example
 * const smile = tensor([0, 2]);
 * await traverse(tensor([1, 1]), smile, [-1, 0, 1]).toArray(); // => [[1, -1], [1, 1], [1, 3]]
 */
export function traverse(latents: Tensor, direction: Tensor, distances: readonly number[]): Tensor {
  checkDirection("traverse", "the direction", latents, direction);
  return stack(distances.map((distance) => latents.add(direction.mul(distance))));
}

/**
 * Latents with one of their numbers set to each of the values: what that number stands for.
 *
 * Shape: latents [..., n] → [values, ..., n].
 * @throws {ArgumentError} unless there is a number with that index.
 * @example
 * await traverseAxis(tensor([5, 6]), 1, [-2, 2]).toArray(); // => [[5, -2], [5, 2]]
 */
export function traverseAxis(latents: Tensor, index: number, values: readonly number[]): Tensor {
  const op = "traverseAxis";
  checkTensor(op, latents);
  const width = latents.shape.at(-1) ?? 0;
  checkWhole(op, "the index", index, 0, width - 1, ` from 0 to ${width - 1}`);
  const at = tensor(index, { dtype: "int32", backend: latents.backend });
  const isSet = oneHot(at, width).cast("bool");
  return stack(values.map((value) => where(isSet, value, latents)));
}

/** How many latents a grid has, and how far it reaches. */
export interface LatentGridOptions {
  /** Default 8. */
  readonly rows?: number;
  /** Default 8. */
  readonly columns?: number;
  /** How many times the directions the grid reaches to either side. Default 2. */
  readonly reach?: number;
}

/**
 * A plane through latent space: origin + x · across + y · down, with x and y from -reach to reach.
 *
 * Shape: all [n] → [rows, columns, n].
 * @throws {ShapeError} unless all three are vectors of n numbers.
 * @throws {ArgumentError} unless there is at least one row and one column.
 * @example
 * const [across, down] = [tensor([1, 0]), tensor([0, 1])];
 * const grid = latentGrid(tensor([0, 0]), across, down, { rows: 3, columns: 2 });
 * await grid.select(0, 0).toArray(); // => [[-2, -2], [2, -2]]
 */
export function latentGrid(
  origin: Tensor,
  across: Tensor,
  down: Tensor,
  options: LatentGridOptions = {},
): Tensor {
  const op = "latentGrid";
  checkDirection(op, "across", origin, across);
  checkDirection(op, "down", origin, down);
  checkSameShape(op, origin, across);
  const {
    rows = 8,
    columns = 8,
    reach = 2,
  } = checkOptions(op, options, { rows: "number", columns: "number", reach: "number" });
  checkWhole(op, "rows", rows, 1, Infinity, " of at least 1");
  checkWhole(op, "columns", columns, 1, Infinity, " of at least 1");
  const { backend, dtype } = origin;
  const places = (count: number): Tensor =>
    count === 1
      ? tensor([0], { backend, dtype })
      : linspace(-reach, reach, count, { backend, dtype });
  const right = places(columns).unsqueeze(-1).mul(across); // [columns, n]
  const below = places(rows).reshape([rows, 1, 1]).mul(down); // [rows, 1, n]
  return origin.add(right).add(below);
}

/** @throws {ShapeError} if the shapes differ. */
function checkSameShape(op: string, left: Tensor, right: Tensor): void {
  checkTensor(op, left);
  checkTensor(op, right);
  if (!shapesEqual(left.shape, right.shape))
    throw new ShapeError(
      op,
      `both must have the same shape: received ${formatShape(left.shape)} and ${formatShape(right.shape)}.`,
      { expected: left.shape, received: right.shape },
    );
}

/** @throws {ShapeError} unless it is a vector of as many numbers as a latent has. */
export function checkDirection(op: string, name: string, latents: Tensor, direction: Tensor): void {
  checkTensor(op, latents);
  checkTensor(op, direction);
  const width = latents.shape.at(-1);
  if (direction.ndim !== 1 || direction.shape[0] !== width)
    throw new ShapeError(
      op,
      `${name} must be a vector of ${width} numbers, as a latent has: received ${formatShape(direction.shape)}.`,
      { expected: width, received: direction.shape },
    );
}
