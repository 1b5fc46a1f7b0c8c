import { checkFunction } from "@dl/backend";
import { watching } from "@dl/tensor";
import { callObservers, type CallObserver } from "./forward-calls.ts";
import type { Module } from "./module.ts";

/** Told of a call of a module's `forward` after it returned. */
export type ForwardObserver = (
  module: Module,
  inputs: readonly unknown[],
  outputs: unknown,
) => void;

/**
 * Calls `observer` after every `forward` of every module, children before their parents, until the
 * function returned is called. For summaries, histograms and the like.
 *
 * @throws {ArgumentError} if it is no function.
 * @example
 * const stop = observeForward((module, _inputs, outputs) => record(module, outputs));
 * model.forward(inputs);
 * stop();
 */
export function observeForward(observer: ForwardObserver): () => void {
  checkFunction("observeForward", "observer", observer);
  const added: CallObserver = (module, inputs, outputs) =>
    observer(module as Module, inputs, outputs);
  callObservers.add(added);
  return watching(() => callObservers.delete(added));
}
