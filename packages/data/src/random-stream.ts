import { ArgumentError, philox4x32 } from "@dl/backend";

/**
 * Streams this package draws from, so that two uses of one seed never share numbers. Frozen for a
 * major version.
 */
export const randomStreams = {
  shuffle: 0x7368_7566,
  digitTrain: 0x6467_7472,
  digitTest: 0x6467_7465,
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
  #block = 0;
  #words: ArrayLike<number> = [];
  #nextWord = 4;

  constructor(seed: number, stream: number) {
    this.#seed = seed;
    this.#stream = stream;
  }

  /** Starts the numbers of `draw` from its first. */
  seek(draw: number): void {
    this.#draw = draw;
    this.#block = 0;
    this.#nextWord = 4;
  }

  /** The next 32 random bits, as a number from 0 to 2³² − 1. */
  nextUint32(): number {
    if (this.#nextWord === 4) {
      this.#words = philox4x32([this.#block++, this.#draw, 0, 0], [this.#seed, this.#stream]);
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
}

/** @throws {ArgumentError} unless `seed` is a whole number from 0 to 2³² − 1. */
export function checkSeed(seed: number, op: string): void {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new ArgumentError(
      op,
      `seed must be a whole number from 0 to 4294967295: received ${seed}.`,
      { expected: "0..4294967295", received: seed },
    );
}
