import {
  contiguousLayout,
  type Backend,
  type DType,
  type ReduceOp,
  type RoutineName,
  type RoutineParameters,
  type Shape,
} from "@dl/backend";
import { settings } from "./configuration.ts";
import type { PointwiseOp } from "./pointwise-op.ts";
import { creationSite, type Stored } from "./storage.ts";

let nextSerial = 0;

/** Serial of the next value made. */
export function upcomingSerial(): number {
  return nextSerial;
}

/**
 * The elements behind one or more tensor handles: stored in a buffer, or pending, that is described
 * but not computed yet. Storing (see store.ts) changes the second into the first, for every holder.
 */
export class TensorValue {
  readonly backend: Backend;
  readonly dtype: DType;
  readonly shape: Shape;
  stored: Stored | undefined;
  pending: Pending | undefined;
  /** Pending values and graphs that still need this one. */
  consumers = 0;
  /** Tensors made for this value outside of a step being recorded; those that became garbage count on. */
  handles = 0;
  /** Those made in one. */
  handlesInSteps = 0;
  /** How often a program has computed this value without keeping it. */
  timesRecomputed = 0;
  readonly site: string | undefined;
  /** Counts up with every value made: tells what is older than a scope. */
  readonly serial: number = nextSerial++;

  /** Without content: what a disposed tensor stands for. */
  constructor(backend: Backend, dtype: DType, shape: Shape, content?: Stored | Pending) {
    this.backend = backend;
    this.dtype = dtype;
    this.shape = shape;
    if (content !== undefined && isPending(content)) {
      this.pending = content;
      this.site = settings().development ? creationSite() : undefined;
    } else this.stored = content;
  }

  get isPending(): boolean {
    return this.pending !== undefined;
  }

  get elementCount(): number {
    return (this.stored?.layout ?? contiguousLayout(this.shape)).elementCount;
  }
}

function isPending(content: Stored | Pending): content is Pending {
  return "kind" in content;
}

export type Pending = PendingPointwise | PendingReduce | PendingRoutine;

/** A number beside tensors, with the type it takes there. */
export interface NumberOperand {
  readonly number: number;
  readonly dtype: DType;
  /** Computed anew for each replay of a compiled step. */
  readonly isLive?: boolean;
}

export type ValueOperand = TensorValue | NumberOperand;

/** All tensor operands have the value's own shape. */
export interface PendingPointwise {
  readonly kind: "pointwise";
  readonly op: PointwiseOp;
  readonly operands: readonly ValueOperand[];
  /** Instructions in this expression with all that is pending under it: an upper bound. */
  readonly size: number;
  /** Distinct buffers it reads, at most: an upper bound. */
  readonly leaves: number;
  /** Seen through a view, its elements would be others: see {@link PointwiseOp.cost}. */
  readonly readsPosition: boolean;
  /** The one reduction or routine under this expression that may take it as an epilogue. */
  readonly heavy: TensorValue | undefined;
}

export interface PendingReduce {
  readonly kind: "reduce";
  readonly op: ReduceOp;
  readonly axes: readonly number[];
  readonly operand: TensorValue;
}

export interface PendingRoutine<Name extends RoutineName = RoutineName> {
  readonly kind: "routine";
  readonly routine: Name;
  readonly settings: RoutineParameters[Name];
  readonly operands: readonly TensorValue[];
}
