import { InternalError, isFloat } from "@dl/backend";
import {
  creationSite,
  followMode,
  followPrimitives,
  settings,
  store,
  Tensor,
  type Operand,
  type PointwiseOp,
  type PrimitiveName,
  type PrimitiveParameters,
} from "@dl/tensor";
import { isGradEnabled } from "./grad-mode.ts";
import { hookChanges } from "./hook-changes.ts";
import { applyPartial, partialRule } from "./pointwise-vjp.ts";
import { GraphNode, recordingOf, type Recording } from "./recording.ts";
import { stoppedRecordings } from "./weight-gradients.ts";
import { vjpRules, type Saved, type VjpRule } from "./vjp-rules.ts";

let isRecording = false;

/** Starts following primitives; called when the first tensor asks for a gradient. */
export function startRecorder(): void {
  if (isRecording) return;
  isRecording = true;
  followPrimitives(record);
  followMode(isGradEnabled);
  followMode(stoppedRecordings);
  followMode(hookChanges);
}

function record<Name extends PrimitiveName>(
  name: Name,
  inputs: readonly Operand[],
  parameters: PrimitiveParameters[Name],
  outputs: readonly Tensor[],
): void {
  const output = outputs[0]!;
  if (!isGradEnabled() || !isFloat(output.dtype)) return;
  if (!inputs.some((x) => x instanceof Tensor && x.recording !== undefined)) return;
  const recordings = inputs.map((x) => (x instanceof Tensor ? recordingOf(x) : undefined));
  if (name === "pointwise") {
    const { op } = parameters as PrimitiveParameters["pointwise"];
    recordPointwise(op, inputs, recordings, output);
    return;
  }
  const rule: VjpRule<Name> | "none" = vjpRules[name];
  if (rule !== "none")
    recordByRule(name, rule, inputs as readonly Tensor[], recordings, parameters, outputs);
}

function recordByRule<Name extends PrimitiveName>(
  name: Name,
  rule: VjpRule<Name>,
  inputs: readonly Tensor[],
  recordings: readonly (Recording | undefined)[],
  parameters: PrimitiveParameters[Name],
  outputs: readonly Tensor[],
): void {
  const needs = recordings.map((recording) => recording !== undefined);
  const reads = rule.reads?.(needs, parameters) ?? {};
  const node = new GraphNode(
    nameOf(name, parameters),
    recordings,
    outputs.slice(0, 1),
    currentSite(),
  );
  const keptInputs: Tensor[] = [];
  for (const i of reads.inputs ?? []) {
    keptInputs[i] = node.keep(inputs[i]!);
    if (reads.comparesBits === true) store(inputs[i]!.value);
  }
  const keptOutputs: Tensor[] = [];
  for (const i of reads.outputs ?? []) keptOutputs[i] = node.keep(outputs[i]!);
  const saved: Saved<Name> = {
    parameters,
    needs,
    inputShapes: inputs.map((x) => x.shape),
    inputLayouts: inputs.map((x) => x.value.stored?.layout),
    input: (i) => demandKept(keptInputs[i], name, `input ${i}`),
    output: (i) => demandKept(keptOutputs[i], name, `output ${i}`),
  };
  node.vjp = ([dy], fewer) =>
    rule.vjp(dy!, fewer === undefined ? saved : { ...saved, needs: fewer });
}

function demandKept(tensor: Tensor | undefined, name: string, what: string): Tensor {
  if (tensor === undefined)
    throw new InternalError(name, `the gradient rule reads ${what}, which it did not name.`);
  return tensor;
}

function recordPointwise(
  op: PointwiseOp,
  inputs: readonly Operand[],
  recordings: readonly (Recording | undefined)[],
  output: Tensor,
): void {
  const rules = inputs.map((_, i) =>
    recordings[i] === undefined ? undefined : partialRule(op, inputs, i),
  );
  if (rules.every((rule) => rule === undefined || rule.kind === "zero")) return;
  const node = new GraphNode(op.name, recordings, [output], currentSite());
  const kept: (Operand | undefined)[] = [];
  for (const rule of rules)
    if (rule?.kind === "product")
      for (const slot of rule.reads) {
        const operand = slot === inputs.length ? output : inputs[slot]!;
        kept[slot] ??= operand instanceof Tensor ? node.keep(operand) : operand;
      }
  node.vjp = ([dy], needs) =>
    rules.map((rule, i) =>
      rule === undefined || needs?.[i] === false
        ? undefined
        : applyPartial(
            rule,
            dy!,
            rule.kind === "product" ? rule.reads.map((slot) => kept[slot]!) : [],
          ),
    );
}

/** A primitive's own name, or that of the expression or function it was given. */
export function nameOf<Name extends PrimitiveName>(
  name: Name,
  parameters: PrimitiveParameters[Name],
): string {
  return "op" in parameters && typeof parameters.op === "object" ? parameters.op.name : name;
}

/** Where the operation under way was called, in development. */
export function currentSite(): string | undefined {
  return settings().development ? creationSite() : undefined;
}
