import {
  checkFunction,
  expandLayout,
  internShape,
  permuteLayout,
  reshapeLayout,
  sliceLayout,
  type Backend,
  type DType,
  type Layout,
  type ReduceOp,
  type RoutineName,
  type RoutineParameters,
  type Shape,
  type Taps,
} from "@dl/backend";
import type { HostFunction, HostGradient } from "./host-function.ts";
import {
  contiguousValue,
  pointwiseValue,
  reduceValue,
  routineValue,
  routineValues,
  seenThrough,
  viewValue,
} from "./make-value.ts";
import type { PointwiseOp } from "./pointwise-op.ts";
import { stepRecorder } from "./step-recorder.ts";
import { watching } from "./step-surroundings.ts";
import { store } from "./store.ts";
import type { NumberOperand, TensorValue, ValueOperand } from "./tensor-value.ts";
import { Tensor } from "./tensor.ts";

/** A tensor, or a number with the type it takes beside one. */
export type Operand = Tensor | NumberOperand;

/**
 * The closed list of primitives and what each is told besides its inputs. Everything else is
 * written in these, so whoever follows primitives (gradients, profiles, graphs) sees everything.
 */
export interface PrimitiveParameters extends Omit<RoutineParameters, "pad" | "resample"> {
  /** Inputs of one shape; numbers stretch. */
  readonly pointwise: { readonly op: PointwiseOp };
  /** A tensor made from numbers and positions alone: random numbers, counts. Never has a gradient. */
  readonly generate: { readonly op: PointwiseOp; readonly shape: Shape; readonly backend: Backend };
  readonly reshape: { readonly shape: Shape };
  readonly permute: { readonly axes: readonly number[] };
  /** Broadcast to a larger shape. */
  readonly expand: { readonly shape: Shape };
  /** Per axis: first position, count, and step, which may be negative. */
  readonly slice: {
    readonly starts: readonly number[];
    readonly sizes: readonly number[];
    readonly steps: readonly number[];
  };
  readonly pad: RoutineParameters["pad"];
  /** Weighted sums of positions along an axis; `adjoint` are the gradient's taps, for each position. */
  readonly resample: { readonly axis: number; readonly taps: Taps; readonly adjoint: Taps };
  /** Axes sorted, from the front; they are dropped. */
  readonly reduce: {
    readonly op: Exclude<ReduceOp, "argmax" | "argmin">;
    readonly axes: readonly number[];
  };
  readonly argReduce: { readonly op: "argmax" | "argmin"; readonly axis: number };
  /**
   * Computed on the host; a constant without a gradient. What computes is told too, so that programs
   * without such functions carry none of it.
   */
  readonly hostFunction: {
    readonly op: HostFunction;
    readonly shape: Shape;
    readonly dtype: DType;
    readonly numbers: readonly number[];
    readonly gradient: HostGradient | undefined;
    readonly evaluate: (
      operands: readonly TensorValue[],
      parameters: PrimitiveParameters["hostFunction"],
    ) => TensorValue;
  };
}

/** The names of all primitives. */
export type PrimitiveName = keyof PrimitiveParameters;

type Execute<Name extends PrimitiveName> = (
  inputs: readonly ValueOperand[],
  parameters: PrimitiveParameters[Name],
) => TensorValue | TensorValue[];

/** Every primitive but pointwise takes tensors only. */
const tensors = (inputs: readonly ValueOperand[]): readonly TensorValue[] =>
  inputs as readonly TensorValue[];
const contiguous = (inputs: readonly ValueOperand[]): readonly TensorValue[] =>
  tensors(inputs).map(contiguousValue);

type Run<Name extends RoutineName, Result> = (
  inputs: readonly ValueOperand[],
  settings: RoutineParameters[Name],
) => Result;

/** A routine whose result may take an epilogue. */
const single =
  <Name extends RoutineName>(name: Name): Run<Name, TensorValue> =>
  (inputs, settings) =>
    routineValue(name, settings, contiguous(inputs));
/** A routine that is run at once. */
const stored =
  <Name extends RoutineName>(name: Name): Run<Name, TensorValue[]> =>
  (inputs, settings) =>
    routineValues(name, settings, contiguous(inputs));

/** One object: programs are found by the settings' identity first. */
const matmulSettings: PrimitiveParameters["matmul"] = {};

const execute: { readonly [Name in PrimitiveName]: Execute<Name> } = {
  pointwise: (inputs, { op }) => {
    const like = inputs.find((x): x is TensorValue => !("number" in x))!;
    return pointwiseValue(op, inputs, like.shape, like.backend);
  },
  generate: (inputs, { op, shape, backend }) =>
    pointwiseValue(op, inputs, internShape(shape), backend),
  reshape: ([x], { shape }) => {
    const value = x as TensorValue;
    const target = internShape(shape);
    const view = (layout: Layout): Layout | undefined => reshapeLayout(layout, target);
    return seenThrough(value, target, view) ?? seenThrough(contiguousValue(value), target, view)!;
  },
  permute: ([x], { axes }) => {
    const value = x as TensorValue;
    const shape = internShape(axes.map((axis) => value.shape[axis]!));
    return seenThrough(value, shape, (layout) => permuteLayout(layout, axes))!;
  },
  expand: ([x], { shape }) => {
    const target = internShape(shape);
    return seenThrough(x as TensorValue, target, (layout) => expandLayout(layout, target))!;
  },
  slice: ([x], { starts, sizes, steps }) => {
    const value = x as TensorValue;
    const { layout, offset } = sliceLayout(store(value).layout, starts, sizes, steps);
    return viewValue(value, layout, offset);
  },
  pad: stored("pad"),
  reduce: ([x], { op, axes }) => reduceValue(op, x as TensorValue, axes),
  argReduce: ([x], { op, axis }) => reduceValue(op, x as TensorValue, [axis]),
  matmul: (inputs) => routineValue("matmul", matmulSettings, tensors(inputs)),
  conv2d: single("conv2d"),
  conv2dInputGrad: single("conv2dInputGrad"),
  conv2dWeightGrad: single("conv2dWeightGrad"),
  maxPool2d: stored("maxPool2d"),
  resample: (inputs, { axis, taps }) => single("resample")(inputs, { axis, ...taps }),
  gather: stored("gather"),
  scatter: stored("scatter"),
  indexSelect: stored("indexSelect"),
  indexAdd: stored("indexAdd"),
  concatenate: stored("concatenate"),
  scan: stored("scan"),
  sort: stored("sort"),
  hostFunction: (inputs, parameters) => parameters.evaluate(contiguous(inputs), parameters),
};

/** Told of every primitive after it was applied. */
export type PrimitiveObserver = <Name extends PrimitiveName>(
  name: Name,
  inputs: readonly Operand[],
  parameters: PrimitiveParameters[Name],
  outputs: readonly Tensor[],
) => void;

const observers: PrimitiveObserver[] = [];

/**
 * Follows all primitives from now on; the function returned stops it.
 *
 * @example
 * const names = [];
 * const stop = observePrimitives((name) => names.push(name));
 * zeros([2, 3]).matrixTranspose();
 * stop();
 * names.at(-1); // => "permute"
 */
export function observePrimitives(observer: PrimitiveObserver): () => void {
  checkFunction("observePrimitives", "observer", observer);
  followPrimitives(observer);
  return watching(() => {
    const at = observers.indexOf(observer);
    if (at >= 0) observers.splice(at, 1);
  });
}

/**
 * {@link observePrimitives} for one who need not see what a compiled step replays.
 *
 * @example
 * followPrimitives(() => {}); // for good
 */
export function followPrimitives(observer: PrimitiveObserver): void {
  observers.push(observer);
}

/**
 * The one way work is made: arguments must be checked, broadcast and of the right type.
 *
 * @example
 * applyPrimitive("permute", [zeros([2, 3])], { axes: [1, 0] })[0].shape; // => [3, 2]
 */
export function applyPrimitive<Name extends PrimitiveName>(
  name: Name,
  inputs: readonly Operand[],
  parameters: PrimitiveParameters[Name],
): Tensor[] {
  const recorder = stepRecorder();
  const values = inputs.map((input) => {
    if (!(input instanceof Tensor)) return input;
    recorder?.uses(input);
    return input.value;
  });
  const result = execute[name](values, parameters);
  const outputs = Array.isArray(result)
    ? result.map((value) => new Tensor(value))
    : [new Tensor(result)];
  for (const observer of observers) observer(name, inputs, parameters, outputs);
  return outputs;
}

/**
 * {@link applyPrimitive} for the many primitives with one result.
 *
 * @example
 * applyOne("reshape", [zeros([6])], { shape: [2, 3] }).shape; // => [2, 3]
 */
export function applyOne<Name extends PrimitiveName>(
  name: Name,
  inputs: readonly Operand[],
  parameters: PrimitiveParameters[Name],
): Tensor {
  return applyPrimitive(name, inputs, parameters)[0]!;
}
