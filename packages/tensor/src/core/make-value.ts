import {
  contiguousLayout,
  input,
  internShape,
  mapProgram,
  parameter,
  reducedShape,
  routineProgram,
  type Backend,
  type DType,
  type Layout,
  type Program,
  type ReduceOp,
  type RoutineName,
  type RoutineParameters,
  type Scalar,
  type Shape,
} from "@dl/backend";
import { settings } from "./configuration.ts";
import { Fusion } from "./fusion.ts";
import { expensiveCost, PointwiseOp } from "./pointwise-op.ts";
import { isPrior, stepRecorder } from "./step-recorder.ts";
import { Stored } from "./storage.ts";
import { forEachOperand, newStorage, releaseValue, run, store, unfusedHeavy } from "./store.ts";
import {
  TensorValue,
  type NumberOperand,
  type Pending,
  type PendingPointwise,
  type ValueOperand,
} from "./tensor-value.ts";

/** An expression is stored before it grows past this many instructions or buffers. */
const maxPendingSize = 96;
const maxPendingLeaves = 8;

/** A pending value, counted by its operands; stored at once in eager mode. */
function pendingValue(backend: Backend, dtype: DType, shape: Shape, pending: Pending): TensorValue {
  const value = new TensorValue(backend, dtype, shape, pending);
  forEachOperand(pending, (operand) => operand.consumers++);
  if (settings().eager) store(value);
  return value;
}

/** `op` over operands of one shape. */
export function pointwiseValue(
  op: PointwiseOp,
  operands: readonly ValueOperand[],
  shape: Shape,
  backend: Backend,
): TensorValue {
  const applied = op.expression(
    operands.map((operand, slot) =>
      "number" in operand ? parameter(slot, operand.dtype) : input(slot, operand.dtype),
    ),
  );
  const { size: ownSize, readsPosition: ownPosition } = op.cost(applied);
  keepOneHeavy(operands);
  let size = measure(operands, ownSize);
  while (size.size > maxPendingSize || size.leaves > maxPendingLeaves) {
    const largest = largestPending(operands);
    if (largest === undefined) break;
    store(largest);
    size = measure(operands, ownSize);
  }
  const readsPosition =
    ownPosition ||
    operands.some(
      (x) => !("number" in x) && x.pending?.kind === "pointwise" && x.pending.readsPosition,
    );
  return pendingValue(backend, applied.dtype, shape, {
    kind: "pointwise",
    op,
    operands,
    ...size,
    readsPosition,
    heavy: heavyUnder(operands).at(0),
  });
}

function measure(
  operands: readonly ValueOperand[],
  cost: number,
): { size: number; leaves: number } {
  let size = cost;
  let leaves = 0;
  for (const operand of operands) {
    if ("number" in operand) continue;
    if (operand.pending?.kind === "pointwise") {
      size += operand.pending.size;
      leaves += operand.pending.leaves;
    } else leaves++;
  }
  return { size, leaves };
}

function largestPending(operands: readonly ValueOperand[]): TensorValue | undefined {
  let largest: TensorValue | undefined;
  let most = 0;
  for (const operand of operands)
    if (!("number" in operand) && operand.pending?.kind === "pointwise") {
      const weight = operand.pending.size + maxPendingSize * operand.pending.leaves;
      if (weight > most) {
        largest = operand;
        most = weight;
      }
    }
  return largest;
}

/** Distinct pending reductions and routines that the operands are built on. */
function heavyUnder(operands: readonly ValueOperand[]): TensorValue[] {
  const found: TensorValue[] = [];
  for (const operand of operands) {
    if ("number" in operand || operand.pending === undefined) continue;
    const heavy = operand.pending.kind === "pointwise" ? operand.pending.heavy : operand;
    if (heavy?.pending !== undefined && !found.includes(heavy)) found.push(heavy);
  }
  return found;
}

/** An epilogue has one result to work on: all but the latest are stored. */
function keepOneHeavy(operands: readonly ValueOperand[]): void {
  for (const heavy of heavyUnder(operands).slice(0, -1)) store(heavy);
}

/** `op` folded over `axes`, which are sorted and from the front; reduced axes are dropped. */
export function reduceValue(
  op: ReduceOp,
  operand: TensorValue,
  axes: readonly number[],
): TensorValue {
  const { pending } = operand;
  const isCheap =
    pending?.kind === "pointwise" &&
    unfusedHeavy(operand, pending.heavy) === undefined &&
    (operand.timesRecomputed === 0 || pending.size < expensiveCost);
  if (!isCheap) store(operand);
  const dtype = op === "argmax" || op === "argmin" ? "int32" : operand.dtype;
  return pendingValue(operand.backend, dtype, reducedShape(operand.shape, axes), {
    kind: "reduce",
    op,
    axes,
    operand,
  });
}

/** A routine whose result may take an epilogue; operands must be laid out as the routine asks. */
export function routineValue<Name extends RoutineName>(
  routine: Name,
  routineSettings: RoutineParameters[Name],
  operands: readonly TensorValue[],
): TensorValue {
  const inputs = operands.map((operand) => ({
    dtype: operand.dtype,
    layout: store(operand).layout,
  }));
  const { result } = routineProgram(routine, routineSettings, inputs);
  return pendingValue(operands[0]!.backend, result.dtype, result.shape, {
    kind: "routine",
    routine,
    settings: routineSettings,
    operands,
  });
}

/** A routine run at once, with all its results. */
export function routineValues<Name extends RoutineName>(
  routine: Name,
  routineSettings: RoutineParameters[Name],
  operands: readonly TensorValue[],
): TensorValue[] {
  const stored = operands.map(store);
  const inputs = operands.map(({ dtype }, i) => ({ dtype, layout: stored[i]!.layout }));
  const program = routineProgram(routine, routineSettings, inputs);
  const results = resultsOf(program, operands[0]!.backend, stored, []);
  // Copies made for this run alone.
  operands.forEach(releaseValue);
  return results;
}

/**
 * Several results of one pass over operands of one shape: an optimiser's update.
 *
 * @example
 * const x = tensor([1, 2]);
 * const both = (a) => [scalar.neg(a), scalar.exp(a)];
 * mapTogether(both, [x.value], x.shape, x.backend).length; // => 2
 */
export function mapTogether(
  build: (...operands: Scalar[]) => readonly Scalar[],
  operands: readonly ValueOperand[],
  shape: Shape,
  backend: Backend,
): TensorValue[] {
  const fusion = new Fusion(store);
  const scalars = operands.map((operand) => {
    if (!("number" in operand)) return fusion.scalar(operand);
    fusion.numbers.push(operand);
    fusion.parameters.push(operand.dtype);
    return parameter(fusion.numbers.length - 1, operand.dtype);
  });
  const program = mapProgram(shape, fusion.specs, fusion.parameters, build(...scalars));
  return resultsOf(program, backend, fusion.inputs, fusion.numbers);
}

/** All results of a program run at once, each in a buffer of its own. */
function resultsOf(
  program: Program,
  backend: Backend,
  inputs: readonly Stored[],
  numbers: readonly NumberOperand[],
): TensorValue[] {
  const storages = program.outputs.map(({ dtype, shape }) =>
    newStorage(backend, dtype, shape, { program, site: undefined }),
  );
  const values = program.outputs.map(
    ({ dtype, shape }, i) =>
      new TensorValue(backend, dtype, shape, new Stored(storages[i]!, contiguousLayout(shape), 0)),
  );
  run(values[0]!, program, inputs, storages, numbers);
  return values;
}

/**
 * `value` seen through `view`, which maps a layout to another of `shape`, or to undefined where
 * that needs a copy. A cheap expression that nobody else needs is not stored for it: its operands
 * are seen through the view instead.
 */
export function seenThrough(
  value: TensorValue,
  shape: Shape,
  view: (layout: Layout) => Layout | undefined,
  isOperand = false,
): TensorValue | undefined {
  const { pending } = value;
  // An operand is needed by the expression that is moved with it.
  const isNeededElsewhere = value.consumers > (isOperand ? 1 : 0);
  const isMovable = pending?.kind === "pointwise" && !isNeededElsewhere && !isPrior(value);
  if (isMovable && isCheapToMove(pending)) {
    const operands = pending.operands.map((operand) =>
      "number" in operand ? operand : seenThrough(operand, shape, view, true),
    );
    if (operands.every((operand) => operand !== undefined))
      return pendingValue(value.backend, value.dtype, shape, { ...pending, operands });
  }
  const layout = view(store(value).layout);
  return layout && viewValue(value, layout);
}

function isCheapToMove(pending: PendingPointwise): boolean {
  return (
    pending.size < expensiveCost && pending.heavy?.pending === undefined && !pending.readsPosition
  );
}

/** Other elements of the same buffer. */
export function viewValue(value: TensorValue, layout: Layout, offset = 0): TensorValue {
  const stored = store(value);
  const view = new Stored(stored.storage, layout, stored.offset + offset);
  // A copy made for this view alone.
  releaseValue(value);
  return new TensorValue(value.backend, value.dtype, layout.shape, view);
}

const copy = new PointwiseOp("copy", (x) => x);

/** The same elements in row-major order without gaps, from the start of a buffer: often `value` itself. */
export function contiguousValue(value: TensorValue): TensorValue {
  if (store(value).layout.isContiguous) return value;
  return pointwiseValue(copy, [value], value.shape, value.backend);
}

/** A value of these bytes. */
export function uploadedValue(
  bytes: Uint8Array,
  dtype: DType,
  sizes: readonly number[],
  backend: Backend,
): TensorValue {
  const shape = internShape(sizes);
  const storage = newStorage(backend, dtype, shape);
  if (bytes.byteLength > 0) backend.write(storage.buffer, bytes);
  stepRecorder()?.uploaded(storage, bytes);
  return new TensorValue(backend, dtype, shape, new Stored(storage, contiguousLayout(shape), 0));
}
