import { normalFromBits, philox4x32 } from "@dl/backend";
import { checkWhole } from "./check-range.ts";

/**
 * Streams this package draws from, so that two uses of one seed never share numbers. Frozen for a
 * major version.
 */
export const randomStreams = {
  shuffle: 0x7368_7566,
  shuffleBuffer: 0x7362_7566,
  split: 0x7370_6c74,
  augment: 0x6175_676d,
  digits: { train: 0x6467_7472, test: 0x6467_7465 },
  faces: { train: 0x6661_7472, test: 0x6661_7465 },
  shapes: { train: 0x7368_7472, test: 0x7368_7465 },
  points: 0x706f_696e,
} as const;

/**
 * Host random numbers from Philox4x32-10: keyed by (seed, stream), counted by (draw, element).
 *
 * `seek(draw)` jumps to the start of any draw at no cost, so item 1,000,000 of a set needs no
 * predecessor, and the numbers of a draw are the same whoever asks, in whatever order.
 */
export class RandomStream {
  readonly #seed: number;
  readonly #stream: number;
  #draw = 0;
  #round = 0;
  #part = 0;
  #block = 0;
  #words: ArrayLike<number> = [];
  #nextWord = 4;

  constructor(seed: number, stream: number) {
    this.#seed = seed;
    this.#stream = stream;
  }

  /** Starts the numbers of `draw` from its first; those of every round and part are others. */
  seek(draw: number, round = 0, part = 0): void {
    this.#draw = draw;
    this.#round = round;
    this.#part = part;
    this.#block = 0;
    this.#nextWord = 4;
  }

  /** The next 32 random bits, as a number from 0 to 2³² − 1. */
  nextUint32(): number {
    if (this.#nextWord === 4) {
      this.#words = philox4x32(
        [this.#block++, this.#draw, this.#round, this.#part],
        [this.#seed, this.#stream],
      );
      this.#nextWord = 0;
    }
    return this.#words[this.#nextWord++]! >>> 0;
  }

  /** A number from `low` (possible) to `high` (not reached). */
  uniform(low: number, high: number): number {
    return low + (high - low) * (this.nextUint32() / 2 ** 32);
  }

  /** A whole number from 0 to `count` − 1, each equally likely. */
  below(count: number): number {
    // Words past the last full multiple of count would favour small numbers; draw again.
    const limit = 2 ** 32 - (2 ** 32 % count);
    let word = this.nextUint32();
    while (word >= limit) word = this.nextUint32();
    return word % count;
  }

  /**
   * A bell-shaped number around 0, never beyond 3.46 deviations: the sum of four random bytes.
   *
   * Exact in any engine, where a true normal would need a logarithm.
   */
  bell(deviation: number): number {
    const word = this.nextUint32();
    const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
    // Four bytes have mean 510 and variance 4 (256² − 1) / 12 = 21845.
    return ((sum - 510) / 147.80054126961) * deviation;
  }

  /** A standard normal number, from the integer table that tensors draw from too. */
  normal(): number {
    return normalFromBits(this.nextUint32());
  }

  /** Puts items in random order, in place; every order equally likely (Fisher-Yates). */
  shuffle<T>(items: { [index: number]: T; readonly length: number }): void {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const moved = items[last]!;
      items[last] = items[other]!;
      items[other] = moved;
    }
  }
}

/** @throws {ArgumentError} unless `seed` is a whole number from 0 to 2³² − 1. */
export function checkSeed(seed: number, op: string): void {
  checkWhole(seed, 0, 2 ** 32 - 1, "seed", op);
}
