import { ArgumentError } from "@dl/backend";
import { repeated, stepRecorder } from "@dl/tensor";
import type { Schedule } from "./schedules.ts";

/** What a schedule changes: any optimiser of this package. */
export interface Schedulable {
  readonly groups: readonly { learningRate: number }[];
}

/** All that a {@link Scheduler} needs to continue. */
export interface SchedulerState {
  readonly stepCount: number;
  /** Each group's learning rate before the schedule. */
  readonly baseRates: readonly number[];
}

/**
 * Sets an optimiser's learning rates by a schedule: to that of step 0 when made, and of the next
 * step at each `step()`. Every group follows the schedule from a base of its own.
 *
 * @example
 * const optimizer = new SGD([tensor(1).requireGrad()], { learningRate: 0.5 });
 * const scheduler = new Scheduler(optimizer, exponentialSchedule({ factor: 0.5 }));
 * scheduler.step(); // after optimizer.step(), once a batch or once an epoch
 * optimizer.learningRate; // => 0.25
 */
export class Scheduler {
  readonly #optimizer: Schedulable;
  readonly #schedule: Schedule;
  #baseRates: readonly number[];
  #stepCount = 0;

  constructor(optimizer: Schedulable, schedule: Schedule) {
    this.#optimizer = optimizer;
    this.#schedule = schedule;
    this.#baseRates = optimizer.groups.map(({ learningRate }) => learningRate);
    this.#setRates();
  }

  get stepCount(): number {
    stepRecorder()?.refuse("a scheduler's count was asked for");
    return this.#stepCount;
  }

  /** Goes on to the next step's learning rates. */
  step(): void {
    for (const group of this.#optimizer.groups) stepRecorder()?.moves(group);
    repeated(this, () => {
      this.#stepCount++;
      this.#setRates();
    });
  }

  /**
   * Where the schedule is; the schedule itself is not in it.
   */
  stateDict(): SchedulerState {
    return { stepCount: this.#stepCount, baseRates: this.#baseRates };
  }

  /**
   * Continues from what {@link Scheduler.stateDict} gave, and sets the learning rates.
   *
   * @throws {ArgumentError} if it was taken with another number of groups.
   */
  loadStateDict({ stepCount, baseRates }: SchedulerState): void {
    if (baseRates.length !== this.#baseRates.length)
      throw new ArgumentError(
        "scheduler",
        `the state has ${baseRates.length} groups, the optimiser ${this.#baseRates.length}. Load it into a scheduler made the same way.`,
        { expected: this.#baseRates.length, received: baseRates },
      );
    this.#baseRates = baseRates;
    this.#stepCount = stepCount;
    this.#setRates();
  }

  #setRates(): void {
    const rates = this.#baseRates.map((base) => this.#schedule(this.#stepCount, base));
    rates.forEach((rate, i) => {
      if (!(rate >= 0 && rate < Infinity))
        throw new ArgumentError(
          "scheduler",
          `the schedule gave ${rate} for step ${this.#stepCount} and base ${this.#baseRates[i]}. A learning rate is a finite number of at least 0.`,
          { received: rate },
        );
    });
    rates.forEach((rate, i) => (this.#optimizer.groups[i]!.learningRate = rate));
  }
}
