import { checkOptions, checkWhole } from "@dl/backend";
import { Generator, generatorKind } from "@dl/tensor";
import { densityCoverage, type DensityCoverage } from "./density-coverage.ts";
import { featurePair, rowsOf, type Features, type FeatureSource } from "./features.ts";
import { frechetDistance, type FrechetDistance } from "./frechet-distance.ts";
import { withFloor, type HalvesOptions, type WithFloor } from "./halves.ts";
import { kernelDistance, type KernelDistance } from "./kernel-distance.ts";
import { precisionRecall, type PrecisionRecall } from "./precision-recall.ts";

/** How much is measured, and by whose random numbers. */
export interface SampleQualityOptions extends HalvesOptions {
  /** Features that each count alike in the kernel distance. Default true. */
  readonly standardize?: boolean;
  /** Samples of either set, chosen at random, for the measures that look for neighbours. Default 2,000. */
  readonly neighborSamples?: number;
}

/** Every measure of samples against a reference, beside its floor. */
export interface SampleQuality {
  readonly frechet: WithFloor<FrechetDistance>;
  readonly kernel: WithFloor<KernelDistance>;
  readonly precisionRecall: WithFloor<PrecisionRecall>;
  readonly densityCoverage: WithFloor<DensityCoverage>;
}

/**
 * All that can be said of samples by their features: Fréchet and kernel distance, precision and recall,
 * density and coverage, each with the floor between two shuffled halves of the reference.
 *
 * Neighbours are looked for among as many samples as references, some at random, since the figures
 * depend on the numbers; everything else uses all.
 *
 * Shape: samples [n, width], reference [m, width].
 * @throws {ShapeError} if the numbers of features differ.
 * @throws {ArgumentError} for fewer than 12 samples in the reference or 6 others, or numbers that are not finite.
 * @example
 * const reference = normal([200, 3]);
 * const { frechet } = await sampleQuality(normal([200, 3]).add(2), reference);
 * frechet.value.distance > 10 * frechet.floor.distance; // => true
 */
export async function sampleQuality(
  samples: FeatureSource,
  reference: FeatureSource,
  options: SampleQualityOptions = {},
): Promise<SampleQuality> {
  const op = "sampleQuality";
  const {
    standardize = true,
    neighborSamples = 2000,
    generator = new Generator(0),
  } = checkOptions(op, options, {
    generator: generatorKind,
    standardize: "boolean",
    neighborSamples: "number",
  });
  checkWhole(op, "neighborSamples", neighborSamples, 6, Infinity, " of at least 6");
  const [made, real] = await featurePair(op, samples, reference);
  const count = Math.min(neighborSamples, made.shape[0], real.shape[0]);
  const some = (features: Features): Features =>
    features.shape[0] === count
      ? features
      : rowsOf(features, generator.permutation(features.shape[0]).subarray(0, count));
  const [someMade, someReal] = [some(made), some(real)];
  const kernel = (x: Features, y: Features): Promise<KernelDistance> =>
    kernelDistance(x, y, { standardize, generator });
  return {
    frechet: await withFloor(frechetDistance, made, real, { generator }),
    kernel: await withFloor(kernel, made, real, { generator }),
    precisionRecall: await withFloor((x, y) => precisionRecall(x, y), someMade, someReal, {
      generator,
    }),
    densityCoverage: await withFloor((x, y) => densityCoverage(x, y), someMade, someReal, {
      generator,
    }),
  };
}

/**
 * Figures as lines for people, every one beside what two halves of the data give.
 *
 * @example
 * const quality = await sampleQuality(normal([200, 3]).add(2), normal([200, 3]));
 * formatSampleQuality(quality).split("\n").length; // => 7
 */
export function formatSampleQuality(quality: SampleQuality): string {
  const { frechet, kernel, precisionRecall: shares, densityCoverage: balls } = quality;
  const rows = [
    ["", "samples", "halves of the data"],
    [
      "Fréchet distance",
      ...both(frechet, ({ distance, bias }) => `${digits(distance)}, bias ${digits(bias)}`),
    ],
    ["kernel distance", ...both(kernel, kernelText)],
    ["precision", ...both(shares, ({ precision }) => digits(precision))],
    ["recall", ...both(shares, ({ recall }) => digits(recall))],
    ["density", ...both(balls, ({ density }) => digits(density))],
    ["coverage", ...both(balls, ({ coverage }) => digits(coverage))],
  ];
  const widths = [0, 1].map((i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows
    .map(
      ([name, value, floor]) =>
        `${name!.padEnd(widths[0]!)}  ${value!.padEnd(widths[1]!)}  ${floor!}`,
    )
    .join("\n");
}

function both<Figure>(
  { value, floor }: WithFloor<Figure>,
  text: (figure: Figure) => string,
): readonly [string, string] {
  return [text(value), text(floor)];
}

function kernelText({ distance, spread, blocks }: KernelDistance): string {
  if (spread === undefined) return digits(distance);
  return `${digits(distance)} ± ${digits(spread / Math.sqrt(blocks))}`;
}

/** Three digits. */
function digits(x: number): string {
  return String(Number(x.toPrecision(3)));
}
