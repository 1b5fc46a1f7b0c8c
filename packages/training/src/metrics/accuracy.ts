import { ArgumentError, checkOptions } from "@dl/backend";
import { checkClasses, checkClassNumbers, checkCount } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import type { Metric, TotalState } from "./metric.ts";
import { Total } from "./total.ts";

/**
 * Share of samples whose largest logit is at the target.
 *
 * Shape: logits [batch, classes, ...] or [classes]; targets the same without classes, int32 → scalar.
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @example
 * await accuracy(tensor([[1, 3], [2, 1]]), tensor([1, 1], { dtype: "int32" })).item(); // => 0.5
 */
export function accuracy(logits: Tensor, targets: Tensor): Tensor {
  const axis = checkClasses("accuracy", "logits", logits, targets);
  return logits.detach().argmax(axis).equal(targets).cast(logits.dtype).mean();
}

/**
 * The share of samples whose class is among the `k` largest logits; with k = 1, the default, the
 * accuracy.
 *
 * Shape: logits [batch, classes, ...] or [classes]; targets the same without classes, int32.
 * Of equal logits the one of the lower class counts as larger.
 *
 * @throws {ArgumentError} unless k is a whole number of at least 1 and at most the classes.
 * @throws {ShapeError | DTypeError} if a batch does not fit.
 * @example
 * const accuracy = new Accuracy();
 * accuracy.update(tensor([[1, 3], [2, 1]]), tensor([1, 1], { dtype: "int32" }));
 * await accuracy.value(); // => 0.5
 */
export class Accuracy implements Metric {
  readonly k: number;
  readonly #right = new Total();

  constructor(options: { readonly k?: number } = {}) {
    const { k = 1 } = checkOptions("accuracy", options, { k: "number" });
    checkCount("accuracy", "k", k);
    this.k = k;
  }

  update(logits: Tensor, targets: Tensor): void {
    checkClassNumbers("accuracy", targets);
    const axis = checkClasses("accuracy", "logits", logits, targets);
    const classes = logits.shape[axis]!;
    if (this.k > classes)
      throw new ArgumentError(
        "accuracy",
        `k must be at most the number of classes: received k ${this.k} and ${classes} classes. Use a smaller k.`,
        { expected: `<= ${classes}`, received: this.k },
      );
    this.#right.add(
      () => this.#rightIn(logits, targets, axis).cast("int32").sum(),
      targets.elementCount,
    );
  }

  /** Whether each sample's class is among the first k, as bool or int32. */
  #rightIn(logits: Tensor, targets: Tensor, axis: number): Tensor {
    if (this.k === 1) return logits.argmax(axis).equal(targets);
    const { indices } = logits.topk(this.k, axis);
    return indices.equal(targets.unsqueeze(axis)).any(axis);
  }

  /** NaN before the first batch. */
  value(): Promise<number> {
    return this.#right.mean();
  }

  reset(): void {
    this.#right.reset();
  }

  stateDict(): TotalState {
    return this.#right.state;
  }

  loadStateDict(state: TotalState): void {
    this.#right.state = state;
  }
}
