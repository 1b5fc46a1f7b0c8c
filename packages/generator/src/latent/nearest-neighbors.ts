import { checkOptions, checkWhole } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { batchesOf, checkSource, type SampleSource } from "../quality/collect-features.ts";
import { checkWidths, featuresFrom } from "../quality/features.ts";
import { visitSquaredDistances } from "../quality/squared-distances.ts";

/** How many are found, and how data are gone through. */
export interface NearestOptions {
  /** Default 1. */
  readonly neighbors?: number;
  /** Rows of a tensor that are read at a time. Default 2,000. */
  readonly batchSize?: number;
}

/** For each query, its nearest neighbours in a data set, the nearest first. */
export interface NearestNeighbors {
  /** Their places in the data. */
  readonly indices: readonly (readonly number[])[];
  /** Euclidean. */
  readonly distances: readonly (readonly number[])[];
}

/**
 * Nearest neighbours of queries in a data set, by pixels or by features: whether a sample is a copy.
 *
 * Exact, in float64 on the host, of equal distances the first; the data are read in batches, so that a
 * data set larger than memory can be gone through.
 *
 * Shape: queries [n, ...sample], data [m, ...sample], or batches of it.
 * @throws {ShapeError} if a query and a sample have different numbers of elements.
 * @throws {ArgumentError} if there are fewer samples than neighbours, or numbers that are not finite.
 * @example
 * const data = tensor([[0, 0], [5, 5], [9, 9]]);
 * const { indices } = await nearestNeighbors(tensor([[4, 4]]), data, { neighbors: 2 });
 * indices; // => [[1, 0]]
 */
export async function nearestNeighbors(
  queries: Tensor,
  data: Exclude<SampleSource, { sample: unknown }>,
  options: NearestOptions = {},
): Promise<NearestNeighbors> {
  const op = "nearestNeighbors";
  checkSource(op, data);
  const { neighbors = 1, batchSize = 2000 } = checkOptions(op, options, {
    neighbors: "number",
    batchSize: "number",
  });
  checkWhole(op, "neighbors", neighbors, 1, Infinity, " of at least 1");
  checkWhole(op, "batchSize", batchSize, 1, Infinity, " of at least 1");
  const wanted = await featuresFrom(op, "the queries", rowsPerSample(queries));
  const found = Array.from({ length: wanted.shape[0] }, () => new Nearest(neighbors));
  let seen = 0;
  for await (const batch of batchesOf(op, data, { batchSize })) {
    const rows = await featuresFrom(op, "the data", rowsPerSample(batch));
    checkWidths(op, wanted.shape[1], rows.shape[1]);
    visitSquaredDistances(wanted, rows, (i, distances) => found[i]!.offer(distances, seen));
    seen += rows.shape[0];
  }
  checkWhole(op, "neighbors", neighbors, 1, seen, ` from 1 to ${seen}, the size of the data`);
  return {
    indices: found.map(({ indices }) => indices),
    distances: found.map(({ squares }) => squares.map((square) => Math.sqrt(square))),
  };
}

function rowsPerSample(samples: Tensor): Tensor {
  return samples.ndim <= 2 ? samples : samples.flatten(1);
}

/** The nearest so far, in order. */
class Nearest {
  readonly indices: number[] = [];
  readonly squares: number[] = [];
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  offer(squares: Float64Array, first: number): void {
    for (let j = 0; j < squares.length; j++) {
      const square = squares[j]!;
      if (this.squares.length === this.#count && square >= this.squares.at(-1)!) continue;
      let at = this.squares.length;
      while (at > 0 && this.squares[at - 1]! > square) at--;
      this.squares.splice(at, 0, square);
      this.indices.splice(at, 0, first + j);
      this.squares.length = Math.min(this.squares.length, this.#count);
      this.indices.length = this.squares.length;
    }
  }
}
