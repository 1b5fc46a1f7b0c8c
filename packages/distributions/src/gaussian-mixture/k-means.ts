import type { Generator } from "@dl/tensor";

/** Rows of numbers, one after the other. */
export interface Rows {
  readonly elements: ArrayLike<number>;
  readonly count: number;
  readonly size: number;
}

/**
 * Rows put into groups: centres far from each other by k-means++, then moved to the means of what is nearest to them
 * a few times. A group that nothing is nearest to gets the row that is farthest from its centre.
 *
 * Source: Arthur & Vassilvitskii 2007, "k-means++: the advantages of careful seeding"; Lloyd 1982.
 */
export function kMeans(rows: Rows, groups: number, generator: Generator): Int32Array {
  const { count, size } = rows;
  const words = generator.words(groups);
  const centres = new Float64Array(groups * size);
  const distances = new Float64Array(count).fill(Infinity);
  const nearest = new Int32Array(count);
  for (let group = 0; group < groups; group++) {
    const chosen =
      group === 0 ? Math.floor(share(words[0]!) * count) : pick(distances, share(words[group]!));
    for (let i = 0; i < size; i++) centres[group * size + i] = rows.elements[chosen * size + i]!;
    for (let row = 0; row < count; row++) {
      const distance = squaredDistance(rows, row, centres, group);
      if (distance >= distances[row]!) continue;
      distances[row] = distance;
      nearest[row] = group;
    }
  }
  for (let round = 0; round < 10; round++) {
    moveCentres(rows, nearest, distances, centres);
    if (!assign(rows, centres, nearest, distances)) break;
  }
  return nearest;
}

/** In [0, 1). */
const share = (word: number): number => word / 2 ** 32;

/** A row with a chance proportional to its weight. */
function pick(weights: Float64Array, place: number): number {
  let rest = place * weights.reduce((sum, weight) => sum + weight, 0);
  for (let row = 0; row < weights.length; row++) {
    rest -= weights[row]!;
    if (rest < 0) return row;
  }
  // All weights are 0: fewer different rows than groups.
  return Math.floor(place * weights.length);
}

function squaredDistance(
  { elements, size }: Rows,
  row: number,
  centres: Float64Array,
  group: number,
): number {
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const difference = elements[row * size + i]! - centres[group * size + i]!;
    sum += difference * difference;
  }
  return sum;
}

function moveCentres(
  rows: Rows,
  nearest: Int32Array,
  distances: Float64Array,
  centres: Float64Array,
): void {
  const { elements, count, size } = rows;
  const members = new Float64Array(centres.length / size);
  centres.fill(0);
  for (let row = 0; row < count; row++) {
    const group = nearest[row]!;
    members[group]!++;
    for (let i = 0; i < size; i++) centres[group * size + i]! += elements[row * size + i]!;
  }
  members.forEach((number, group) => {
    const farthest = number > 0 ? -1 : positionOfLargest(distances);
    if (farthest >= 0) distances[farthest] = 0;
    for (let i = 0; i < size; i++)
      if (farthest < 0) centres[group * size + i]! /= number;
      else centres[group * size + i] = elements[farthest * size + i]!;
  });
}

function positionOfLargest(numbers: Float64Array): number {
  let best = 0;
  numbers.forEach((number, i) => {
    if (number > numbers[best]!) best = i;
  });
  return best;
}

/** Whether any row changed its group. */
function assign(
  rows: Rows,
  centres: Float64Array,
  nearest: Int32Array,
  distances: Float64Array,
): boolean {
  let hasChanged = false;
  const groups = centres.length / rows.size;
  for (let row = 0; row < rows.count; row++) {
    let best = 0;
    let least = Infinity;
    for (let group = 0; group < groups; group++) {
      const distance = squaredDistance(rows, row, centres, group);
      if (distance >= least) continue;
      least = distance;
      best = group;
    }
    hasChanged ||= nearest[row] !== best;
    nearest[row] = best;
    distances[row] = least;
  }
  return hasChanged;
}
