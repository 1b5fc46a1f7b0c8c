import { noGrad } from "@dl/autograd";
import { ArgumentError, formatShape, isFloat } from "@dl/backend";
import {
  fusedMap,
  keepBeyondScope,
  repeated,
  stepRecorder,
  type LiveNumber,
  type Tensor,
} from "@dl/tensor";
import { runningMean } from "./formula-terms.ts";

/** All that a {@link WeightAverage} needs to continue. */
export interface WeightAverageState {
  readonly updateCount: number;
  /** In the order of the tensors it was made with. */
  readonly averages: readonly Tensor[];
}

/**
 * Averages of weights over the steps of training, kept beside them. Any tensors may be averaged:
 * parameters, and running statistics with them; of integers, such as counts, the last is kept.
 *
 * @example
 * new SWA(model.parameters()) instanceof WeightAverage; // => true
 */
export abstract class WeightAverage {
  readonly #name: string;
  readonly #weights: readonly Tensor[];
  /** The same handles from update to update, so that a `tidy` around one does not free them. */
  readonly #averages: readonly Tensor[];
  #updateCount = 0;
  #trained: readonly Tensor[] | undefined;

  /**
   * `averages`: where they are kept, beginning with the weights; tensors of their own unless given.
   *
   * @throws {ArgumentError} without tensors.
   */
  constructor(name: string, weights: Iterable<Tensor>, averages?: readonly Tensor[]) {
    this.#name = name;
    this.#weights = [...weights];
    if (this.#weights.length === 0)
      throw new ArgumentError(
        name,
        "there is nothing to average: received 0 tensors. Pass model.parameters().",
      );
    this.#averages = averages ?? this.#weights.map((weight) => keepBeyondScope(weight.detach()));
  }

  /** Share of the weights in the next average, of the update numbered from 1. */
  protected abstract share(updateCount: number): number;

  get updateCount(): number {
    stepRecorder()?.refuse("an average's count was asked for");
    return this.#updateCount;
  }

  /** The averages, in the order of the weights; not changed by further updates. */
  get averages(): readonly Tensor[] {
    return this.#averages.map((average) => average.detach());
  }

  /**
   * Takes the weights of now into the average; call it after a step.
   *
   * @throws {ArgumentError} while the averages stand in the weights' place.
   */
  update(): void {
    if (this.#trained !== undefined)
      throw new ArgumentError(
        this.#name,
        "update was called while the averages stand in the weights' place. Call restore() first.",
      );
    stepRecorder()?.requires(
      () => this.#trained === undefined,
      "the averages stand in the weights' place",
    );
    const [kept, entering]: [LiveNumber, LiveNumber] = [{ number: 1 }, { number: 0 }];
    repeated(this, () => {
      entering.number = this.share(++this.#updateCount);
      kept.number = 1 - entering.number;
    });
    noGrad(() => {
      this.#weights.forEach((weight, i) => {
        const average = this.#averages[i]!;
        if (!isFloat(weight.dtype)) {
          average.assign(weight);
          return;
        }
        const [next] = fusedMap(
          (mean, x, before, now) => [runningMean(mean, x, before, now)],
          [average, weight, kept, entering],
        );
        average.assign(next!);
      });
    });
  }

  /**
   * Puts the averages in the weights' place, for evaluation or for good.
   *
   * @throws {ArgumentError} when they are there already.
   */
  apply(): void {
    if (this.#trained !== undefined)
      throw new ArgumentError(this.#name, "apply was called twice. Call restore() in between.");
    stepRecorder()?.refuse("averages are put in the weights' place");
    this.#trained = this.#weights.map((weight) => keepBeyondScope(weight.detach()));
    this.#weights.forEach((weight, i) => weight.assign(this.#averages[i]!));
  }

  /**
   * Gives the weights back what they were before {@link WeightAverage.apply}.
   *
   * @throws {ArgumentError} without it.
   */
  restore(): void {
    if (this.#trained === undefined)
      throw new ArgumentError(this.#name, "restore was called without apply. Call apply() first.");
    stepRecorder()?.refuse("averages are taken from the weights' place");
    this.#trained.forEach((trained, i) => this.#weights[i]!.assign(trained));
    this.#trained = undefined;
  }

  /** The averages as they are now, to continue from later; not changed by further updates. */
  stateDict(): WeightAverageState {
    return { updateCount: this.#updateCount, averages: this.averages };
  }

  /**
   * Continues from what {@link WeightAverage.stateDict} gave.
   *
   * @throws {ArgumentError} if it was taken with other tensors; nothing is changed then.
   */
  loadStateDict({ updateCount, averages }: WeightAverageState): void {
    const expected = this.#averages.map(({ shape }) => formatShape(shape)).join(", ");
    const received = averages.map(({ shape }) => formatShape(shape)).join(", ");
    if (expected !== received)
      throw new ArgumentError(
        this.#name,
        `the state does not fit: it has tensors ${received}, the weights ${expected}. Load it into an average made the same way.`,
        { expected, received },
      );
    this.#averages.forEach((average, i) => average.assign(averages[i]!.cast(average.dtype)));
    this.#updateCount = updateCount;
  }
}
