import { GradientError } from "@dl/backend";
import { Tensor, zerosLike } from "@dl/tensor";
import { checkGradient } from "./check-gradient.ts";
import type { FunctionOutput } from "./function.ts";
import { recordingOf } from "./recording.ts";
import { stopGradient } from "./stop-gradient.ts";
import { asTraced, isTracing, pullBack, traceDeeper } from "./tracing.ts";

interface Linearized<Output extends FunctionOutput> {
  /** With their history. */
  readonly outputs: Output;
  /** Maps a tangent of each input to one of each output; may be called again. */
  readonly pushforward: (tangents: readonly Tensor[]) => Tensor[];
}

/**
 * The outputs of `f` and its derivative at `inputs` as a linear function.
 *
 * Reverse mode twice: the pullback u ↦ uᵀJ is linear in u, so that pulling a tangent v back through
 * it gives Jv at any u. Every operation with a gradient has a tangent this way.
 *
 * Source: Townsend 2017, "A new trick for calculating Jacobian vector products".
 */
export function linearize<Output extends FunctionOutput>(
  f: (...inputs: Tensor[]) => Output,
  inputs: readonly Tensor[],
): Linearized<Output> {
  const traced = inputs.map(asTraced);
  const outputs = traceDeeper(() => f(...traced));
  const list: readonly Tensor[] = outputs instanceof Tensor ? [outputs] : outputs;
  const isMoving = list.map((y) => recordingOf(y) !== undefined);
  const cotangents = list.map((y, i) => (isMoving[i] ? asTraced(zerosLike(y)) : zerosLike(y)));
  const pulled = pullBack(
    list,
    cotangents,
    traced.map((x) => recordingOf(x)!),
    { createGraph: true },
  );
  const moving = cotangents.flatMap((u) => recordingOf(u) ?? []);
  return {
    outputs,
    pushforward: (tangents) => {
      const reached = pulled.flatMap((gradient, i): [Tensor, Tensor][] =>
        gradient === undefined ? [] : [[gradient, tangents[i]!]],
      );
      // A history is wanted by who differentiates around, or gave recorded tensors.
      const createGraph =
        isTracing() || [...inputs, ...tangents].some((x) => recordingOf(x) !== undefined);
      const found = pullBack(
        reached.map(([gradient]) => gradient),
        reached.map(([, tangent]) => tangent),
        moving,
        { createGraph, retainGraph: true },
      ).values();
      return list.map((y, i) => (isMoving[i] ? found.next().value : undefined) ?? zerosLike(y));
    },
  };
}

/**
 * The outputs of `f` and their derivative along `tangents`, one for each input: forward mode.
 *
 * J v for the Jacobian J of `f` at `inputs`. Costs about three evaluations of `f`, whatever the
 * number of inputs and outputs. Inside another differentiation, or where inputs or tangents are
 * recorded, the results can be differentiated again.
 *
 * @throws {GradientError} if the tangents do not match the inputs in number and shape.
 * @example
 * const { outputs, tangents } = jvp((x) => x.mul(x), [tensor([1, 2])], [tensor([1, 10])]);
 * await outputs.toArray(); // => [1, 4]
 * await tangents.toArray(); // => [2, 40]
 */
export function jvp<Output extends FunctionOutput>(
  f: (...inputs: Tensor[]) => Output,
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
): { outputs: Output; tangents: Output } {
  checkTangents(inputs, tangents);
  const { outputs, pushforward } = linearize(f, inputs);
  const pushed = pushforward(tangents);
  const keepsHistory =
    isTracing() || [...inputs, ...tangents].some((x) => recordingOf(x) !== undefined);
  const shown: FunctionOutput = keepsHistory
    ? outputs
    : outputs instanceof Tensor
      ? stopGradient(outputs)
      : outputs.map(stopGradient);
  const shownTangents: FunctionOutput = outputs instanceof Tensor ? pushed[0]! : pushed;
  return { outputs: shown as Output, tangents: shownTangents as Output };
}

function checkTangents(inputs: readonly Tensor[], tangents: readonly Tensor[]): void {
  if (inputs.length !== tangents.length)
    throw new GradientError(
      "jvp",
      `the function has ${inputs.length} inputs, got ${tangents.length} tangents. Give one for each.`,
      { expected: inputs.length, received: tangents.length },
    );
  inputs.forEach((input, i) => {
    checkGradient("jvp", `tangent ${i}`, tangents[i], input);
  });
}
