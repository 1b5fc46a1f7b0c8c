import { ArgumentError, checkOptions, checkWhole } from "@dl/backend";
import { checkFeatureSource, featurePair, type FeatureSource } from "./features.ts";
import { visitSquaredDistances } from "./squared-distances.ts";

/** What counts as a sample of a mode, and as a mode that is there. */
export type ModeOptions = (
  | {
      /** Standard deviation of a mode; its samples lie within 3 of them. */
      readonly std: number;
    }
  | {
      /** How far from its centre a mode reaches. */
      readonly radius: number;
    }
) & {
  /** Samples that a mode must have to count. Default: a sixteenth of an even share, rounded up. */
  readonly least?: number;
};

/** Which of the known modes samples reach. */
export interface ModeCoverage {
  /** Number of modes with enough samples. */
  readonly modes: number;
  /** Share of the samples that belong to a mode. */
  readonly highQuality: number;
  /** Samples of each mode, in the order of the centres. */
  readonly counts: readonly number[];
}

/**
 * Which of the modes whose centres are known have samples, and how many samples lie between them.
 *
 * A sample belongs to the nearest centre, if that is near enough.
 *
 * Shape: samples [n, width], centres [modes, width].
 * @throws {ShapeError} if the widths differ.
 * @throws {ArgumentError} unless one of std and radius is given, above 0, and `least` is a whole number of at least 1.
 * @example
 * const samples = tensor([[0.1], [0.2], [5]]);
 * const { modes, highQuality } = await modeCoverage(samples, tensor([[0], [1]]), { std: 0.1 });
 * [modes, highQuality]; // => [1, 2 / 3]
 */
export async function modeCoverage(
  samples: FeatureSource,
  centres: FeatureSource,
  options: ModeOptions,
): Promise<ModeCoverage> {
  const op = "modeCoverage";
  checkFeatureSource(op, "the centres", centres);
  checkOptions<{ std: number; radius: number; least: number }>(op, options as never, {
    std: "number",
    radius: "number",
    least: "number",
  });
  const { std, radius, least } = options as Partial<Record<"std" | "radius" | "least", number>>;
  const reach = radius ?? 3 * (std ?? Number.NaN);
  if (!(reach > 0) || (std !== undefined && radius !== undefined))
    throw new ArgumentError(
      op,
      `needs either std or radius, above 0: received std ${std}, radius ${radius}. Say how far a mode reaches.`,
      { received: options },
    );
  const [made, known] = await featurePair(op, samples, centres, ["the samples", "the centres"]);
  const [count, modes] = [made.shape[0], known.shape[0]];
  const enough = least ?? Math.ceil(count / modes / 16);
  checkWhole(op, "least", enough, 1, Infinity, " of at least 1");
  const counts = new Array<number>(modes).fill(0);
  visitSquaredDistances(made, known, (_, distances) => {
    let nearest = 0;
    for (let j = 1; j < modes; j++) if (distances[j]! < distances[nearest]!) nearest = j;
    if (distances[nearest]! <= reach * reach) counts[nearest]!++;
  });
  return {
    modes: counts.filter((samplesOfMode) => samplesOfMode >= enough).length,
    highQuality: counts.reduce((sum, samplesOfMode) => sum + samplesOfMode, 0) / count,
    counts,
  };
}
