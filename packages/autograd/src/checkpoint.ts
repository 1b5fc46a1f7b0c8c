import { checkSynchronous, GradientError, isFloat } from "@dl/backend";
import { defaultGenerator, repeated, Tensor, tidy, type GeneratorState } from "@dl/tensor";
import { sweep, walkOrder } from "./backward.ts";
import { throughHooks } from "./check-gradient.ts";
import type { FunctionOutput } from "./function.ts";
import { enableGrad, isGradEnabled, noGrad } from "./grad-mode.ts";
import { currentSite } from "./recorder.ts";
import { usesWithin } from "./recording-uses.ts";
import { GraphNode, recordingOf, upcomingNodeId, type Recording } from "./recording.ts";

/**
 * `f(...inputs)`, whose intermediate results are computed again for backward instead of kept: less
 * memory for one more forward pass.
 *
 * Tensors that `f` reaches by closure, such as a layer's parameters, get their gradients too, and
 * gradients of any order follow. `f` runs twice and must do the same each time: numbers drawn from
 * the default generator repeat by themselves, those of another generator do not, and what else it
 * changes (running statistics) changes twice. Tensors that it makes and does not return are freed
 * when it ends.
 *
 * Source: Chen et al. 2016, "Training deep nets with sublinear memory cost", arXiv:1604.06174.
 *
 * @throws {ArgumentError} if `f` is asynchronous.
 * @throws {GradientError} during backward, if `f` then returns something else or uses other tensors.
 * @example
 * const weight = tensor([2, 3]).requireGrad();
 * const y = checkpoint((x) => x.mul(weight).square().sum(), tensor([1, 1]));
 * y.backward();
 * await weight.grad!.toArray(); // => [4, 6]
 */
export function checkpoint<Output extends FunctionOutput>(
  f: (...inputs: Tensor[]) => Output,
  ...inputs: Tensor[]
): Output {
  if (!isGradEnabled()) return f(...inputs);
  let generatorState: GeneratorState;
  const generator = defaultGenerator();
  repeated(generator, () => {
    generatorState = generator.getState();
  });
  const run = (): Output => {
    const output = f(...inputs);
    checkSynchronous(
      "checkpoint",
      output,
      "cannot be run again during backward. Read results outside of it.",
    );
    return output;
  };
  const { result, uses } = usesWithin(() => tidy(() => noGrad(run)));
  const recordings = new Set(uses);
  // An input may come back as it is, without an operation on it.
  for (const input of inputs) {
    const recording = recordingOf(input);
    if (recording !== undefined) recordings.add(recording);
  }
  if (recordings.size === 0) return result;
  // New handles: f may return one of its inputs, whose own history must stay.
  const outputs = outputList(result).map((x) => new Tensor(x.value));
  const differentiable = outputs.flatMap((x, i) => (isFloat(x.dtype) ? [i] : []));
  const sources = [...recordings];
  const node = new GraphNode(
    "checkpoint",
    sources,
    differentiable.map((i) => outputs[i]!),
    currentSite(),
  );
  const kept = inputs.map((input) => node.keep(input));
  node.vjp = (dys, needs) => {
    const targets = sources.filter((_, i) => needs?.[i] !== false);
    const recompute = (): (Tensor | undefined)[] => {
      const firstOwnId = upcomingNodeId();
      const again = outputList(
        repeatRandom(
          () => generatorState,
          () => enableGrad(() => f(...kept)),
        ),
      );
      const starts = differentiable.flatMap((i, k) => startOf(again[i], outputs[i]!, dys[k]));
      const gradients = pullBackOwn(starts, firstOwnId, new Set(targets));
      return sources.map((source) => gradients.get(source));
    };
    // Without second derivatives nobody needs what was recomputed.
    return isGradEnabled() ? recompute() : tidy(recompute);
  };
  return (result instanceof Tensor ? outputs[0]! : outputs) as FunctionOutput as Output;
}

function outputList(result: FunctionOutput): readonly Tensor[] {
  return result instanceof Tensor ? [result] : result;
}

/** Runs `body` with the default generator as it was, and leaves the generator as it is now. */
function repeatRandom<Result>(state: () => GeneratorState, body: () => Result): Result {
  const generator = defaultGenerator();
  let now: GeneratorState;
  repeated(generator, () => {
    now = generator.getState();
    generator.setState(state());
  });
  try {
    return body();
  } finally {
    repeated(generator, () => generator.setState(now));
  }
}

function startOf(
  again: Tensor | undefined,
  first: Tensor,
  dy: Tensor | undefined,
): (readonly [Recording, Tensor])[] {
  if (again === undefined || again.shape !== first.shape || again.dtype !== first.dtype)
    throw new GradientError(
      "checkpoint",
      `run again for backward, the function returned ${again === undefined ? "fewer tensors" : again.toString()} where it first returned ${first.toString()}. It must do the same each time.`,
      { expected: first.shape, received: again?.shape },
    );
  const recording = recordingOf(again);
  return recording === undefined || dy === undefined ? [] : [[recording, dy]];
}

/**
 * Gradients of `targets` through the operations recorded since `firstOwnId`. Older ones belong to
 * the walk under way, and so do the hooks of what they made.
 */
function pullBackOwn(
  starts: readonly (readonly [Recording, Tensor])[],
  firstOwnId: number,
  targets: ReadonlySet<Recording>,
): Map<Recording, Tensor> {
  const nodes = walkOrder(starts.map(([recording]) => recording)).filter(
    ({ id }) => id >= firstOwnId,
  );
  for (const { inputs } of nodes)
    for (const input of inputs)
      if (input?.node !== undefined && input.node.id < firstOwnId && !targets.has(input))
        throw new GradientError(
          "checkpoint",
          `run again for backward, the function used the result of ${input.node.name} that it did not use at first. It must do the same each time.`,
          { received: input.node.name },
        );
  return sweep(nodes, starts, { createGraph: isGradEnabled() }, throughHooks, targets);
}
