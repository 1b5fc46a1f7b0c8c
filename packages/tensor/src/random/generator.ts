import { ArgumentError, checkWhole, philox4x32, type ValueKind } from "@dl/backend";
import { repeated, stepRecorder } from "../core/step-recorder.ts";
import type { NumberOperand } from "../core/tensor-value.ts";

/** Where a generator stands: plain data, to be kept in a checkpoint. */
export interface GeneratorState {
  readonly seed: number;
  readonly stream: number;
  /** The number of the next draw. */
  readonly draw: number;
}

/** Second word of the Philox counter: values and derived seeds never share a counter. */
const valueDomain = 0;
const splitDomain = 1;
const word = 2 ** 32;

/**
 * A source of random numbers: Philox4x32-10 keyed by seed and stream, counted by draw and element.
 *
 * Every call that makes random numbers takes one draw, whatever its shape; element i of draw d is
 * word i mod 4 of the block with counter [⌊i / 4⌋, 0, d, seed's high word] and key [seed's low word,
 * stream]. The bits are the same on every backend.
 *
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 *
 * @throws {ArgumentError} for a seed that is not a whole number from 0 to 2⁵³ - 1, or a stream that is not below 2³².
 * @example
 * const generator = new Generator(42);
 * normal([2, 3], { generator }).shape; // => [2, 3]
 */
export class Generator {
  private seed = 0;
  private stream = 0;
  private draw = 0;

  constructor(seed: number, stream = 0) {
    stepRecorder()?.makes(this);
    this.setState({ seed, stream, draw: 0 });
  }

  /** Where the generator stands, as plain data. */
  getState(): GeneratorState {
    stepRecorder()?.refuse("a generator's state was asked for");
    return { seed: this.seed, stream: this.stream, draw: this.draw };
  }

  /** Continues from a state that {@link Generator.getState} gave. @throws {ArgumentError} */
  setState({ seed, stream, draw }: GeneratorState): void {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new ArgumentError(
        "Generator",
        `the seed must be a whole number from 0 to 2^53 - 1: received ${seed}.`,
        { received: seed },
      );
    checkWhole("Generator", "the stream", stream, 0, word - 1, " from 0 to 2^32 - 1");
    checkWhole("Generator", "the draw", draw, 0, word, " from 0 to 2^32");
    repeated(
      this,
      () => {
        this.seed = seed;
        this.stream = stream;
        this.draw = draw;
      },
      `a generator is set to seed ${seed}, stream ${stream}, draw ${draw}`,
    );
  }

  /**
   * A generator of its own for a part of the work, such as a worker or a model: its seed and stream
   * are 85 random bits of this one, of which it takes one draw.
   */
  split(): Generator {
    stepRecorder()?.refuse("a generator was split");
    const [low, high, stream] = this.block(0, splitDomain, this.takeDraw());
    return new Generator(low + (high % 2 ** 21) * word, stream);
  }

  /** `count` random words on the host, the bits a tensor of this draw would have. Takes one draw. */
  words(count: number): Uint32Array {
    stepRecorder()?.refuse("random numbers were drawn on the host");
    const draw = this.takeDraw();
    const words = new Uint32Array(count);
    for (let i = 0; i < count; i += 4)
      words.set(this.block(i / 4, valueDomain, draw).slice(0, count - i), i);
    return words;
  }

  /**
   * 0 to count - 1 in random order, on the host: for going through a data set. Takes one draw.
   *
   * Source: Fisher & Yates 1938; each choice is ⌊bits · range / 2³²⌋, biased by less than range / 2³².
   */
  permutation(count: number): Int32Array {
    checkWhole("permutation", "the count", count, 0, 2 ** 31 - 1, " from 0 to 2^31 - 1");
    const words = this.words(count);
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const other = multiplyHigh(words[i]!, i + 1);
      const swapped = order[i]!;
      order[i] = order[other]!;
      order[other] = swapped;
    }
    return order;
  }

  /** @internal The operands of a `randomBits` instruction. Takes one draw. */
  operands(): NumberOperand[] {
    const operands = Array.from({ length: 4 }, () => ({
      number: 0,
      dtype: "uint32" as const,
      isLive: true,
    }));
    repeated(this, () => {
      const { seed, stream } = this;
      const draw = this.takeDraw();
      [seed % word, Math.floor(seed / word), stream, draw].forEach((number, i) => {
        operands[i]!.number = number;
      });
    });
    return operands;
  }

  private takeDraw(): number {
    if (this.draw >= word)
      throw new ArgumentError(
        "Generator",
        "all 2^32 draws are used up. Continue with a new seed or stream.",
        { received: this.draw },
      );
    return this.draw++;
  }

  private block(index: number, domain: number, draw: number): [number, number, number, number] {
    const [low, high] = [this.seed % word, Math.floor(this.seed / word)];
    return philox4x32([index, domain, draw, high], [low, this.stream]);
  }
}

/** High 32 bits of bits · range; every partial product stays exact in a double. */
function multiplyHigh(bits: number, range: number): number {
  const high = (bits >>> 16) * range;
  const low = (bits & 0xffff) * range;
  return Math.floor((high + Math.floor(low / 0x10000)) / 0x10000);
}

/**
 * For options that take a generator.
 *
 * @example
 * checkOptions("myLayer", { generator: 42 }, { generator: generatorKind }); // throws an ArgumentError
 */
export const generatorKind: ValueKind = {
  what: "a Generator",
  accepts: (value) => value instanceof Generator,
};

let current: Generator | undefined;

/**
 * The generator used where a call names none; seeded by the system until {@link manualSeed}.
 *
 * @example
 * manualSeed(1);
 * const first = await uniform([1]).item();
 * defaultGenerator().getState().seed; // => 1
 */
export function defaultGenerator(): Generator {
  if (current === undefined) {
    const [low, high] = globalThis.crypto.getRandomValues(new Uint32Array(2));
    current = new Generator(low! + (high! % 2 ** 21) * word);
  }
  return current;
}

/**
 * Starts the default generator anew from a seed, so that a program repeats itself. 0 is a seed like
 * any other.
 *
 * @throws {ArgumentError} for a seed that is not a whole number from 0 to 2⁵³ - 1.
 * @example
 * manualSeed(7);
 * const first = await uniform([3]).toArray();
 * manualSeed(7);
 * const again = await uniform([3]).toArray(); // the same numbers
 */
export function manualSeed(seed: number): Generator {
  if (current === undefined) current = new Generator(seed);
  else current.setState({ seed, stream: 0, draw: 0 });
  return current;
}
