import { ArgumentError, formatShape, ShapeError } from "@dl/backend";
import { checkDataset } from "../check-given.ts";
import type { AsyncDataset, HostArray } from "../dataset.ts";
import { gatherBatch } from "../loading/gather-samples.ts";

/** Figures of a field of a dataset, one per channel: per first axis of a sample. */
export interface Statistics {
  readonly mean: readonly number[];
  /** Standard deviation of the population: of what is there, not of what it was drawn from. */
  readonly deviation: readonly number[];
  readonly minimum: readonly number[];
  readonly maximum: readonly number[];
}

/** Samples read at a time. */
const step = 256;

/**
 * Mean, standard deviation and range of a field over a dataset, per channel.
 *
 * Fit them on the training part alone: what the test part looks like is not known in advance.
 *
 * Numerical note: sums in float64 of distances from the first sample, so a large mean costs no
 * digits.
 *
 * @throws {ArgumentError} if the dataset is empty, its samples have no such array, or a number of
 * it is not finite.
 * @example
 * const digits = new ProceduralDigits({ length: 100 });
 * const { mean } = await fitStatistics(digits, "inputs");
 * mean.length; // => 1
 */
export async function fitStatistics<S extends object>(
  dataset: AsyncDataset<S>,
  field: keyof S & string,
): Promise<Statistics> {
  checkDataset(dataset, "fitStatistics");
  let sums: ChannelSums | undefined;
  for (let start = 0; start < dataset.length; start += step) {
    const count = Math.min(step, dataset.length - start);
    const indices = Uint32Array.from({ length: count }, (_, i) => start + i);
    const batch = await gatherBatch(dataset, indices, undefined);
    const array: HostArray | undefined = batch[field];
    if (array === undefined)
      throw new ArgumentError("fitStatistics", `the samples have no field "${field}".`, {
        received: field,
      });
    sums ??= new ChannelSums(array);
    sums.add(array);
    if (!sums.isFinite()) throw notFinite(array, start, field);
  }
  if (sums === undefined)
    throw new ArgumentError(
      "fitStatistics",
      "the dataset is empty: received 0 samples. Give it at least one.",
      { received: 0 },
    );
  return sums.statistics();
}

function notFinite({ data, shape }: HostArray, start: number, field: string): ArgumentError {
  const { channels, inner } = channelsOf({ data, shape });
  const at = data.findIndex((value) => !Number.isFinite(value));
  const sample = start + Math.floor(at / (channels * inner));
  const channel = Math.floor(at / inner) % channels;
  return new ArgumentError(
    "fitStatistics",
    `"${field}" has no statistics: received ${data[at]} in sample ${sample}, channel ${channel}. Fill it, or leave the sample out, e.g. by subset.`,
    { received: data[at] },
  );
}

/** Channels of a batch: the size of its second axis, and elements of one channel of one sample. */
export function channelsOf({ data, shape }: HostArray): { channels: number; inner: number } {
  const channels = shape[1] ?? 1;
  const samples = shape[0] ?? 1;
  return { channels, inner: samples * channels === 0 ? 0 : data.length / (samples * channels) };
}

class ChannelSums {
  readonly #channels: number;
  readonly #origin: Float64Array;
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;
  readonly #minimum: Float64Array;
  readonly #maximum: Float64Array;
  #count = 0;

  constructor(first: HostArray) {
    const { channels, inner } = channelsOf(first);
    this.#channels = channels;
    this.#origin = Float64Array.from({ length: channels }, (_, c) => first.data[c * inner] ?? 0);
    this.#sum = new Float64Array(channels);
    this.#squares = new Float64Array(channels);
    this.#minimum = new Float64Array(channels).fill(Infinity);
    this.#maximum = new Float64Array(channels).fill(-Infinity);
  }

  add(array: HostArray): void {
    const { channels, inner } = channelsOf(array);
    if (channels !== this.#channels)
      throw new ShapeError(
        "fitStatistics",
        `samples differ in channels: ${this.#channels}, then ${channels} in a batch of shape ${formatShape(array.shape)}.`,
        { expected: this.#channels, received: channels },
      );
    const { data } = array;
    let at = 0;
    for (let sample = 0; sample < (array.shape[0] ?? 1); sample++)
      for (let c = 0; c < channels; c++) {
        const origin = this.#origin[c]!;
        for (let i = 0; i < inner; i++) {
          const value = data[at++]!;
          const away = value - origin;
          this.#sum[c]! += away;
          this.#squares[c]! += away * away;
          if (value < this.#minimum[c]!) this.#minimum[c] = value;
          if (value > this.#maximum[c]!) this.#maximum[c] = value;
        }
      }
    this.#count += channels === 0 ? 0 : data.length / channels;
  }

  isFinite(): boolean {
    return this.#sum.every((sum) => Number.isFinite(sum));
  }

  statistics(): Statistics {
    const offsets = Array.from(this.#sum, (sum) => sum / this.#count);
    return {
      mean: offsets.map((offset, c) => this.#origin[c]! + offset),
      deviation: offsets.map((offset, c) =>
        Math.sqrt(Math.max(this.#squares[c]! / this.#count - offset * offset, 0)),
      ),
      minimum: Array.from(this.#minimum),
      maximum: Array.from(this.#maximum),
    };
  }
}
