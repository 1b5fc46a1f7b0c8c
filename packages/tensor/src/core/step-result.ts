import { ArgumentError } from "@dl/backend";
import { Tensor } from "./tensor.ts";

/** What a compiled step may return. */
export type StepResult = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>> | void;

/** The tensors of a result, and how to make such a result of others. */
export function disassembled(result: StepResult): {
  tensors: readonly Tensor[];
  assemble: (tensors: readonly Tensor[]) => StepResult;
} {
  if (result === undefined) return { tensors: [], assemble: () => {} };
  if (result instanceof Tensor) return { tensors: [result], assemble: ([tensor]) => tensor! };
  if (Array.isArray(result) && result.every((item) => item instanceof Tensor))
    return { tensors: result, assemble: (tensors) => tensors };
  const entries = Object.entries(result ?? {});
  const isRecord =
    result !== null &&
    Object.getPrototypeOf(result) === Object.prototype &&
    entries.every(([, item]) => item instanceof Tensor);
  if (!isRecord)
    throw new ArgumentError(
      "compile",
      `a step must return a tensor, a list or a record of tensors, or nothing: received ${result instanceof Promise ? "a promise" : result === null ? "null" : typeof result}. Await after the step, and return what you want to read.`,
      { received: result },
    );
  return {
    tensors: entries.map(([, tensor]) => tensor),
    assemble: (tensors) => Object.fromEntries(entries.map(([name], i) => [name, tensors[i]!])),
  };
}
