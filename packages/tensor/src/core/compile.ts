import { ArgumentError } from "@dl/backend";
import { CompiledStep, type StepInput, type StepReport } from "./compiled-step.ts";
import { stepRecorder } from "./step-recorder.ts";
import type { StepResult } from "./step-result.ts";

/** A step that {@link compile} made. */
export interface Compiled<Inputs extends readonly StepInput[], Result extends StepResult> {
  (...inputs: Inputs): Result;
  /** How its calls went so far, and why one was not replayed. */
  readonly report: StepReport;
}

/**
 * A step that is planned once: from then on, only its programs are dispatched, in the same order,
 * with the same result bit for bit.
 *
 * For a whole training step: forward, `zeroGrad`, `backward`, an optimiser's `step`. Tensors and
 * numbers come in as arguments and tensors go out as results (without a history), by `assign` or as
 * `.grad`. A number is part of the step: another one is recorded anew, so one that is seldom the same
 * comes faster as a tensor, `tensor(weight)`. What else the step reads it follows through `assign`.
 *
 * All state that these packages keep goes on as without `compile`: learning rates, counts, modes,
 * gradients, random draws. Where that cannot be, the step is recorded anew, or runs as it is; `report`
 * says why, and a warning does once. Other variables must not change what the step does, and what it
 * does to them it does only when it runs itself. That is audited: at calls 2, 3, 4, 5, 8, 13, 16, 21,
 * ... of a recording, and in between as far as it costs no more than 2 % of the time, the step itself
 * runs and is compared with the recording.
 *
 * @throws {ArgumentError} if the step is asynchronous, or reads a tensor: read its results instead; if
 * an audit finds, after a replay, that the step has changed: with what differs and since which call.
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
export function compile<Inputs extends readonly StepInput[], Result extends StepResult>(
  step: (...inputs: Inputs) => Result,
): Compiled<Inputs, Result> {
  if (typeof step !== "function")
    throw new ArgumentError(
      "compile",
      `needs a function: received ${step === null ? "null" : typeof step}. Pass (x) => { ...; return loss; }.`,
      { expected: "a function", received: step },
    );
  const compiled = new CompiledStep<Result>(step as (...inputs: readonly StepInput[]) => Result);
  const call = (...inputs: Inputs): Result =>
    // Within another compiled step this one is a part of it.
    stepRecorder() === undefined ? compiled.call(inputs) : step(...inputs);
  return Object.defineProperty(call, "report", {
    get: () => compiled.report,
  }) as Compiled<Inputs, Result>;
}
