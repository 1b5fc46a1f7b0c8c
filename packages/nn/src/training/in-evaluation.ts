import { checkSynchronous } from "@dl/backend";
import type { Module } from "../module.ts";

/**
 * Runs `body` with the model in evaluation; each module's mode is then as before. For one forward
 * pass, before any await: a training that runs beside it must not find the model in evaluation.
 */
export function inEvaluation<Result>(model: Module, body: () => Result): Result {
  const modes = model.modules().map((module) => [module, module.isTraining] as const);
  model.eval();
  try {
    const result = body();
    checkSynchronous(
      "evaluate",
      result,
      "the model would be in training again before it ended. Compute everything before any await.",
    );
    return result;
  } finally {
    for (const [module, isTraining] of modes) module.isTraining = isTraining;
  }
}
