import { ArgumentError, checkGiven, checkOptions, formatShape, ShapeError } from "@dl/backend";
import { checkList } from "../check-given.ts";
import { checkNumber } from "../check-range.ts";
import type { HostArray } from "../dataset.ts";
import { hostArrayOf } from "../host-array.ts";
import { channelsOf, type Statistics } from "./statistics.ts";
import type { Transform } from "./transform.ts";

/**
 * Subtracts the mean and divides by the standard deviation, per channel: mean 0, variance 1.
 *
 * (x − mean) / deviation; a channel that never changes becomes 0.
 *
 * Shape: [N, C, ...] → the same.
 *
 * @throws {ShapeError} if the batch has another number of channels than the statistics.
 * @example
 * const digits = new ProceduralDigits({ length: 100 });
 * const statistics = await fitStatistics(digits, "inputs");
 * const transform = onField("inputs", standardize(statistics));
 * const [batch] = new DataLoader(digits, { batchSize: 100, transform });
 * Math.abs(await batch.inputs.mean().item()) < 1e-5; // => true
 */
export function standardize(statistics: MeanAndDeviation): Transform {
  const { mean, deviation } = checkedPair(statistics, "mean", "deviation", "standardize");
  return byChannel("standardize", mean, (c) => {
    const scale = deviation[c]! > 0 ? 1 / deviation[c]! : 1;
    return [scale, -mean[c]! * scale];
  });
}

/**
 * Undoes {@link standardize}: x · deviation + mean. To look at what a network sees.
 *
 * @example
 * const back = unstandardize({ mean: [3], deviation: [2] });
 * const points = new ArrayDataset({ inputs: { data: Float32Array.of(0, 1), shape: [2, 1] } });
 * const [batch] = new DataLoader(points, { batchSize: 2, transform: onField("inputs", back) });
 * batch.inputs; // => [[3], [5]]
 */
export function unstandardize(statistics: MeanAndDeviation): Transform {
  const { mean, deviation } = checkedPair(statistics, "mean", "deviation", "unstandardize");
  return byChannel("unstandardize", mean, (c) => [deviation[c]! > 0 ? deviation[c]! : 1, mean[c]!]);
}

/** As fitted, or as a paper gives them. */
export type MeanAndDeviation = Pick<Statistics, "mean" | "deviation">;

/** Where {@link normalize} puts the smallest and the largest value. */
export interface NormalizeOptions {
  /** Where the smallest value of the statistics comes to lie. Default 0. */
  readonly low?: number;
  /** Where the largest comes to lie. Default 1. */
  readonly high?: number;
}

/**
 * Brings each channel into a range, by the smallest and largest value that were fitted.
 *
 * low + (high − low) (x − minimum) / (maximum − minimum); a channel that never changes becomes low.
 *
 * Shape: [N, C, ...] → the same.
 *
 * @throws {ShapeError} if the batch has another number of channels than the statistics.
 * @example
 * const bytes = normalize({ minimum: [0], maximum: [255] }, { low: -1, high: 1 });
 * const points = new ArrayDataset({ inputs: { data: Float32Array.of(0, 255), shape: [2, 1] } });
 * const [batch] = new DataLoader(points, { batchSize: 2, transform: onField("inputs", bytes) });
 * batch.inputs; // => [[-1], [1]]
 */
export function normalize(
  statistics: Pick<Statistics, "minimum" | "maximum">,
  options: NormalizeOptions = {},
): Transform {
  const { low = 0, high = 1 } = checkOptions("normalize", options, {
    low: "number",
    high: "number",
  });
  const { minimum, maximum } = checkedPair(statistics, "minimum", "maximum", "normalize");
  return byChannel("normalize", minimum, (c) => {
    const range = maximum[c]! - minimum[c]!;
    const scale = range > 0 ? (high - low) / range : 0;
    return [scale, low - scale * minimum[c]!];
  });
}

/** @throws {ArgumentError} unless both are lists of as many numbers, none of them NaN. */
function checkedPair<Name extends keyof Statistics>(
  statistics: Pick<Statistics, Name>,
  first: Name,
  second: Name,
  op: string,
): Pick<Statistics, Name> {
  checkGiven(op, "the statistics", statistics, [first, second]);
  const { [first]: a, [second]: b } = statistics;
  for (const [name, list] of [
    [first, a],
    [second, b],
  ] as const) {
    checkList(list, name, op);
    for (const value of list) checkNumber(value, -Infinity, Infinity, `each of ${name}`, op);
  }
  if (a.length !== b.length)
    throw new ArgumentError(
      op,
      `${first} and ${second} need a number for each channel: received ${a.length} and ${b.length}.`,
      { expected: a.length, received: b.length },
    );
  return statistics;
}

/** A transform of the form scale · x + shift. */
function byChannel(
  op: string,
  { length }: ArrayLike<number>,
  scaleAndShift: (channel: number) => readonly [scale: number, shift: number],
): Transform {
  const pairs = Array.from({ length }, (_, c) => scaleAndShift(c));
  return (batch): HostArray => {
    const array = hostArrayOf(batch, "the batch", op);
    const { channels, inner } = channelsOf(array);
    if (channels !== length)
      throw new ShapeError(
        op,
        `the statistics are of ${length} channels, the batch has ${channels}: its shape is ${formatShape(array.shape)} and channels are its second axis. Fit them on this field.`,
        { expected: length, received: channels },
      );
    const data = Float32Array.from(array.data);
    for (let start = 0, c = 0; start < data.length; start += inner, c = (c + 1) % channels) {
      const [scale, shift] = pairs[c]!;
      for (let i = start; i < start + inner; i++) data[i] = data[i]! * scale + shift;
    }
    return { data, shape: array.shape };
  };
}
