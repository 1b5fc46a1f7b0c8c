import { ArgumentError, formatShape } from "@dl/backend";
import type { Tensor } from "@dl/tensor";

/** What every optimiser of `@dl/optim` has. */
interface AnyOptimizer {
  readonly groups: readonly { learningRate: number; readonly parameters: readonly Tensor[] }[];
  zeroGrad(): void;
  stateDict(): unknown;
  loadStateDict(state: never): void;
}

/** Steps with the gradients that are there: SGD, Adam and most others. */
export interface GradientOptimizer extends AnyOptimizer {
  /** Changes the parameters by their gradients. */
  step(): void;
}

/** Wants a second gradient from uphill: SAM. */
export interface AscendingOptimizer extends GradientOptimizer {
  /** Moves the parameters uphill, where the second gradient is taken. */
  ascend(): void;
}

/** Computes the loss as often as it needs: LBFGS. */
export interface ClosureOptimizer extends AnyOptimizer {
  /** Changes the parameters, computing the loss as often as needed; gives the loss at the start. */
  step(closure: () => Promise<Tensor>): Promise<number>;
}

/** Any optimiser of `@dl/optim`, or another of the same form. */
export type TrainingOptimizer = GradientOptimizer | AscendingOptimizer | ClosureOptimizer;

/** How to get gradients, and what to do between having them and stepping. */
export interface GradientSource {
  /** Forgets old gradients, computes and walks the loss, which it returns. */
  compute(): Tensor;
  /** Called once per step, with the gradients that the step will use. */
  ready(): Promise<void>;
}

/** One step of an optimiser of any kind. */
export async function takeStep(
  optimizer: TrainingOptimizer,
  gradients: GradientSource,
): Promise<void> {
  if (takesClosure(optimizer)) {
    let isFirst = true;
    await optimizer.step(async () => {
      const loss = gradients.compute();
      if (isFirst) await gradients.ready();
      isFirst = false;
      return loss;
    });
    return;
  }
  gradients.compute();
  if ("ascend" in optimizer) {
    optimizer.ascend();
    gradients.compute();
  }
  await gradients.ready();
  optimizer.step();
}

/** Whether an optimiser's `step` is told how to compute the loss, and does so several times. */
export function takesClosure(optimizer: TrainingOptimizer): optimizer is ClosureOptimizer {
  return optimizer.step.length > 0;
}

/** The first group's learning rate. */
export function learningRateOf(optimizer: TrainingOptimizer): number {
  return optimizer.groups[0]?.learningRate ?? NaN;
}

/** @throws {ArgumentError} unless the optimiser changes parameters of the model, one of them at least. */
export function checkOptimizer(
  op: string,
  optimizer: TrainingOptimizer,
  parameters: ReadonlyMap<string, Tensor>,
): void {
  if (!Array.isArray(optimizer?.groups) || typeof optimizer.step !== "function")
    throw new ArgumentError(
      op,
      `needs an optimizer: received ${optimizer === null ? "null" : typeof optimizer}. Pass e.g. new Adam(model.parameters(), { learningRate: 1e-3 }).`,
      { received: optimizer },
    );
  const given = optimizer.groups.flatMap((group) => group.parameters);
  const own = new Set(parameters.values());
  if (given.some((parameter) => own.has(parameter))) return;
  throw new ArgumentError(
    op,
    `the optimizer changes nothing of this model: it has ${given.length} parameters, first ${given[0] === undefined ? "none" : formatShape(given[0].shape)}, and the model ${own.size} others. Make it with model.parameters(), after the model.`,
    { expected: [...parameters.keys()], received: given.map(({ shape }) => shape) },
  );
}
