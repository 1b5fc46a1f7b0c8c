import type { Module } from "../module.ts";

/** Runs `body` with the model in evaluation; each module's mode is then as before. */
export async function inEvaluation<Result>(
  model: Module,
  body: () => Result | Promise<Result>,
): Promise<Result> {
  const modes = model.modules().map((module) => [module, module.isTraining] as const);
  model.eval();
  try {
    return await body();
  } finally {
    for (const [module, isTraining] of modes) module.isTraining = isTraining;
  }
}
