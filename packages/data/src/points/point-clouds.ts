import { checkOptions, extendKinds, sineCosine, type OptionKinds } from "@dl/backend";
import { ArrayDataset } from "../array-dataset.ts";
import { checkLength, checkNumber, checkWhole } from "../check-range.ts";
import { checkSeed, RandomStream, randomStreams } from "../random-stream.ts";

/** Number, noise and seed of drawn points. */
export interface PointsOptions {
  readonly length: number;
  /** Standard deviation of what is added to each coordinate. Default 0.1 unless said. */
  readonly noise?: number;
  /** Default 0. */
  readonly seed?: number;
}

const pointsKinds: OptionKinds<PointsOptions> = {
  length: "number",
  noise: "number",
  seed: "number",
};

/**
 * Two half circles of radius 1 that reach into each other, one class each.
 *
 * The first is the upper half around (0, 0), the second the lower half around (1, 0.5).
 *
 * Shape: inputs [2]; targets 0 or 1.
 *
 * @throws {ArgumentError} if an option is out of range.
 * @example
 * twoMoons({ length: 200 }).get(0).inputs.shape; // => [2]
 */
export function twoMoons(options: PointsOptions): ArrayDataset {
  checkOptions("twoMoons", options, pointsKinds);
  return points(options, 2, "twoMoons", (target, random) => {
    const [sine, cosine] = sineCosine(random.uniform(0, 0.5));
    return target === 0 ? [cosine, sine] : [1 - cosine, 0.5 - sine];
  });
}

/**
 * A circle of radius 1 (class 0) and one of radius 0.5 within (class 1).
 *
 * Shape: inputs [2]; targets 0 or 1.
 *
 * @throws {ArgumentError} if an option is out of range.
 * @example
 * const { inputs } = circles({ length: 2, noise: 0 }).get(1);
 * Math.hypot(...inputs.data); // => 0.5
 */
export function circles(options: PointsOptions): ArrayDataset {
  checkOptions("circles", options, pointsKinds);
  return points(options, 2, "circles", (target, random) => {
    const [sine, cosine] = sineCosine(random.uniform(0, 1));
    const radius = target === 0 ? 1 : 0.5;
    return [radius * cosine, radius * sine];
  });
}

/** Arms and turns of {@link spirals}. */
export interface SpiralsOptions extends PointsOptions {
  /** Number of arms, one class each. Default 2. */
  readonly classCount?: number;
  /** Full turns of an arm. Default 1. */
  readonly turns?: number;
}

const spiralsKinds: OptionKinds<SpiralsOptions> = /* @__PURE__ */ extendKinds(pointsKinds, {
  classCount: "number",
  turns: "number",
});

/**
 * Spiral arms from the middle out to radius 1, one class each.
 *
 * Shape: inputs [2]; targets 0 to classCount − 1.
 *
 * @throws {ArgumentError} if an option is out of range.
 * @example
 * spirals({ length: 300, classCount: 3 }).get(2).targets; // => 2
 */
export function spirals(options: SpiralsOptions): ArrayDataset {
  const {
    classCount = 2,
    turns = 1,
    noise = 0.02,
  } = checkOptions("spirals", options, spiralsKinds);
  checkWhole(classCount, 1, 2 ** 30, "classCount", "spirals");
  checkNumber(turns, 0, 100, "turns", "spirals");
  return points({ ...options, noise }, classCount, "spirals", (target, random) => {
    const radius = random.uniform(0.05, 1);
    const [sine, cosine] = sineCosine(target / classCount + turns * radius);
    return [radius * cosine, radius * sine];
  });
}

/** Number of Gaussians of {@link gaussianRing} and the size of their circle. */
export interface GaussianRingOptions extends PointsOptions {
  /** Number of Gaussians, one class each. Default 8. */
  readonly modeCount?: number;
  /** Of the circle that their means stand on. Default 1. */
  readonly radius?: number;
}

const ringKinds: OptionKinds<GaussianRingOptions> = /* @__PURE__ */ extendKinds(pointsKinds, {
  modeCount: "number",
  radius: "number",
});

/**
 * Gaussians whose means stand evenly on a circle: what a generator must not average.
 *
 * `noise` is the standard deviation of each.
 *
 * Shape: inputs [2]; targets 0 to modeCount − 1.
 *
 * @throws {ArgumentError} if an option is out of range.
 * @example
 * const ring = gaussianRing({ length: 800, noise: 0 });
 * ring.getBatch([0]).targets.data; // => [0]
 * ring.get(0).inputs.data; // => [1, 0]
 */
export function gaussianRing(options: GaussianRingOptions): ArrayDataset {
  const {
    modeCount = 8,
    radius = 1,
    noise = 0.05,
  } = checkOptions("gaussianRing", options, ringKinds);
  checkWhole(modeCount, 1, 2 ** 30, "modeCount", "gaussianRing");
  checkNumber(radius, 0, Infinity, "radius", "gaussianRing");
  return points({ ...options, noise }, modeCount, "gaussianRing", (target) => {
    const [sine, cosine] = sineCosine(target / modeCount);
    return [radius * cosine, radius * sine];
  });
}

/** Size and spacing of {@link gaussianGrid}. */
export interface GaussianGridOptions extends PointsOptions {
  /** Gaussians along each side. Default 5. */
  readonly side?: number;
  /** Between neighbouring means. Default 1. */
  readonly spacing?: number;
}

const gridKinds: OptionKinds<GaussianGridOptions> = /* @__PURE__ */ extendKinds(pointsKinds, {
  side: "number",
  spacing: "number",
});

/**
 * Gaussians whose means stand on a square grid around the origin.
 *
 * `noise` is the standard deviation of each.
 *
 * Shape: inputs [2]; targets 0 to side² − 1, row by row.
 *
 * @throws {ArgumentError} if an option is out of range.
 * @example
 * gaussianGrid({ length: 25, noise: 0 }).get(0).inputs.data; // => [-2, -2]
 */
export function gaussianGrid(options: GaussianGridOptions): ArrayDataset {
  const { side = 5, spacing = 1, noise = 0.05 } = checkOptions("gaussianGrid", options, gridKinds);
  checkWhole(side, 1, 1000, "side", "gaussianGrid");
  checkNumber(spacing, 0, Infinity, "spacing", "gaussianGrid");
  return points({ ...options, noise }, side * side, "gaussianGrid", (target) => [
    spacing * ((target % side) - (side - 1) / 2),
    spacing * (Math.floor(target / side) - (side - 1) / 2),
  ]);
}

/**
 * Points of `classCount` classes in turn. A point depends on (seed, index) alone.
 *
 * Sets of one seed share their random numbers: they are not meant to be seen together.
 */
function points(
  { length, noise = 0.1, seed = 0 }: PointsOptions,
  classCount: number,
  op: string,
  place: (target: number, random: RandomStream) => readonly [x: number, y: number],
): ArrayDataset {
  checkLength(length, 2 ** 30, op);
  checkNumber(noise, 0, Infinity, "noise", op);
  checkSeed(seed, op);
  const random = new RandomStream(seed, randomStreams.points);
  const inputs = new Float32Array(2 * length);
  const targets = Int32Array.from({ length }, (_, i) => i % classCount);
  for (let i = 0; i < length; i++) {
    random.seek(i);
    const [x, y] = place(targets[i]!, random);
    inputs[2 * i] = x + noise * random.normal();
    inputs[2 * i + 1] = y + noise * random.normal();
  }
  return new ArrayDataset({
    inputs: { data: inputs, shape: [length, 2] },
    targets: { data: targets, shape: [length] },
  });
}
