import { elementCount, type Shape } from "@dl/backend";

/** Numbers for one argument of an operation, before they become a tensor of some type and layout. */
export interface SampleInput {
  readonly shape: Shape;
  /** Rounded to float32, so that every float type holds them exactly. */
  readonly values: readonly number[];
  /**
   * - `real`: takes the type under test and has a gradient.
   * - `plain`: takes the type under test; no gradient is asked for.
   * - `index`: always int32.
   * - `mask`: always bool.
   */
  readonly role: "real" | "plain" | "index" | "mask";
}

/** A small generator of its own (Steele et al. 2014, SplitMix32), so that samples depend on nothing tested. */
export class Seeded {
  private state: number;

  constructor(name: string) {
    let hash = 2166136261; // FNV-1a
    for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619);
    this.state = hash;
  }

  /** In [0, 1). */
  unit(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  shuffled<T>(items: readonly T[]): T[] {
    const list = [...items];
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [list[i], list[j]] = [list[j]!, list[i]!];
    }
    return list;
  }
}

/** Draws the arguments of samples; one per operation, so that adding one leaves the others alone. */
export class SampleSource {
  readonly seeded: Seeded;

  constructor(name: string) {
    this.seeded = new Seeded(name);
  }

  /** Evenly spread over the interval. */
  real(shape: Shape, [low, high]: readonly [number, number] = [-3, 3]): SampleInput {
    const values = Array.from({ length: elementCount(shape) }, () =>
      Math.fround(low + (high - low) * this.seeded.unit()),
    );
    return { shape, values, role: "real" };
  }

  /** All different by at least `gap`, in random order: for maxima and sorting. */
  distinct(shape: Shape, gap = 0.25): SampleInput {
    const count = elementCount(shape);
    const ranks = this.seeded.shuffled(Array.from({ length: count }, (_, i) => i));
    return { shape, values: ranks.map((rank) => (rank - (count - 1) / 2) * gap), role: "real" };
  }

  /** Whole numbers from low to high - 1, as int32 whatever type is tested. */
  index(shape: Shape, low: number, high: number): SampleInput {
    const values = Array.from(
      { length: elementCount(shape) },
      () => low + this.seeded.below(high - low),
    );
    return { shape, values, role: "index" };
  }

  mask(shape: Shape): SampleInput {
    const values = Array.from({ length: elementCount(shape) }, () => this.seeded.below(2));
    return { shape, values, role: "mask" };
  }
}

/** These numbers exactly. */
export function given(
  shape: Shape,
  values: readonly number[],
  role: SampleInput["role"] = "real",
): SampleInput {
  return { shape, values, role };
}
