import { ArgumentError, checkGiven } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { checkWhole } from "./check-range.ts";
import type { DataLoader } from "./data-loader.ts";
import type { HostArray } from "./dataset.ts";

/** Where an {@link UnpairedLoader} stands. Plain data: keep it as JSON. */
export interface UnpairedLoaderState {
  readonly epoch: number;
  /** Batches of that epoch already delivered. */
  readonly batch: number;
}

/** The inputs of two batches that nothing but chance has brought together. */
export interface UnpairedInputs {
  readonly a: Tensor;
  readonly b: Tensor;
}

/** A loader of samples with inputs. */
type Bag = DataLoader<{ readonly inputs: HostArray }>;

/**
 * Goes through two bags of samples side by side, each in an order of its own, so that no two samples
 * belong together: what a CycleGAN learns from. A pass is as long as the shorter bag.
 *
 * @throws {ArgumentError} if both loaders would deliver the same positions together.
 * @example
 * const digits = new ProceduralDigits({ length: 100 });
 * const bag = (seed) => new DataLoader(digits, { batchSize: 4, shuffle: true, dropLast: true, seed });
 * const loader = new UnpairedLoader(bag(1), bag(2));
 * loader.length; // => 25
 */
export class UnpairedLoader {
  /** Number of batches in a pass. */
  readonly length: number;
  readonly #bags: readonly [Bag, Bag];
  #next: UnpairedLoaderState = { epoch: 0, batch: 0 };
  #latest: UnpairedLoaderState | undefined;

  constructor(a: Bag, b: Bag) {
    for (const [name, loader] of Object.entries({ a, b }))
      checkGiven("UnpairedLoader", name, loader, ["length", "order()", "state()", "loadState()"]);
    const [orderOfA, orderOfB] = [a.order(0), b.order(0)];
    if (orderOfA.length === orderOfB.length && orderOfA.every((at, i) => at === orderOfB[i]))
      throw new ArgumentError(
        "UnpairedLoader",
        `both bags come in one order, so that the same samples always meet: received seeds ${a.state().seed} and ${b.state().seed}. Shuffle both, with two seeds.`,
        { received: [a.state().seed, b.state().seed] },
      );
    this.length = Math.min(a.length, b.length);
    this.#bags = [a, b];
  }

  /** Where the loader stands; a pass that has ended counts as the start of the next. */
  state(): UnpairedLoaderState {
    return { ...(this.#latest ?? this.#next) };
  }

  /** Makes the next pass go on where the state was taken, with loaders made as those were. */
  loadState(state: UnpairedLoaderState): void {
    checkGiven("UnpairedLoader.loadState", "the state", state, ["epoch", "batch"]);
    checkWhole(state.epoch, 0, 2 ** 32 - 1, "epoch", "UnpairedLoader.loadState");
    checkWhole(state.batch, 0, this.length - 1, "batch", "UnpairedLoader.loadState");
    this.#next = { epoch: state.epoch, batch: state.batch };
    this.#latest = undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<UnpairedInputs, void, undefined> {
    const { epoch, batch: skipped } = this.#next;
    this.#next = { epoch: epoch + 1, batch: 0 };
    this.#latest = { epoch, batch: skipped };
    const [ofA, ofB] = this.#bags.map((bag) => {
      bag.loadState({ ...bag.state(), epoch, batch: skipped });
      return bag[Symbol.asyncIterator]();
    });
    try {
      for (let delivered = skipped; delivered < this.length;) {
        const [a, b] = await Promise.all([ofA!.next(), ofB!.next()]);
        delivered++;
        this.#latest = delivered < this.length ? { epoch, batch: delivered } : undefined;
        yield { a: inputsOf(a), b: inputsOf(b) };
      }
    } finally {
      await Promise.all([ofA!.return?.(), ofB!.return?.()]);
    }
  }
}

/** A loader has as many batches as it says. */
const inputsOf = (result: IteratorResult<{ readonly inputs: Tensor }>): Tensor =>
  (result.value as { readonly inputs: Tensor }).inputs;
