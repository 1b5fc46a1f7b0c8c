import { formatShape, GradientError, shapesEqual } from "@dl/backend";
import { full, Tensor, tidy } from "@dl/tensor";
import { enableGrad, noGrad } from "./grad-mode.ts";
import { recordingOf, type GraphNode, type Recording } from "./recording.ts";

export interface BackwardOptions {
  /** Gradient of the tensor itself; needed when it is not a scalar. */
  readonly gradient?: Tensor;
  /** Keep the graph, so that it can be walked again. Default: `createGraph`. */
  readonly retainGraph?: boolean;
  /** Record the gradients' own graph, for gradients of gradients. Default false. */
  readonly createGraph?: boolean;
}

/**
 * Adds the gradient of a scalar to `.grad` of every leaf it was computed from.
 *
 * @throws {GradientError} if the tensor is no scalar and no gradient is given, was not recorded, or
 * its graph was freed by an earlier walk.
 */
export function backward(root: Tensor, options: BackwardOptions = {}): void {
  const start = startGradient("backward", root, options.gradient);
  const nodes = walkOrder([recordingOf(root)!]);
  const collect = (): Map<Recording, Tensor> => {
    const found = new Map<Recording, Tensor>();
    walk(nodes, [[recordingOf(root)!, start]], options, (recording, gradient) => {
      if (recording.retainsGrad) found.set(recording, gradient);
    });
    return found;
  };
  // Gradients on the way that nobody can hold go at once instead of waiting for the collector.
  const leaves = isPrivate(nodes, options) ? tidy(collect) : collect();
  noGrad(() => {
    for (const [recording, gradient] of leaves) accumulate(recording, gradient, options);
  });
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
  const add = (): Tensor => (recording.grad === null ? gradient : recording.grad.add(gradient));
  recording.grad = options.createGraph === true ? enableGrad(add) : detached(add());
}

/** The same elements without a history. */
export function detached(tensor: Tensor): Tensor {
  return new Tensor(tensor.value);
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
    return full(root.shape, 1, { dtype: root.dtype, backend: root.backend });
  }
  if (!shapesEqual(gradient.shape, root.shape))
    throw new GradientError(
      op,
      `the gradient given has shape ${formatShape(gradient.shape)}, the tensor ${formatShape(root.shape)}. They must be equal.`,
      { expected: root.shape, received: gradient.shape },
    );
  return gradient;
}

/** Every operation behind the recordings, latest first. */
export function walkOrder(roots: readonly Recording[]): GraphNode[] {
  const seen = new Set<GraphNode>();
  const waiting = roots.flatMap(({ node }) => node ?? []);
  while (waiting.length > 0) {
    const node = waiting.pop()!;
    if (seen.has(node)) continue;
    seen.add(node);
    for (const input of node.inputs) if (input?.node !== undefined) waiting.push(input.node);
  }
  return [...seen].toSorted((a, b) => b.id - a.id);
}

/**
 * Reverse accumulation: takes the operations latest first, so that a tensor's gradient is whole
 * before the operation that made it is reached. `visit` is told each whole gradient.
 */
export function walk(
  nodes: readonly GraphNode[],
  starts: readonly (readonly [Recording, Tensor])[],
  options: BackwardOptions,
  visit: (recording: Recording, gradient: Tensor) => void,
): void {
  const { createGraph = false, retainGraph = createGraph } = options;
  const gradients = new Map<Recording, Tensor>();
  const add = (recording: Recording, gradient: Tensor): void => {
    const sum = gradients.get(recording);
    gradients.set(recording, sum === undefined ? gradient : sum.add(gradient));
  };
  const finish = (recording: Recording): Tensor | undefined => {
    let gradient = gradients.get(recording);
    if (gradient === undefined) return undefined;
    gradients.delete(recording);
    for (const hook of recording.hooks) gradient = hook(gradient) ?? gradient;
    visit(recording, gradient);
    return gradient;
  };
  const step = (): void => {
    for (const [recording, gradient] of starts) add(recording, gradient);
    for (const node of nodes) {
      const outputs = node.outputs.map(finish);
      if (outputs.every((gradient) => gradient === undefined)) continue;
      if (node.vjp === undefined)
        throw new GradientError(
          "backward",
          `the graph was already walked and freed (at ${node.name}). Pass { retainGraph: true } the first time to walk it twice.`,
        );
      const inputs = node.vjp(outputs);
      node.inputs.forEach((input, i) => {
        const gradient = inputs[i];
        if (input !== undefined && gradient !== undefined) add(input, gradient);
      });
      if (!retainGraph) node.release();
    }
    for (const recording of gradients.keys()) finish(recording);
  };
  if (createGraph) enableGrad(step);
  else noGrad(step);
}
