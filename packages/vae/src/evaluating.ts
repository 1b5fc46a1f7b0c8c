import { Module } from "@dl/nn";
import { inEvaluation } from "@dl/training";

/** Runs `body` without gradients, and the models among these that are modules in evaluation. */
export function evaluating<Result>(
  op: string,
  models: readonly unknown[],
  body: () => Result,
): Result {
  const modules = models.filter((model) => model instanceof Module);
  return inEvaluation(op, Object.fromEntries(modules.entries()), body);
}
