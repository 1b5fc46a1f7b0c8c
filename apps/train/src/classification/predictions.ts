import type { Tensor } from "@dl/tensor";
import type { Metric } from "@dl/training";

/** The class that each sample was taken for, in the order of the data. */
export class Predictions implements Metric<readonly number[]> {
  #batches: Tensor[] = [];

  update(logits: Tensor): void {
    this.#batches.push(logits.argmax(1));
  }

  async value(): Promise<readonly number[]> {
    const batches = await Promise.all(this.#batches.map((classes) => classes.data()));
    return batches.flatMap((classes) => Array.from(classes));
  }

  reset(): void {
    this.#batches = [];
  }

  stateDict(): { sum: undefined; count: number } {
    return { sum: undefined, count: 0 };
  }

  loadStateDict(): void {
    this.reset();
  }
}
