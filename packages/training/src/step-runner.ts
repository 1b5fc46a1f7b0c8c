import type { WeightAverage } from "@dl/optim";
import { storeTensors } from "./batch-structure.ts";
import { compiledPart } from "./compiled-part.ts";
import type { Part, Scalars, TrainingStep } from "./training-step.ts";

/** Runs a training step, compiled as far as it can be, and has the weights averaged after it. */
export class StepRunner<Batch> {
  readonly #step: TrainingStep<Batch>;
  readonly #run: (...batches: readonly Batch[]) => Scalars | Promise<Scalars>;
  readonly #average: () => void;
  readonly #parts: readonly Part[];

  constructor(step: TrainingStep<Batch>, averages: readonly WeightAverage[], isCompiled: boolean) {
    this.#step = step;
    const plain = (...[first, ...more]: readonly Batch[]): Scalars | Promise<Scalars> =>
      step.step(first!, ...more);
    const takeIn = (): void => averages.forEach((average) => average.update());
    const isWhole = isCompiled && step.parts === undefined && step.plain === undefined;
    const whole = isWhole ? compiledPart("step", plain) : undefined;
    const averaging =
      isCompiled && averages.length > 0 ? compiledPart("averages", takeIn) : undefined;
    this.#run = whole ?? plain;
    this.#average = averaging ?? takeIn;
    this.#parts = [whole, averaging, ...(step.parts ?? [])].filter((part) => part !== undefined);
  }

  run(batches: readonly Batch[]): Scalars | Promise<Scalars> {
    // Pending, they would be fused with what reads them the first time alone, and sum in another order.
    storeTensors(batches);
    const scalars = this.#run(...batches);
    if (!(scalars instanceof Promise)) {
      this.#average();
      return scalars;
    }
    return scalars.then((awaited) => {
      this.#average();
      return awaited;
    });
  }

  /** As it is written, without averages. */
  runPlain([first, ...more]: readonly Batch[]): Scalars | Promise<Scalars> {
    return this.#step.step(first!, ...more);
  }

  /** Whether a step leaves no garbage that only a read lets go of. */
  get isReplayed(): boolean {
    return this.#parts.length > 0 && this.plainParts().size === 0;
  }

  /** What runs plain, by name, and why. */
  plainParts(): Map<string, string> {
    const found = new Map<string, string>();
    if (this.#step.plain !== undefined) found.set("step", this.#step.plain);
    for (const { partName, refusal } of this.#parts)
      if (refusal !== undefined) found.set(partName, refusal);
    return found;
  }
}
