import { ArgumentError, checkSynchronous } from "@dl/backend";
import { Tensor } from "@dl/tensor";
import type { Layer, Module } from "@dl/nn";
import { checkLoss } from "./check-loss.ts";

/** What one batch gives: the loss to make small, and what metrics look at. */
export interface ForwardPassResult {
  /** A scalar. */
  readonly loss: Tensor;
  readonly outputs?: Tensor;
  readonly targets?: Tensor;
  /** Further scalars to report, by name. */
  readonly scalars?: Readonly<Record<string, Tensor>>;
}

/** From a batch to its loss; may call the model, or several, in any way. */
export type ForwardPass<Batch> = (batch: Batch) => ForwardPassResult;

/** A loss of outputs beside targets: any of this package, or one's own. */
export type LossFunction = (outputs: Tensor, targets: Tensor) => Tensor;

/** What a data loader yields for learning from examples. */
export interface SupervisedBatch {
  readonly inputs: Tensor;
  readonly targets: Tensor;
}

/**
 * What is made small: `loss(model.forward(inputs), targets)` for batches `{ inputs, targets }`, or
 * anything computed by a `forwardPass` of one's own.
 */
export type Objective<Batch> =
  | { readonly loss: LossFunction; readonly forwardPass?: never }
  | { readonly forwardPass: ForwardPass<Batch>; readonly loss?: never };

/** The forward pass an objective stands for. @throws {ArgumentError} if it names neither. */
export function forwardPassOf<Batch>(
  op: string,
  model: Module,
  { loss, forwardPass }: Objective<Batch>,
): ForwardPass<Batch> {
  if (typeof forwardPass === "function")
    return (batch) => {
      const result = forwardPass(batch);
      checkSynchronous(
        op,
        result,
        "a step would be over before it. Compute everything before any await.",
      );
      checkLoss(op, result.loss);
      return result;
    };
  if (typeof loss !== "function")
    throw new ArgumentError(
      op,
      `needs a loss: received ${typeof loss}. Pass { loss: crossEntropy }, another function (outputs, targets) => scalar, or a forwardPass.`,
      { received: loss },
    );
  return (batch) => {
    checkSupervised(op, batch);
    const outputs = (model as Layer).forward(batch.inputs);
    const computed: unknown = loss(outputs, batch.targets);
    checkLoss(op, computed);
    return { loss: computed, outputs, targets: batch.targets };
  };
}

function checkSupervised(op: string, batch: unknown): asserts batch is SupervisedBatch {
  const { inputs, targets } = (batch ?? {}) as Partial<SupervisedBatch>;
  if (inputs instanceof Tensor && targets instanceof Tensor) return;
  const received =
    typeof batch === "object" && batch !== null
      ? `{ ${Object.keys(batch).join(", ")} }`
      : typeof batch;
  throw new ArgumentError(
    op,
    `a batch must be { inputs, targets }, both tensors: received ${received}. Name the fields so in the dataset, or pass a forwardPass that takes such batches.`,
    { expected: "{ inputs, targets }", received: batch },
  );
}

/** How many samples a batch has: the first axis of its first tensor; 1 where there is none. */
export function sampleCount(batch: unknown): number {
  if (batch instanceof Tensor) return batch.shape[0] ?? 1;
  const parts = (batch ?? {}) as Readonly<Record<string, unknown>>;
  for (const name in parts) {
    const part = parts[name];
    if (part instanceof Tensor) return part.shape[0] ?? 1;
  }
  return 1;
}
