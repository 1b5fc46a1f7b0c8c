import { noGrad } from "@dl/autograd";
import { keepBeyondScope, repeated, stepRecorder, zerosLike, type Tensor } from "@dl/tensor";
import type { TotalState } from "./metric.ts";

/** What metrics keep: a sum on the device, and on the host how much it is the sum of. */
export class Total {
  /** The same handle for good, so that a compiled step goes on with it. */
  #sum: Tensor | undefined;
  #count = 0;

  /** Adds what `term` computes, without recording it. */
  add(term: () => Tensor, count: number): void {
    const sum = this.#sum;
    noGrad(() => {
      if (sum === undefined) {
        stepRecorder()?.refuse("a metric takes its first batch");
        this.#sum = keepBeyondScope(term().detach());
      } else sum.assign(sum.add(term()));
    });
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
    return this.#count === 0 ? undefined : await this.#sum?.data();
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

  get state(): TotalState {
    stepRecorder()?.refuse("a metric's state was asked for");
    return { sum: this.#count === 0 ? undefined : this.#sum?.detach(), count: this.#count };
  }

  set state({ sum, count }: TotalState) {
    this.reset();
    if (sum === undefined) return;
    if (this.#sum === undefined) this.#sum = sum.detach();
    else this.#sum.assign(sum);
    this.#count = count;
  }

  reset(): void {
    stepRecorder()?.refuse("a metric was reset");
    this.#sum?.assign(zerosLike(this.#sum));
    this.#count = 0;
  }
}
