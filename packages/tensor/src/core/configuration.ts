import { ArgumentError, checkOptions, type Backend } from "@dl/backend";

/** What {@link configure} sets. */
export interface Configuration {
  /** Where tensors are made when the call names no backend. */
  backend: Backend | undefined;
  /** Store every result at once instead of fusing; slower, for finding faults. */
  eager: boolean;
  /** Remember where each tensor was made, for errors and leak reports. */
  development: boolean;
  /** Most bytes of live tensors before a loop that never awaits is stopped with an error. */
  memoryBudgetBytes: number;
}

const configuration: Configuration = {
  backend: undefined,
  eager: false,
  development: false,
  memoryBudgetBytes: 2 * 2 ** 30,
};

/**
 * Sets what is given and leaves the rest; returns the settings now in force.
 *
 * @throws {ArgumentError} if the memory budget is not a positive number.
 * @example
 * configure({ backend: await cpu() });
 */
export function configure(changes: Partial<Configuration> = {}): Readonly<Configuration> {
  checkOptions("configure", changes, {
    backend: "object",
    eager: "boolean",
    development: "boolean",
    memoryBudgetBytes: "number",
  });
  const budget = changes.memoryBudgetBytes;
  if (budget !== undefined && !(budget > 0))
    throw new ArgumentError("configure", `memoryBudgetBytes must be above 0: received ${budget}.`, {
      received: budget,
    });
  Object.assign(configuration, changes);
  return { ...configuration };
}

/**
 * The live settings; read on every op, so without a copy.
 *
 * @example
 * settings().eager; // => false
 */
export function settings(): Readonly<Configuration> {
  return configuration;
}

/** @throws {ArgumentError} if no backend was named or configured. */
export function backendOrDefault(op: string, backend: Backend | undefined): Backend {
  const chosen = backend ?? configuration.backend;
  if (chosen === undefined)
    throw new ArgumentError(
      op,
      "no backend: none was named and none is configured. Call configure({ backend: await cpu() }) first, with cpu from @dl/backend-cpu.",
    );
  return chosen;
}
