import { ArgumentError, UnsupportedError } from "@dl/backend";
import {
  observePrimitives,
  Tensor,
  type Operand,
  type PrimitiveName,
  type PrimitiveParameters,
} from "@dl/tensor";
import { batchingRules, type BatchingRule } from "./batching-rules.ts";
import { enableGrad, isGradEnabled, noGrad } from "./grad-mode.ts";
import { recordingOf, upcomingNodeId, type GraphNode } from "./recording.ts";
import { startRecorder } from "./recorder.ts";
import { stopGradient } from "./stop-gradient.ts";
import { asTraced } from "./tracing.ts";

/** One primitive of the sample's run. */
interface Step<Name extends PrimitiveName = PrimitiveName> {
  readonly name: Name;
  readonly inputs: readonly Operand[];
  readonly parameters: PrimitiveParameters[Name];
  readonly outputs: readonly Tensor["value"][];
  /** Whether the recorder followed it. */
  readonly isRecorded: boolean;
  /** Operands that carried no gradient: detached ones, results under noGrad. */
  readonly isStopped: readonly boolean[];
}

/**
 * `f` for every sample at once: maps a function of single samples over the first axis of its
 * arguments.
 *
 * `f` runs on the first sample alone; what it did is then done again with all samples, one
 * primitive at a time. That is enough because tensors cannot be read inside `f`, so that all
 * samples take the same way. Random numbers are the same for all samples. `vmap(grad(lossOf))`
 * gives per-sample gradients in one pass.
 *
 * Shape: arguments [samples, ...] → [samples, ...], where `f` sees and gives [...].
 *
 * @throws {UnsupportedError} if `f` uses a {@link Function} or {@link checkpoint}.
 * @throws {ArgumentError} if the arguments differ in their number of samples, or have none.
 * @example
 * const slopes = vmap(grad((x) => x.mul(x).sum()));
 * await slopes(tensor([[1, 2], [3, 4]])).toArray(); // => [[2, 4], [6, 8]]
 */
export function vmap(f: (...sample: Tensor[]) => Tensor): (...batch: Tensor[]) => Tensor {
  return (...batch) => {
    const count = checkedCount(batch);
    const { inputs, output, steps } = traceSample(f, batch);
    const lanes = new Map(inputs.map((x, i) => [x.value, batch[i]!]));
    for (const step of steps) replay(step, lanes, count);
    return (
      lanes.get(output.value) ??
      stopGradient(output)
        .unsqueeze(0)
        .expand([count, ...output.shape])
    );
  };
}

function checkedCount(batch: readonly Tensor[]): number {
  const count = batch[0]?.shape[0] ?? 0;
  if (count === 0 || batch.some(({ shape }) => shape[0] !== count))
    throw new ArgumentError(
      "vmap",
      `needs tensors with one first axis, the samples: received ${batch.length === 0 ? "none" : batch.map(String).join(", ")}. Give at least one sample, and as many of each.`,
      { received: batch.map(({ shape }) => shape) },
    );
  return count;
}

/** Runs `f` on the first sample and notes its primitives. */
function traceSample(
  f: (...sample: Tensor[]) => Tensor,
  batch: readonly Tensor[],
): { inputs: Tensor[]; output: Tensor; steps: Step[] } {
  const isRecorded = isGradEnabled();
  const inputs = noGrad(() => batch.map((x) => stopGradient(x.select(0, 0)))).map((x, i) =>
    isRecorded && recordingOf(batch[i]!) !== undefined ? asTraced(x) : x,
  );
  startRecorder(); // before the observer below, which reads what it recorded
  const firstOwnId = upcomingNodeId();
  const own = new Set<GraphNode>();
  const steps: Step[] = [];
  const refuseForeign = (x: Operand): void => {
    const origin = x instanceof Tensor ? recordingOf(x)?.node : undefined;
    if (origin !== undefined && origin.id >= firstOwnId && !own.has(origin))
      throw new UnsupportedError(
        "vmap",
        `${origin.name} has a gradient of its own, which would be lost. Use it outside vmap.`,
        { received: origin.name },
      );
  };
  const stop = observePrimitives((name, operands, parameters, outputs) => {
    const node = recordingOf(outputs[0]!)?.node;
    if (node !== undefined) own.add(node);
    const isStopped = operands.map((x) => x instanceof Tensor && recordingOf(x) === undefined);
    operands.forEach(refuseForeign);
    steps.push({
      name,
      inputs: operands,
      parameters,
      outputs: outputs.map(({ value }) => value),
      isRecorded: node !== undefined,
      isStopped,
    });
  });
  try {
    const output = (isRecorded ? enableGrad : noGrad)(() => f(...inputs));
    refuseForeign(output);
    return { inputs, output, steps };
  } finally {
    stop();
  }
}

/** Does a step for all samples, unless it is the same for all. */
function replay<Name extends PrimitiveName>(
  step: Step<Name>,
  lanes: Map<Tensor["value"], Tensor>,
  count: number,
): void {
  const { name, parameters, isStopped } = step;
  const found = step.inputs.map((x) => (x instanceof Tensor ? lanes.get(x.value) : undefined));
  const isBatched = found.map((lane) => lane !== undefined);
  if (!isBatched.includes(true)) return;
  // What makes tensors from none has no input that could be batched.
  const rule = (batchingRules as Partial<Record<PrimitiveName, BatchingRule<Name>>>)[name]!;
  const inputs = step.inputs.map((x, i) => {
    const lane = found[i] ?? x;
    return isStopped[i] && lane instanceof Tensor ? stopGradient(lane) : lane;
  });
  const mode = step.isRecorded ? enableGrad : noGrad;
  const result = mode(() => rule({ inputs, isBatched, count }, parameters));
  const results: readonly Tensor[] = result instanceof Tensor ? [result] : result;
  step.outputs.forEach((output, i) => lanes.set(output, results[i]!));
}
