import { ShapeError } from "@dl/backend";
import { checkClasses, checkClassNumbers, checkCount } from "@dl/nn";
import { arange, type Tensor } from "@dl/tensor";
import type { Metric, TotalState } from "./metric.ts";
import { Total } from "./total.ts";

/** Counts of samples; row: true class, column: predicted class. */
export type ConfusionCounts = readonly (readonly number[])[];

/**
 * How often each class was taken for each.
 *
 * Shape: logits [batch, classes, ...] or [classes]; targets the same without classes, int32; value
 * [classes][classes]. A target outside the classes counts nowhere.
 *
 * @throws {ArgumentError} unless the classes are a whole number of at least 1.
 * @throws {ShapeError | DTypeError} if a batch does not fit.
 * @example
 * const confusion = new ConfusionMatrix(2);
 * confusion.update(tensor([[1, 3], [2, 1]]), tensor([1, 1], { dtype: "int32" }));
 * await confusion.value(); // => [[0, 0], [1, 1]]
 */
export class ConfusionMatrix implements Metric<ConfusionCounts> {
  readonly classes: number;
  readonly #counts = new Total();

  constructor(classes: number) {
    checkCount("confusionMatrix", "classes", classes);
    this.classes = classes;
  }

  update(logits: Tensor, targets: Tensor): void {
    checkClassNumbers("confusionMatrix", targets);
    const axis = checkClasses("confusionMatrix", "logits", logits, targets);
    const { classes } = this;
    if (logits.shape[axis] !== classes)
      throw new ShapeError(
        "confusionMatrix",
        `expects ${classes} classes, got ${logits.shape[axis]}: logits [${logits.shape.join(", ")}]. Make it with as many classes as the model has outputs.`,
        { expected: classes, received: logits.shape },
      );
    this.#counts.add(() => {
      const all = arange(classes, { dtype: "int32", backend: logits.backend });
      // [samples, classes]; no oneHot, which refuses a target outside the classes.
      const rows = (found: Tensor): Tensor =>
        found.flatten().unsqueeze(1).equal(all).cast("float32");
      // Exact: a batch has fewer than 2²⁴ samples.
      return rows(targets)
        .transpose(0, 1)
        .matmul(rows(logits.argmax(axis)))
        .cast("int32");
    }, targets.elementCount);
  }

  async value(): Promise<ConfusionCounts> {
    const counts = Array.from(
      (await this.#counts.sum()) ?? new Array<number>(this.classes ** 2).fill(0),
    );
    return Array.from({ length: this.classes }, (_, row) =>
      counts.slice(row * this.classes, (row + 1) * this.classes),
    );
  }

  reset(): void {
    this.#counts.reset();
  }

  stateDict(): TotalState {
    return this.#counts.state;
  }

  loadStateDict(state: TotalState): void {
    this.#counts.state = state;
  }
}
