import { ArgumentError, formatShape } from "@dl/backend";
import { Tensor } from "@dl/tensor";

/** @throws {ArgumentError} unless it is a scalar tensor. */
export function checkLoss(op: string, loss: unknown): asserts loss is Tensor {
  if (!(loss instanceof Tensor))
    throw new ArgumentError(
      op,
      `the loss must be a tensor: received ${loss instanceof Promise ? "a promise" : typeof loss}. Return a scalar tensor, before any await.`,
      { received: loss },
    );
  if (loss.elementCount !== 1)
    throw new ArgumentError(
      op,
      `the loss must be a scalar: received shape ${formatShape(loss.shape)}. Reduce it, e.g. with mean().`,
      { expected: [], received: loss.shape },
    );
}
