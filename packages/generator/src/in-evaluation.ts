import { checkSynchronous } from "@dl/backend";
import { Module } from "@dl/nn";

/**
 * Runs `body` with those of the networks that are modules in evaluation; each one's mode is then as
 * before. Modes are never held across an await.
 *
 * @throws {ArgumentError} if `body` is asynchronous.
 */
export function inEvaluation<Result>(
  op: string,
  networks: readonly unknown[],
  body: () => Result,
): Result {
  const modules = networks.flatMap((network) =>
    network instanceof Module ? network.modules() : [],
  );
  const modes = modules.map((module) => module.isTraining);
  for (const module of modules) module.isTraining = false;
  try {
    const result = body();
    checkSynchronous(op, result, "modes would be in training again before it ended.");
    return result;
  } finally {
    modules.forEach((module, i) => {
      module.isTraining = modes[i]!;
    });
  }
}
