import { ArgumentError } from "@dl/backend";
import { Tensor } from "@dl/tensor";
import { observeForward } from "./observe-forward.ts";
import type { Module } from "./module.ts";

/**
 * Runs `forward` and penalises what some layers give out on the way, such as with `l1Penalty` for
 * sparse activity: the result, and the penalty to add to a loss.
 *
 * The penalty is divided by the batch size, so that it does not depend on it.
 *
 * @throws {ArgumentError} if none of the layers was called.
 * @example
 * const { result, penalty } = activityPenalty([model[1]], l1Penalty, () => model.forward(inputs));
 * const loss = crossEntropy(result, targets).add(penalty.mul(1e-4));
 */
export function activityPenalty<Result>(
  layers: readonly Module[],
  penaltyOf: (activities: readonly Tensor[]) => Tensor,
  forward: () => Result,
): { readonly result: Result; readonly penalty: Tensor } {
  const activities: Tensor[] = [];
  const stop = observeForward((module, _inputs, outputs) => {
    if (layers.includes(module) && outputs instanceof Tensor) activities.push(outputs);
  });
  let result: Result;
  try {
    result = forward();
  } finally {
    stop();
  }
  if (activities.length === 0)
    throw new ArgumentError(
      "activityPenalty",
      `none of the ${layers.length} layers gave out a tensor during forward. Give layers that the model calls.`,
      { received: layers.length },
    );
  return { result, penalty: penaltyOf(activities).div(activities[0]!.shape[0] ?? 1) };
}
