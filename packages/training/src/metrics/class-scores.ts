import type { Tensor } from "@dl/tensor";
import { ConfusionMatrix, type ConfusionCounts } from "./confusion-matrix.ts";
import type { Metric, TotalState } from "./metric.ts";

/** How well a class is found, each from 0 to 1. */
export interface Scores {
  /** Of what was taken for the class, the share that is of it. */
  readonly precision: number;
  /** Of what is of the class, the share that was found. */
  readonly recall: number;
  /** Their harmonic mean. */
  readonly f1: number;
}

/** {@link Scores} of every class and of all together. */
export interface ClassificationScores {
  readonly perClass: readonly Scores[];
  /** The plain mean over classes: rare ones count as much as common ones. */
  readonly macro: Scores;
  /** Of all samples together; with one class per sample all three are the accuracy. */
  readonly micro: Scores;
}

/**
 * Precision, recall and F1 from a confusion matrix.
 *
 * TP / (TP + FP), TP / (TP + FN), 2 TP / (2 TP + FP + FN); 0 where nothing is counted.
 *
 * @example
 * classificationScores([[2, 0], [1, 1]]).perClass[0].recall; // => 1
 */
export function classificationScores(confusion: ConfusionCounts): ClassificationScores {
  const counts = confusion.map((row, label) => {
    const right = row[label]!;
    const found = confusion.reduce((sum, other) => sum + other[label]!, 0);
    return { right, found, there: total(row) };
  });
  const perClass = counts.map(scoresOf);
  return {
    perClass,
    macro: {
      precision: meanOf(perClass.map(({ precision }) => precision)),
      recall: meanOf(perClass.map(({ recall }) => recall)),
      f1: meanOf(perClass.map(({ f1 }) => f1)),
    },
    micro: scoresOf({
      right: total(counts.map(({ right }) => right)),
      found: total(counts.map(({ found }) => found)),
      there: total(counts.map(({ there }) => there)),
    }),
  };
}

/** `found`: taken for the class; `there`: of the class. */
interface Counts {
  readonly right: number;
  readonly found: number;
  readonly there: number;
}

function scoresOf({ right, found, there }: Counts): Scores {
  return {
    precision: share(right, found),
    recall: share(right, there),
    f1: share(2 * right, found + there),
  };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const total = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);
const meanOf = (numbers: readonly number[]): number => share(total(numbers), numbers.length);

/**
 * Precision, recall and F1 over all batches: {@link classificationScores} of a
 * {@link ConfusionMatrix}.
 *
 * @throws {ArgumentError} unless the classes are a whole number of at least 1.
 * @example
 * const scores = new PrecisionRecallF1(2);
 * scores.update(tensor([[1, 3], [2, 1]]), tensor([1, 1], { dtype: "int32" }));
 * (await scores.value()).micro.f1; // => 0.5
 */
export class PrecisionRecallF1 implements Metric<ClassificationScores> {
  readonly #confusion: ConfusionMatrix;

  constructor(classes: number) {
    this.#confusion = new ConfusionMatrix(classes);
  }

  update(logits: Tensor, targets: Tensor): void {
    this.#confusion.update(logits, targets);
  }

  async value(): Promise<ClassificationScores> {
    return classificationScores(await this.#confusion.value());
  }

  reset(): void {
    this.#confusion.reset();
  }

  stateDict(): TotalState {
    return this.#confusion.stateDict();
  }

  loadStateDict(state: TotalState): void {
    this.#confusion.loadStateDict(state);
  }
}
