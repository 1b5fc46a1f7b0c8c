import { ArgumentError } from "@dl/backend";
import { contiguousValue } from "./make-value.ts";
import { recordStep, StepRecorder, stepRecorder } from "./step-recorder.ts";
import { StepReplay } from "./step-replay.ts";
import { store } from "./store.ts";
import { Tensor } from "./tensor.ts";
import type { TensorValue } from "./tensor-value.ts";

/** What a compiled step may return. */
export type StepResult = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>> | void;

interface Recording<Result> {
  readonly replay: StepReplay;
  readonly resultOf: (results: readonly TensorValue[]) => Result;
}

/** Argument shapes remembered; the one used longest ago makes room. */
const maxRecordings = 8;

/**
 * A step that is planned once: from the third call with arguments of the same shapes, only its
 * programs are dispatched, in the same order, with the same result bit for bit.
 *
 * For a whole training step: forward, `zeroGrad`, `backward`, an optimiser's `step`. Tensors come in
 * as arguments and out as results (without a history), by `assign` or as `.grad`; what else the step
 * reads it follows through `assign`. Other variables of its own stay what they were when recorded, as
 * do its numbers and its `if`s.
 * Learning rates, step counts and random draws go on as without it. Observers, hooks and the
 * profiler see the first calls only. Keeps the step's intermediate results in memory between calls.
 *
 * @throws {ArgumentError} if the step is asynchronous or reads a tensor: read its results instead.
 * @example
 * const weight = tensor(4).requireGrad();
 * const descend = compile((x: Tensor) => {
 *   weight.grad = null;
 *   const loss = weight.mul(x).square();
 *   loss.backward();
 *   weight.assign(weight.sub(weight.grad!.mul(0.25)));
 *   return loss;
 * });
 * await descend(tensor(1)).item(); // => 16
 * await descend(tensor(1)).item(); // => 4
 * await descend(tensor(1)).item(); // => 1
 */
export function compile<Inputs extends readonly Tensor[], Result extends StepResult>(
  step: (...inputs: Inputs) => Result,
): (...inputs: Inputs) => Result {
  const recordings: Recording<Result>[] = [];
  let isFirst = true;
  return (...inputs) => {
    // Within another compiled step this one is a part of it.
    if (stepRecorder() !== undefined) return step(...inputs);
    const values = inputs.map(({ value }) => value);
    values.forEach(store);
    const at = recordings.findIndex(({ replay }) => replay.fits(values));
    if (at >= 0) {
      const { replay, resultOf } = recordings[at]!;
      const results = replay.run(values);
      if (results !== undefined) return resultOf(results);
      replay.dispose();
      recordings.splice(at, 1);
    }
    const recorder = new StepRecorder();
    // Only then is everything there that the step changes: an optimiser's moments, for one.
    if (isFirst) recorder.refusal = "the first run";
    const { results, resultOf } = record(step, inputs, recorder);
    isFirst = false;
    const { backend, refusal } = recorder;
    if (backend !== undefined && refusal === undefined && !isAmbiguous(recorder, values)) {
      const replay = new StepReplay(recorder, values, results, backend);
      recordings.push({ replay, resultOf });
      if (recordings.length > maxRecordings) recordings.shift()!.replay.dispose();
    } else recorder.release();
    return resultOf(results);
  };
}

function record<Inputs extends readonly Tensor[], Result extends StepResult>(
  step: (...inputs: Inputs) => Result,
  inputs: Inputs,
  recorder: StepRecorder,
): { results: readonly TensorValue[]; resultOf: Recording<Result>["resultOf"] } {
  recordStep(recorder);
  try {
    const result = step(...inputs);
    const { tensors, assemble } = disassembled(result);
    for (const tensor of recorder.rebound.keys()) {
      const value = contiguousValue(tensor.value);
      store(value);
      if (value !== tensor.value) tensor.rebind(value);
    }
    tensors.forEach(({ value }) => store(value));
    recorder.finish();
    return {
      results: tensors.map(({ value }) => value),
      resultOf: (values) => assemble(values.map((value) => new Tensor(value))) as Result,
    };
  } catch (error) {
    recorder.release();
    throw error;
  } finally {
    recordStep(undefined);
  }
}

/** The tensors of a result, and how to make such a result of others. */
function disassembled(result: StepResult): {
  tensors: readonly Tensor[];
  assemble: (tensors: readonly Tensor[]) => StepResult;
} {
  if (result === undefined) return { tensors: [], assemble: () => {} };
  if (result instanceof Tensor) return { tensors: [result], assemble: ([tensor]) => tensor! };
  if (Array.isArray(result) && result.every((item) => item instanceof Tensor))
    return { tensors: result, assemble: (tensors) => tensors };
  const entries = Object.entries(result);
  const isRecord =
    Object.getPrototypeOf(result) === Object.prototype &&
    entries.every(([, item]) => item instanceof Tensor);
  if (!isRecord)
    throw new ArgumentError(
      "compile",
      `a step must return a tensor, a list or a record of tensors, or nothing: received ${result instanceof Promise ? "a promise" : typeof result}. Await after the step, and return what you want to read.`,
      { received: result },
    );
  return {
    tensors: entries.map(([, tensor]) => tensor),
    assemble: (tensors) => Object.fromEntries(entries.map(([name], i) => [name, tensors[i]!])),
  };
}

/** Whether two of what comes into the step lay in one storage, so that a recording cannot tell them apart. */
function isAmbiguous(recorder: StepRecorder, inputs: readonly TensorValue[]): boolean {
  const befores = [...recorder.rebound.values()].filter(
    (value) => value?.stored !== undefined && !recorder.produced.has(value.stored.storage),
  );
  const storages = [...inputs, ...befores].map((value) => value!.stored!.storage);
  return new Set(storages).size < storages.length;
}
