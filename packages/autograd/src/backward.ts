import { checkOptions, formatShape, GradientError, type OptionKinds } from "@dl/backend";
import {
  alias,
  applyOne,
  keepBeyondScope,
  PointwiseOp,
  stepRecorder,
  tidy,
  type Tensor,
} from "@dl/tensor";
import { checkGradient, throughHooks } from "./check-gradient.ts";
import { enableGrad, noGrad } from "./grad-mode.ts";
import { recordingOf, type GraphNode, type Recording } from "./recording.ts";
import { stopGradient } from "./stop-gradient.ts";
import { stoppedRecordings } from "./weight-gradients.ts";

/** What a backward pass starts from and leaves behind. */
export interface BackwardOptions {
  /** Gradient of the tensor itself; needed when it is not a scalar. */
  readonly gradient?: Tensor;
  /** Keep the graph, so that it can be walked again. Default: `createGraph`. */
  readonly retainGraph?: boolean;
  /** Record the gradients' own graph, for gradients of gradients. Default false. */
  readonly createGraph?: boolean;
}

export const backwardKinds: OptionKinds<BackwardOptions> = {
  // What it must be is checked beside what it is the gradient of.
  gradient: { what: "a tensor", accepts: () => true },
  retainGraph: "boolean",
  createGraph: "boolean",
};

/**
 * Adds the gradient of a scalar to `.grad` of every leaf it was computed from.
 *
 * @throws {GradientError} if the tensor is no scalar and no gradient is given, was not recorded, or
 * its graph was freed by an earlier walk.
 */
export function backward(root: Tensor, options: BackwardOptions = {}): void {
  checkOptions("backward", options, backwardKinds);
  const start = startGradient("backward", root, options.gradient);
  const nodes = walkOrder([recordingOf(root)!]);
  const collect = (): Map<Recording, Tensor> => {
    const found = new Map<Recording, Tensor>();
    const keepFound = (recording: Recording, gradient: Tensor): void => {
      if (recording.retainsGrad && !stoppedRecordings().has(recording))
        found.set(recording, gradient);
    };
    const targets = unstoppedTargets(nodes);
    walk(nodes, [[recordingOf(root)!, start]], options, keepFound, targets);
    return found;
  };
  // Gradients on the way that nobody can hold go at once instead of waiting for the collector.
  const isOwn = isPrivate(nodes, options);
  const leaves = isOwn ? tidy(collect) : collect();
  for (const [recording, gradient] of leaves) accumulate(recording, gradient, options);
  // The leaves have handles of their own.
  if (isOwn)
    for (const gradient of leaves.values()) if (gradient !== options.gradient) gradient.letGo();
}

/** Whether nobody but the walk sees its gradients: no hooks, no rules of the user's, no graph. */
function isPrivate(nodes: readonly GraphNode[], options: BackwardOptions): boolean {
  const hasHooks = (recording: Recording | undefined): boolean =>
    recording !== undefined && recording.hooks.length > 0;
  return (
    options.createGraph !== true &&
    !nodes.some(
      (node) => node.isForeign || node.outputs.some(hasHooks) || node.inputs.some(hasHooks),
    )
  );
}

function accumulate(recording: Recording, gradient: Tensor, options: BackwardOptions): void {
  const before = recording.grad;
  const [share, inMode] =
    options.createGraph === true ? [alias, enableGrad] : [stopGradient, noGrad];
  const sum = before === null ? share(gradient) : inMode(() => before.add(gradient));
  recording.grad = keepBeyondScope(sum, recording.scope);
}

/** What a walk in `noWeightGradients` is for; `undefined`, everything, outside of it. */
function unstoppedTargets(nodes: readonly GraphNode[]): Set<Recording> | undefined {
  const stopped = stoppedRecordings();
  if (stopped.size === 0) return undefined;
  const targets = new Set<Recording>();
  for (const { inputs, outputs } of nodes)
    for (const recording of [...inputs, ...outputs])
      if (recording?.retainsGrad && !stopped.has(recording)) targets.add(recording);
  return targets;
}

const one = new PointwiseOp("one", (value) => value);

/** As a number in the next expression and not as a tensor in memory: one program less per walk. */
function onesLike({ shape, dtype, backend }: Tensor): Tensor {
  return applyOne("generate", [{ number: 1, dtype }], { op: one, shape, backend });
}

/** The gradient to start from, checked. */
export function startGradient(op: string, root: Tensor, gradient: Tensor | undefined): Tensor {
  if (recordingOf(root) === undefined)
    throw new GradientError(
      op,
      "the tensor was not computed from anything that requires a gradient. Set requiresGrad on a parameter, and compute outside noGrad().",
    );
  if (gradient === undefined) {
    if (root.elementCount !== 1)
      throw new GradientError(
        op,
        `the loss has shape ${formatShape(root.shape)}, but only a scalar can be differentiated. Reduce it, e.g. with mean().`,
        { expected: [], received: root.shape },
      );
    return onesLike(root);
  }
  checkGradient(op, "the gradient given", gradient, root);
  return gradient;
}

/** Every operation behind the recordings, latest first. */
export function walkOrder(roots: readonly Recording[]): GraphNode[] {
  const seen = new Set<GraphNode>();
  const found: GraphNode[] = [];
  const visit = (recording: Recording | undefined): void => {
    const node = recording?.node;
    if (node === undefined || seen.has(node)) return;
    seen.add(node);
    found.push(node);
  };
  roots.forEach(visit);
  for (let at = 0; at < found.length; at++) found[at]!.inputs.forEach(visit);
  return found.toSorted((a, b) => b.id - a.id);
}

/** Which inputs of each operation lead to `targets`; operations with none are left out. */
function neededInputs(
  nodes: readonly GraphNode[],
  targets: ReadonlySet<Recording>,
): Map<GraphNode, readonly boolean[]> {
  const needed = new Map<GraphNode, readonly boolean[]>();
  for (let at = nodes.length - 1; at >= 0; at--) {
    const needs = nodes[at]!.inputs.map(
      (input) =>
        input !== undefined &&
        (targets.has(input) || (input.node !== undefined && needed.has(input.node))),
    );
    if (needs.includes(true)) needed.set(nodes[at]!, needs);
  }
  return needed;
}

/**
 * Reverse accumulation: takes the operations latest first, so that a tensor's gradient is whole
 * before the operation that made it is reached. `visit` is told each whole gradient.
 *
 * With `targets`, only the gradients on the way to these are computed.
 */
export function walk(
  nodes: readonly GraphNode[],
  starts: readonly (readonly [Recording, Tensor])[],
  options: BackwardOptions,
  visit: (recording: Recording, gradient: Tensor) => void,
  targets?: ReadonlySet<Recording>,
): void {
  const finish = (recording: Recording, whole: Tensor): Tensor => {
    if (recording.node === undefined && recording.hooks.length > 0)
      stepRecorder()?.refuse("a hook sees a gradient of a tensor that was not computed");
    const gradient = throughHooks(recording, whole);
    visit(recording, gradient);
    return gradient;
  };
  const sweepAll = (): void => {
    for (const [recording, gradient] of sweep(nodes, starts, options, finish, targets))
      finish(recording, gradient);
  };
  if (options.createGraph === true) enableGrad(sweepAll);
  else noGrad(sweepAll);
}

/**
 * The walk itself, over `nodes` only: returns the gradients of what they were computed from.
 * `finish` gets each whole gradient of their outputs, and what it returns goes on.
 */
export function sweep(
  nodes: readonly GraphNode[],
  starts: readonly (readonly [Recording, Tensor])[],
  { createGraph = false, retainGraph = createGraph }: BackwardOptions,
  finish: (recording: Recording, gradient: Tensor) => Tensor,
  targets?: ReadonlySet<Recording>,
): Map<Recording, Tensor> {
  const needed = targets && neededInputs(nodes, targets);
  const gradients = new Map<Recording, Tensor>();
  const add = (recording: Recording, gradient: Tensor): void => {
    const sum = gradients.get(recording);
    gradients.set(recording, sum === undefined ? gradient : sum.add(gradient));
  };
  const take = (recording: Recording): Tensor | undefined => {
    const gradient = gradients.get(recording);
    if (gradient === undefined) return undefined;
    gradients.delete(recording);
    return finish(recording, gradient);
  };
  for (const [recording, gradient] of starts) add(recording, gradient);
  for (const node of nodes) {
    const outputs = node.outputs.map(take);
    const needs = needed?.get(node);
    const isWanted = needed === undefined || needs !== undefined;
    if (!isWanted || outputs.every((gradient) => gradient === undefined)) continue;
    if (node.vjp === undefined)
      throw new GradientError(
        "backward",
        `the graph was already walked and freed (at ${node.name}). Pass { retainGraph: true } the first time to walk it twice.`,
      );
    const inputs = node.vjp(outputs, needs);
    for (let i = 0; i < inputs.length; i++) {
      const input = node.inputs[i];
      const gradient = inputs[i];
      if (input !== undefined && gradient !== undefined && needs?.[i] !== false)
        add(input, gradient);
    }
    if (!retainGraph) node.release();
  }
  return gradients;
}
