import { noGrad } from "@dl/autograd";
import { keepBeyondScope, type Tensor } from "@dl/tensor";
import type { TotalState } from "./metric.ts";

/** What metrics keep: a sum on the device, and on the host how much it is the sum of. */
export class Total {
  #state: TotalState = { sum: undefined, count: 0 };

  /** Adds what `term` computes, without recording it. */
  add(term: () => Tensor, count: number): void {
    const { sum, count: before } = this.#state;
    const next = noGrad(() => (sum === undefined ? term().detach() : sum.add(term())));
    this.#state = { sum: keepBeyondScope(next), count: before + count };
  }

  /** The elements of the sum; `undefined` before the first batch. */
  async sum(): Promise<ArrayLike<number> | undefined> {
    return await this.#state.sum?.data();
  }

  get count(): number {
    return this.#state.count;
  }

  /** A scalar sum over the count; NaN before the first batch. */
  async mean(): Promise<number> {
    const sum = await this.sum();
    return sum === undefined ? NaN : sum[0]! / this.#state.count;
  }

  get state(): TotalState {
    return this.#state;
  }

  set state(state: TotalState) {
    this.#state = state;
  }

  reset(): void {
    this.#state = { sum: undefined, count: 0 };
  }
}
