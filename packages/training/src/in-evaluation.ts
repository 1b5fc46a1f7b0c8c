import { noGrad } from "@dl/autograd";
import { checkSynchronous } from "@dl/backend";
import type { Module } from "@dl/nn";

/**
 * Runs `body` with the modules in evaluation and without gradients; each one's mode is then as before.
 * Modes are never held across an await, so that whatever else runs meanwhile keeps its own.
 *
 * @throws {ArgumentError} if `body` is asynchronous.
 * @example
 * inEvaluation("judge", { model }, () => model.forward(inputs)).requiresGrad; // => false
 * model.isTraining; // => true
 */
export function inEvaluation<Result>(
  op: string,
  modules: Readonly<Record<string, Module>>,
  body: () => Result,
): Result {
  const modes = Object.values(modules)
    .flatMap((model) => model.modules())
    .map((module) => [module, module.isTraining] as const);
  for (const [module] of modes) module.isTraining = false;
  try {
    const result = noGrad(body);
    checkSynchronous(
      op,
      result,
      "the modules would be in training again before it ended. Compute everything before any await.",
    );
    return result;
  } finally {
    for (const [module, isTraining] of modes) module.isTraining = isTraining;
  }
}
