import { settings } from "./configuration.ts";
import { stepRecorder } from "./step-recorder.ts";

/** Asked for what holds around a call of a step and decides what it does. */
const modes: (() => unknown)[] = [() => settings().backend, () => settings().eager];
let observers = 0;

/**
 * Has compiled steps recorded for each value of `mode` that they are called under.
 *
 * @example
 * let isStrict = false;
 * followMode(() => isStrict);
 */
export function followMode(mode: () => unknown): void {
  modes.push(mode);
}

/** What the modes are now. */
export function currentModes(): unknown[] {
  return modes.map((mode) => mode());
}

/** Whether the modes are these. */
export function areModes(values: readonly unknown[]): boolean {
  return values.length === modes.length && modes.every((mode, i) => mode() === values[i]);
}

/**
 * For one who began to watch what is run, and ends it with `stop`: until then compiled steps run as
 * without {@link compile}, unless it begins within one.
 *
 * @example
 * const stop = watching(() => {});
 * stop();
 */
export function watching(stop: () => void): () => void {
  if (stepRecorder() !== undefined) return stop;
  observers++;
  let isWatching = true;
  return () => {
    if (isWatching) observers--;
    isWatching = false;
    stop();
  };
}

/** Whether anybody watches. */
export function isWatched(): boolean {
  return observers > 0;
}
