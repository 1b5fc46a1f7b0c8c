import type { Tensor } from "@dl/tensor";
import type { Scalars } from "./training-step.ts";

/** A scalar that was not read yet. */
interface Unread {
  readonly name: string;
  readonly value: Tensor;
  readonly weight: number;
}

/** What {@link RunningFigures} counted, to continue from later. */
export interface RunningFiguresState {
  /** By name: Σ weight · value and Σ weight, of what was read. */
  readonly sums: Readonly<Record<string, readonly [sum: number, weight: number]>>;
  readonly unread: readonly Unread[];
}

/** Share of the past in {@link RunningFigures.recent}. */
const decay = 0.97;

/**
 * The means of scalars over a pass, each step weighed by its samples. Scalars stay on the device until
 * `read`; the sums are made on the host in float64 and in the steps' order, whenever they are read.
 */
export class RunningFigures {
  #sums = new Map<string, [sum: number, weight: number]>();
  readonly #recent = new Map<string, [sum: number, weight: number]>();
  readonly #unread: Unread[] = [];
  #reading: Promise<void> = Promise.resolve();

  count(scalars: Scalars, weight: number): void {
    for (const name in scalars) {
      const value = scalars[name];
      if (value !== undefined) this.#unread.push({ name, value, weight });
    }
  }

  /** Reads what was counted so far. */
  read(): Promise<void> {
    return (this.#reading = this.#reading.then(async () => {
      const entries = [...this.#unread];
      const values = await Promise.all(entries.map(({ value }) => value.item()));
      entries.forEach(({ name, weight }, i) => this.#add(name, Number(values[i]), weight));
      // Only now: a state taken meanwhile must hold them.
      this.#unread.splice(0, entries.length);
    }));
  }

  #add(name: string, value: number, weight: number): void {
    const [sum, total] = this.#sums.get(name) ?? [0, 0];
    this.#sums.set(name, [sum + weight * value, total + weight]);
    const [recent, recentTotal] = this.#recent.get(name) ?? [0, 0];
    this.#recent.set(name, [
      decay * recent + (1 - decay) * value,
      decay * recentTotal + (1 - decay),
    ]);
  }

  /** Means of what was read. */
  means(): Record<string, number> {
    return meansOf(this.#sums);
  }

  /** Means over the last some 30 steps that were read: exponential, corrected for their start. */
  recent(): Record<string, number> {
    return meansOf(this.#recent);
  }

  /** Begins a new pass; what is recent stays. */
  reset(): void {
    this.#sums = new Map();
    this.#unread.length = 0;
  }

  stateDict(): RunningFiguresState {
    return { sums: Object.fromEntries(this.#sums), unread: [...this.#unread] };
  }

  loadStateDict({ sums, unread }: RunningFiguresState): void {
    this.reset();
    this.#sums = new Map(
      Object.entries(sums).map(([name, [sum, weight]]) => [name, [sum, weight]]),
    );
    this.#unread.push(...unread);
  }
}

const meansOf = (sums: ReadonlyMap<string, readonly [number, number]>): Record<string, number> =>
  Object.fromEntries([...sums].map(([name, [sum, weight]]) => [name, sum / weight]));
