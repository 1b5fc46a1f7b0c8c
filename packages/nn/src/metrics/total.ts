import { noGrad } from "@dl/autograd";
import { repeated, stepRecorder, type Tensor } from "@dl/tensor";
import type { TotalState } from "./metric.ts";

/** What metrics keep: a sum on the device, and on the host how much it is the sum of. */
export class Total {
  /** The same handle from batch to batch, so that a compiled step follows it. */
  #sum: Tensor | undefined;
  #count = 0;

  /** Adds what `term` computes, without recording it. */
  add(term: () => Tensor, count: number): void {
    const sum = this.#sum;
    if (sum === undefined) {
      stepRecorder()?.refuse("a metric takes its first batch");
      this.#sum = noGrad(() => term().detach());
    } else {
      stepRecorder()?.requires(() => this.#sum === sum, "a metric was reset or loaded");
      noGrad(() => sum.assign(sum.add(term())));
    }
    repeated(
      this,
      () => {
        this.#count += count;
      },
      `a metric counts ${count}`,
    );
  }

  /** The elements of the sum; `undefined` before the first batch. */
  async sum(): Promise<ArrayLike<number> | undefined> {
    return await this.#sum?.data();
  }

  get count(): number {
    stepRecorder()?.refuse("a metric's count was asked for");
    return this.#count;
  }

  /** A scalar sum over the count; NaN before the first batch. */
  async mean(): Promise<number> {
    const count = this.#count;
    const sum = await this.sum();
    return sum === undefined ? NaN : sum[0]! / count;
  }

  /** As it is now; not changed by further batches. */
  get state(): TotalState {
    stepRecorder()?.refuse("a metric's state was asked for");
    return { sum: this.#sum?.detach(), count: this.#count };
  }

  set state({ sum, count }: TotalState) {
    stepRecorder()?.refuse("a metric's state was set");
    this.#sum = sum?.detach();
    this.#count = count;
  }

  reset(): void {
    this.state = { sum: undefined, count: 0 };
  }
}
