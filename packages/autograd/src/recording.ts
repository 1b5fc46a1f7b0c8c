import type { DType, Shape } from "@dl/backend";
import {
  alias,
  keepBeyondScope,
  releaseConsumer,
  scopeOf,
  stepRecorder,
  type GradientSlot,
  type Tensor,
} from "@dl/tensor";

/** Sees a gradient and may give another in its place. */
export type GradientHook = (gradient: Tensor) => Tensor | undefined | void;

/** What autograd knows of one tensor: whether it needs a gradient, and what it came from. */
export class Recording {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The operation that made the tensor; none for a leaf. */
  readonly node: GraphNode | undefined;
  /** Where the gradient is kept. */
  readonly slot: GradientSlot & { tensor: Tensor | null } = { tensor: null, isTaken: false };
  retainsGrad: boolean;
  hooks: readonly GradientHook[] = [];
  /** The `tidy` that frees the leaf, and so its gradient; 0 for none. */
  readonly scope: number;

  constructor(like: Tensor, node?: GraphNode) {
    this.shape = like.shape;
    this.dtype = like.dtype;
    this.node = node;
    this.retainsGrad = node === undefined;
    this.scope = node === undefined ? scopeOf(like) : 0;
    stepRecorder()?.makes(this.slot);
  }

  /** Leaves only, unless `retainsGrad`. */
  get grad(): Tensor | null {
    stepRecorder()?.readsSlot(this.slot);
    return this.slot.tensor;
  }

  set grad(gradient: Tensor | null) {
    stepRecorder()?.writesSlot(this.slot);
    this.slot.tensor = gradient;
  }
}

/**
 * Gradients of the inputs, given those of the outputs; `undefined` stands for zero. `needs` says
 * which inputs' are wanted, where those are fewer than have a recording.
 */
export type Vjp = (
  outputGradients: readonly (Tensor | undefined)[],
  needs: readonly boolean[] | undefined,
) => readonly (Tensor | undefined)[];

let nextId = 0;

/** Id of the next operation recorded: tells what is older than a piece of work. */
export function upcomingNodeId(): number {
  return nextId;
}

/** One recorded operation. Ids grow with time, so they order the graph. */
export class GraphNode {
  readonly id: number = nextId++;
  readonly name: string;
  /** Recordings of the inputs; `undefined` where an input needs no gradient. */
  readonly inputs: readonly (Recording | undefined)[];
  readonly outputs: readonly Recording[];
  /** Where the operation was called; in development only. */
  readonly site: string | undefined;
  /** `undefined` once released. */
  vjp: Vjp | undefined;
  /** The rule is the user's, who may hold on to gradients. */
  isForeign = false;
  private readonly kept: Tensor[] = [];

  constructor(
    name: string,
    inputs: readonly (Recording | undefined)[],
    outputs: readonly Tensor[],
    site: string | undefined,
  ) {
    this.name = name;
    this.inputs = inputs;
    this.outputs = outputs.map((output) => {
      const recording = new Recording(output, this);
      output.recording = recording;
      return recording;
    });
    this.site = site;
  }

  /**
   * Holds a tensor until backward, under a handle of our own: the user's may be assigned to, as
   * optimisers do. Counts as a consumer, so that fusion stores what backward will read again.
   */
  keep(tensor: Tensor): Tensor {
    const kept = keepBeyondScope(alias(tensor));
    tensor.value.consumers++;
    this.kept.push(kept);
    return kept;
  }

  /** Lets go of what was kept for backward. */
  release(): void {
    this.vjp = undefined;
    for (const kept of this.kept) {
      // The user's rule may have given it out, as a gradient for one.
      if (!this.isForeign) kept.letGo();
      releaseConsumer(kept.value);
    }
    this.kept.length = 0;
  }
}

/** What autograd attached to a tensor, if anything. */
export function recordingOf(tensor: Tensor): Recording | undefined {
  return tensor.recording as Recording | undefined;
}
