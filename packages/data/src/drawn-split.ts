import type { OptionKinds } from "@dl/backend";
import { checkLength } from "./check-range.ts";
import { checkSeed, RandomStream } from "./random-stream.ts";

/** Draws from here on give the order of classes; those below give the pictures. */
const classDraws = 2 ** 31;

/** What every drawn dataset takes. */
export interface DrawnOptions {
  readonly length: number;
  /** Train and test pictures of one seed share no random numbers. Default `"train"`. */
  readonly split?: "train" | "test";
  /** Default 0. */
  readonly seed?: number;
}

export const drawnKinds: OptionKinds<DrawnOptions> = {
  length: "number",
  split: '"train"|"test"',
  seed: "number",
};

/**
 * The random numbers of one split of a drawn dataset.
 *
 * @throws {ArgumentError} if an option is out of range.
 */
export function drawnSplit(
  { length, split = "train", seed = 0 }: DrawnOptions,
  streams: { readonly train: number; readonly test: number },
  op: string,
): RandomStream {
  checkLength(length, classDraws, op);
  checkSeed(seed, op);
  return new RandomStream(seed, streams[split]);
}

/** Class of picture `index` where each `classCount` in a row hold every class once. */
export function drawnClass(random: RandomStream, index: number, classCount: number): number {
  random.seek(classDraws + Math.floor(index / classCount));
  const classes = Array.from({ length: classCount }, (_, i) => i);
  random.shuffle(classes);
  return classes[index % classCount]!;
}
