import { checkSynchronous } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { recordingOf, type Recording } from "./recording.ts";

let stopped: ReadonlySet<Recording> = new Set();

/** Whose gradients `backward()` leaves out at this moment. */
export function stoppedRecordings(): ReadonlySet<Recording> {
  return stopped;
}

/**
 * Runs `body`, in which `backward()` neither computes the gradients of `parameters` nor changes
 * their `.grad`: for passes through a network that is not the one being trained, such as a
 * generator's loss through its discriminator.
 *
 * Only walks are affected. What `body` records still knows the parameters, so that a penalty on
 * gradients reaches them by a later walk. {@link gradientsOf}, `grad` and the other functional
 * forms compute the gradients they are asked for and no others, here as everywhere.
 *
 * @throws {ArgumentError} if `body` is asynchronous: the parameters would be back before it ended.
 * @example
 * const x = tensor(2).requireGrad();
 * const weight = tensor(3).requireGrad();
 * noWeightGradients([weight], () => x.mul(weight).backward());
 * await x.grad!.item(); // => 3
 * weight.grad; // => null
 */
export function noWeightGradients<Result>(
  parameters: readonly Tensor[],
  body: () => Result,
): Result {
  const before = stopped;
  stopped = new Set([...before, ...parameters.flatMap((x) => recordingOf(x) ?? [])]);
  try {
    const result = body();
    checkSynchronous(
      "noWeightGradients",
      result,
      "the parameters would have gradients again before it ended. Put only the walk inside, and await outside.",
    );
    return result;
  } finally {
    stopped = before;
  }
}
