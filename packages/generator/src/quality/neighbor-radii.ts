import { checkWhole } from "@dl/backend";
import { checkSampleCount, type Features } from "./features.ts";
import { visitSquaredDistances } from "./squared-distances.ts";

/** How large the ball around each point is. */
export interface NeighborOptions {
  /** The ball around a point reaches its neighbour with this number. */
  readonly neighbors?: number;
}

/** Squared distance of each point to its `neighbors`-th nearest other one. */
export function squaredRadii(points: Features, neighbors: number): Float64Array {
  const [count] = points.shape;
  const radii = new Float64Array(count);
  visitSquaredDistances(points, points, (i, distances) => {
    distances[i] = Infinity; // itself
    radii[i] = smallest(distances, neighbors).at(-1)!;
  });
  return radii;
}

/** The least numbers, smallest first. */
export function smallest(numbers: Float64Array, count: number): Float64Array {
  const kept = new Float64Array(count).fill(Infinity);
  let largest = Infinity;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    if (!(number < largest)) continue;
    let at = count - 1;
    for (; at > 0 && kept[at - 1]! > number; at--) kept[at] = kept[at - 1]!;
    kept[at] = number;
    largest = kept[count - 1]!;
  }
  return kept;
}

/** @throws {ArgumentError} unless every point of every set has so many others. */
export function checkNeighbors(
  op: string,
  neighbors: number,
  ...sets: readonly (readonly [name: string, count: number])[]
): void {
  checkWhole(op, "neighbors", neighbors, 1, Infinity, " of at least 1");
  for (const [name, count] of sets) checkSampleCount(op, name, count, neighbors + 1);
}
