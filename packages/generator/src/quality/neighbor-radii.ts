import { checkWhole } from "@dl/backend";
import { checkSampleCount, type Features } from "./features.ts";
import { visitSquaredDistances } from "./squared-distances.ts";

/** How large the ball around each point is. */
export interface NeighborOptions {
  /** The ball around a point reaches its neighbour with this number. */
  readonly neighbors?: number;
}

/** Points whose distances to all later ones are computed at a time. */
const blockRows = 32;

/** Squared distance of each point to its `neighbors`-th nearest other one; each pair is computed once. */
export function squaredRadii(points: Features, neighbors: number): Float64Array {
  const [count, width] = points.shape;
  const from = (first: number, end: number): Features => ({
    data: points.data.subarray(first * width, end * width),
    shape: [end - first, width],
  });
  const nearest = new Float64Array(count * neighbors).fill(Infinity);
  for (let first = 0; first < count; first += blockRows) {
    const end = Math.min(first + blockRows, count);
    visitSquaredDistances(from(first, end), from(first, count), (i, distances) => {
      for (let j = i + 1; j < distances.length; j++) {
        keepSmallest(nearest, (first + i) * neighbors, neighbors, distances[j]!);
        keepSmallest(nearest, (first + j) * neighbors, neighbors, distances[j]!);
      }
    });
  }
  return Float64Array.from({ length: count }, (_, i) => nearest[(i + 1) * neighbors - 1]!);
}

/** Puts a number among the `count` smallest, which lie in order from `start` on. */
export function keepSmallest(
  kept: Float64Array,
  start: number,
  count: number,
  number: number,
): void {
  let at = start + count - 1;
  if (!(number < kept[at]!)) return;
  for (; at > start && kept[at - 1]! > number; at--) kept[at] = kept[at - 1]!;
  kept[at] = number;
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
