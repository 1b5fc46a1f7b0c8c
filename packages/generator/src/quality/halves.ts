import { checkOptions, type OptionKinds } from "@dl/backend";
import { Generator, generatorKind } from "@dl/tensor";
import {
  checkSampleCount,
  featuresFrom,
  rowsOf,
  type Features,
  type FeatureSource,
} from "./features.ts";

/** How samples are dealt to halves. */
export interface HalvesOptions {
  /** One of seed 0, the same each time, unless said. */
  readonly generator?: Generator;
}

const halvesKinds: OptionKinds<HalvesOptions> = { generator: generatorKind };

/**
 * Features dealt at random to two halves; of an odd number, one is left out.
 *
 * Never in the order of a file: whoever wrote down the first half of a data set may differ from who
 * wrote down the second.
 *
 * Shape: [n, width] → twice [⌊n / 2⌋, width].
 * @throws {ArgumentError} for fewer than 2 samples.
 * @example
 * const [one, other] = await halves(tensor([[1], [2], [3], [4]]));
 * one.data.length + other.data.length; // => 4
 */
export async function halves(
  source: FeatureSource,
  options: HalvesOptions = {},
): Promise<readonly [Features, Features]> {
  const { generator = new Generator(0) } = checkOptions("halves", options, halvesKinds);
  const features = await featuresFrom("halves", "the features", source);
  const [count] = features.shape;
  checkSampleCount("halves", "the features", count, 2);
  const order = generator.permutation(count);
  const half = Math.floor(count / 2);
  return [
    rowsOf(features, order.subarray(0, half)),
    rowsOf(features, order.subarray(half, 2 * half)),
  ];
}

/** A figure, and what it would be if the samples were data. */
export interface WithFloor<Figure> {
  readonly value: Figure;
  /** Of one half of the reference held against the other half. */
  readonly floor: Figure;
}

/**
 * A measure of samples against a reference, with its floor: the same measure between two shuffled halves
 * of the reference, which no generator can be expected to beat.
 *
 * A half has half as many samples, so that what depends on their number comes out worse in the floor.
 *
 * Shape: samples [n, width], reference [m, width].
 * @throws {ArgumentError} if a half has too few samples for the measure.
 * @example
 * const reference = normal([400, 4]);
 * const { value, floor } = await withFloor(frechetDistance, reference.add(1), reference);
 * value.distance > 3 && floor.distance < 1; // => true
 */
export async function withFloor<Figure>(
  measure: (samples: Features, reference: Features) => Figure | Promise<Figure>,
  samples: FeatureSource,
  reference: FeatureSource,
  options: HalvesOptions = {},
): Promise<WithFloor<Figure>> {
  checkOptions("withFloor", options, halvesKinds);
  const made = await featuresFrom("withFloor", "the samples", samples);
  const real = await featuresFrom("withFloor", "the reference", reference);
  return {
    value: await measure(made, real),
    floor: await measure(...(await halves(real, options))),
  };
}
