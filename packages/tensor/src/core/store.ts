import {
  ArgumentError,
  contiguousLayout,
  DlError,
  dtypes,
  formatProgram,
  formatShape,
  mapProgram,
  reduceProgram,
  routineProgram,
  type Backend,
  type DType,
  type Epilogue,
  type Program,
  type Shape,
} from "@dl/backend";
import { Fusion } from "./fusion.ts";
import { isPrior, stepRecorder, unrecorded } from "./step-recorder.ts";
import { Storage, Stored } from "./storage.ts";
import type {
  NumberOperand,
  Pending,
  PendingReduce,
  PendingRoutine,
  TensorValue,
} from "./tensor-value.ts";

/**
 * Computes a pending value into a buffer of its own; a stored one is returned as it is.
 *
 * @example
 * const x = tensor([1, 2]).mul(2);
 * store(x.value);
 * x.isPending; // => false
 */
export function store(value: TensorValue): Stored {
  if (value.stored !== undefined && !value.stored.isReleased) return value.stored;
  if (value.pending === undefined)
    throw new ArgumentError(
      "tensor",
      "this tensor was disposed. Use it before dispose() or the end of its `using` block.",
    );
  const { pending } = value;
  if (isPrior(value)) unrecorded(() => computePending(value, pending));
  else computePending(value, pending);
  return value.stored!;
}

function computePending(value: TensorValue, pending: Pending): void {
  const heavy = pending.kind === "pointwise" ? unfusedHeavy(value, pending.heavy) : value;
  if (heavy?.pending === undefined) storeMap(value);
  else if (heavy.pending.kind === "reduce") storeReduce(value, heavy, heavy.pending);
  else if (heavy.pending.kind === "routine") storeRoutine(value, heavy, heavy.pending);
}

/**
 * The reduction or routine that `value` becomes the epilogue of, if it still may: everything from
 * it up to `value` must be needed by nobody else, or it would be computed twice.
 */
export function unfusedHeavy(
  value: TensorValue,
  heavy: TensorValue | undefined,
): TensorValue | undefined {
  if (heavy?.pending === undefined) return undefined;
  if (isPrior(heavy)) store(heavy);
  const uses = new Map<TensorValue, number>();
  countUses(value, heavy, uses);
  // What stood between them has been stored meanwhile.
  if (!uses.has(heavy)) return undefined;
  for (const [inner, count] of uses)
    if (inner.consumers > count) {
      store(inner);
      return heavy.pending === undefined ? undefined : unfusedHeavy(value, heavy);
    }
  return heavy;
}

/** How often each value between `heavy` and `value` is used inside this expression. */
function countUses(value: TensorValue, heavy: TensorValue, uses: Map<TensorValue, number>): void {
  if (value.pending?.kind !== "pointwise") return;
  for (const operand of value.pending.operands) {
    if ("number" in operand || operand.pending === undefined) continue;
    const isOnPath =
      operand === heavy ||
      (operand.pending.kind === "pointwise" && operand.pending.heavy === heavy);
    if (!isOnPath) continue;
    const seen = uses.get(operand);
    uses.set(operand, (seen ?? 0) + 1);
    if (seen === undefined) countUses(operand, heavy, uses);
  }
}

function storeMap(value: TensorValue): void {
  const fusion = new Fusion(store, { target: value });
  const scalar = fusion.scalar(value);
  const program = mapProgram(value.shape, fusion.specs, fusion.parameters, [scalar]);
  compute(value, program, fusion.inputs, fusion.numbers);
}

function storeReduce(value: TensorValue, heavy: TensorValue, pending: PendingReduce): void {
  const domain = new Fusion(store);
  const scalar = domain.scalar(pending.operand);
  const { epilogue, inputs } = fuseEpilogue(value, heavy, domain);
  const program = reduceProgram({
    op: pending.op,
    shape: pending.operand.shape,
    axes: pending.axes,
    inputs: domain.specs,
    parameters: domain.parameters,
    value: scalar,
    epilogue,
  });
  compute(value, program, [...domain.inputs, ...inputs], domain.numbers);
}

function storeRoutine(value: TensorValue, heavy: TensorValue, pending: PendingRoutine): void {
  const own = new Fusion(store);
  const operands = pending.operands.map(store);
  const { epilogue, inputs } = fuseEpilogue(value, heavy, own);
  const program = routineProgram(
    pending.routine,
    pending.settings,
    operands.map((stored, i) => ({
      dtype: pending.operands[i]!.dtype,
      layout: stored.layout,
    })),
    own.parameters,
    epilogue,
  );
  compute(value, program, [...operands, ...inputs], own.numbers);
}

function fuseEpilogue(
  value: TensorValue,
  heavy: TensorValue,
  before: Fusion,
): { epilogue: Epilogue | undefined; inputs: readonly Stored[] } {
  if (value === heavy) return { epilogue: undefined, inputs: [] };
  const fusion = new Fusion(store, { target: value, result: heavy, after: before });
  const scalar = fusion.scalar(value);
  return { epilogue: { inputs: fusion.specs, value: scalar }, inputs: fusion.inputs };
}

/** @throws {OutOfMemoryError} naming the tensor, and the program that was to compute it. */
export function newStorage(backend: Backend, dtype: DType, shape: Shape, origin?: Origin): Storage {
  const count = contiguousLayout(shape).elementCount;
  try {
    return new Storage(backend, count * dtypes[dtype].bytesPerElement, "allocate");
  } catch (error) {
    if (error instanceof DlError) {
      error.message += `\nfor a tensor ${formatShape(shape)} of ${dtype}`;
      if (origin !== undefined) tellOrigin(error, origin);
    }
    throw error;
  }
}

/** What was being computed, and in development where that was written. */
interface Origin {
  readonly program: Program;
  readonly site: string | undefined;
}

function tellOrigin(error: DlError, { program, site }: Origin): void {
  error.message += `\nwhile running\n${formatProgram(program)}`;
  if (site !== undefined) error.message += `\ncreated at ${site}`;
}

/** Runs the program that computes a value, into a buffer of its own. */
function compute(
  value: TensorValue,
  program: Program,
  inputs: readonly Stored[],
  numbers: readonly NumberOperand[],
): void {
  const { backend, dtype, shape, site } = value;
  const storage = newStorage(backend, dtype, shape, { program, site });
  run(value, program, inputs, [storage], numbers);
  settle(value, storage);
}

/** Dispatches, and tells what was being computed and where it was written when that fails. */
export function run(
  value: TensorValue,
  program: Program,
  inputs: readonly Stored[],
  outputs: readonly Storage[],
  numbers: readonly NumberOperand[],
): void {
  if (outputs.every((storage) => storage.buffer.byteLength === 0)) return;
  try {
    const executable = value.backend.compile(program);
    value.backend.dispatch(
      executable,
      inputs,
      outputs.map((storage) => storage.buffer),
      numbers.map(({ number }) => number),
    );
    stepRecorder()?.ran({ executable, inputs, outputs, numbers });
  } catch (error) {
    if (error instanceof DlError) tellOrigin(error, { program, site: value.site });
    throw error;
  }
}

/** Makes a value stored and lets go of what it was pending on. */
function settle(value: TensorValue, storage: Storage): void {
  const { pending } = value;
  value.stored = new Stored(storage, contiguousLayout(value.shape), 0);
  value.pending = undefined;
  if (pending !== undefined) forEachOperand(pending, releaseConsumer);
}

/**
 * Frees a value, unless a tensor stands for it or something needs it; what is pending lets go of its
 * operands.
 */
export function releaseValue(value: TensorValue): boolean {
  if (value.consumers > 0 || value.handles > 0 || value.handlesInSteps > 0) return false;
  value.stored?.release();
  const { pending } = value;
  value.pending = undefined;
  if (pending !== undefined) forEachOperand(pending, releaseConsumer);
  return true;
}

/**
 * Told that one of those that needed a value does so no more; undoes `value.consumers++`.
 *
 * @example
 * const { value } = zeros([2]);
 * value.consumers++; // a node of a graph keeps it
 * releaseConsumer(value);
 * value.consumers; // => 0
 */
export function releaseConsumer(value: TensorValue): void {
  value.consumers--;
  releaseValue(value);
}

/** The tensor values that a pending one is computed from. */
export function forEachOperand(
  pending: NonNullable<TensorValue["pending"]>,
  visit: (operand: TensorValue) => void,
): void {
  if (pending.kind === "reduce") visit(pending.operand);
  else for (const operand of pending.operands) if (!("number" in operand)) visit(operand);
}
