import { checkOptions, GradientError, refuseOptions } from "@dl/backend";
import { Tensor, zerosLike } from "@dl/tensor";
import { backwardKinds, startGradient, type BackwardOptions } from "./backward.ts";
import { checkGradient } from "./check-gradient.ts";
import { recordingOf, type Recording } from "./recording.ts";
import { stopGradient } from "./stop-gradient.ts";
import { mapTensors, tensorList, type GradientsOf, type Tensors } from "./tensor-arrangement.ts";
import { asTraced, isTracing, pullBack, traceDeeper } from "./tracing.ts";

/**
 * Gradients of `outputs` with respect to `inputs`, without touching any `.grad`.
 *
 * Inputs that the outputs do not depend on get zeros. With `createGraph` the gradients can be
 * differentiated again, as gradient penalties need.
 *
 * @throws {GradientError} if an output is no scalar and no gradient is given, or an input requires
 * none.
 * @example
 * const x = tensor(3).requireGrad();
 * const [dx] = gradientsOf(x.mul(x), [x]);
 * await dx!.item(); // => 6
 */
export function gradientsOf(
  output: Tensor,
  inputs: readonly Tensor[],
  options: BackwardOptions = {},
): Tensor[] {
  refuseOptions("gradientsOf", inputs, "the list of inputs");
  checkOptions("gradientsOf", options, backwardKinds);
  const start = startGradient("gradientsOf", output, options.gradient);
  return pullBack([output], [start], inputs.map(demandRecording), options).map(
    (gradient, i) => gradient ?? zerosLike(inputs[i]!),
  );
}

function demandRecording(input: Tensor, i: number): Recording {
  const recording = recordingOf(input);
  if (recording === undefined)
    throw new GradientError(
      "gradientsOf",
      `input ${i} requires no gradient. Set requiresGrad before computing with it.`,
    );
  return recording;
}

/**
 * `lossOf` with its value and the gradients with respect to its first argument.
 *
 * The first argument may be a tensor, an array or an object of tensors; gradients come in the same
 * arrangement. Its tensors need not require gradients, and no `.grad` changes.
 *
 * @example
 * const { value, gradients } = valueAndGrad((x: Tensor) => x.mul(x).sum())(tensor([1, 2]));
 * await gradients.toArray(); // => [2, 4]
 */
export function valueAndGrad<T extends Tensors, Rest extends unknown[]>(
  lossOf: (parameters: T, ...rest: Rest) => Tensor,
): (parameters: T, ...rest: Rest) => { value: Tensor; gradients: GradientsOf<T> } {
  return (parameters, ...rest) => {
    const traced = mapTensors(parameters, asTraced) as Tensors as T;
    // Inside another differentiation the gradients take part in that one.
    const createGraph = isTracing();
    const value = traceDeeper(() => lossOf(traced, ...rest));
    const list = tensorList(traced);
    const gradients =
      recordingOf(value) === undefined
        ? list.map(() => undefined)
        : pullBack(
            [value],
            [startGradient("valueAndGrad", value, undefined)],
            list.map((x) => recordingOf(x)!),
            { createGraph },
          );
    let next = 0;
    return {
      value: createGraph ? value : stopGradient(value),
      gradients: mapTensors(parameters, (x) => gradients[next++] ?? zerosLike(x)),
    };
  };
}

/**
 * The gradient of a scalar function with respect to its first argument: {@link valueAndGrad}.
 *
 * @example
 * await grad((x) => x.square().sum())(tensor([1, 2])).toArray(); // => [2, 4]
 */
export function grad<T extends Tensors, Rest extends unknown[]>(
  lossOf: (parameters: T, ...rest: Rest) => Tensor,
): (parameters: T, ...rest: Rest) => GradientsOf<T> {
  const both = valueAndGrad(lossOf);
  return (parameters, ...rest) => both(parameters, ...rest).gradients;
}

/**
 * The outputs of `f` and a function that maps a cotangent of each output to one of each input.
 *
 * @example
 * const { pullback } = vjp((x: Tensor) => x.mul(x), [tensor([1, 2])]);
 * const [dx] = pullback(tensor([1, 10]));
 * await dx!.toArray(); // => [2, 40]
 */
export function vjp<Output extends Tensor | readonly Tensor[]>(
  f: (...inputs: Tensor[]) => Output,
  inputs: readonly Tensor[],
): { outputs: Output; pullback: (...cotangents: Tensor[]) => Tensor[] } {
  const traced = inputs.map(asTraced);
  const outputs = traceDeeper(() => f(...traced));
  const list: readonly Tensor[] = outputs instanceof Tensor ? [outputs] : outputs;
  return {
    outputs,
    pullback: (...cotangents) => {
      if (cotangents.length !== list.length)
        throw new GradientError(
          "vjp",
          `the function has ${list.length} outputs, got ${cotangents.length} cotangents. Give one for each.`,
        );
      list.forEach((y, i) => checkGradient("vjp", `cotangent ${i}`, cotangents[i], y));
      const createGraph = isTracing() || cotangents.some((x) => recordingOf(x) !== undefined);
      return pullBack(
        list,
        cotangents,
        traced.map((x) => recordingOf(x)!),
        { retainGraph: true, createGraph },
      ).map((gradient, i) => gradient ?? zerosLike(inputs[i]!));
    },
  };
}
