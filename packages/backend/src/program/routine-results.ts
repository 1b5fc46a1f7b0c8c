import { isFloat } from "../dtype.ts";
import { InternalError } from "../errors.ts";
import { formatShape, internShape, shapesEqual, type Shape } from "../shape.ts";
import type { InputSpec, OutputSpec } from "./program.ts";
import type { RoutineName, RoutineParameters, Window2d } from "./routines.ts";

/** What a routine makes from inputs of these shapes; false where they do not fit it. */
type ResultRule<Name extends RoutineName> = (
  shapes: readonly Shape[],
  settings: RoutineParameters[Name],
  inputs: readonly InputSpec[],
) => false | readonly OutputSpec[];

/**
 * Positions a window takes along one axis; not above 0 when it does not fit.
 *
 * @example
 * windowCount(28, 5, 1, 4, 1); // => 28
 */
export function windowCount(
  size: number,
  kernel: number,
  stride: number,
  paddingSum: number,
  dilation: number,
): number {
  return Math.floor((size + paddingSum - dilation * (kernel - 1) - 1) / stride) + 1;
}

/**
 * Height and width of the output of a window of `kernelSize` sliding over `size`.
 *
 * @example
 * const window = { stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] };
 * windowOutputSize([28, 28], [2, 2], window); // => [14, 14]
 */
export function windowOutputSize(
  size: readonly [number, number],
  kernelSize: readonly [number, number],
  window: Window2d,
): [number, number] {
  const [top, bottom, left, right] = window.padding;
  return [
    windowCount(size[0], kernelSize[0], window.stride[0], top + bottom, window.dilation[0]),
    windowCount(size[1], kernelSize[1], window.stride[1], left + right, window.dilation[1]),
  ];
}

const withAxis = (shape: Shape, axis: number, size: number): Shape =>
  shape.map((old, i) => (i === axis ? size : old));

/** As the first input's elements are. */
const like = ([first]: readonly InputSpec[], ...shape: readonly number[]): OutputSpec => ({
  dtype: first!.dtype,
  shape: internShape(shape),
});

/** Of positions. */
const int32 = (shape: Shape): OutputSpec => ({ dtype: "int32", shape: internShape(shape) });

const areFloatAlike = (inputs: readonly InputSpec[]): boolean =>
  inputs.every(({ dtype }) => isFloat(dtype) && dtype === inputs[0]!.dtype);

/** Indices, and of the others one type. */
const areIndexed = ([x, indices, source = x]: readonly InputSpec[]): boolean =>
  indices!.dtype === "int32" && source!.dtype === x!.dtype;

const fitsBeside = (indices: Shape, x: Shape, axis: number): boolean =>
  indices.length === x.length && indices.every((size, i) => i === axis || size <= x[i]!);

/** Batches of images or their windows: height and width come last. */
const areImages = (shapes: readonly Shape[]): boolean => shapes.every(({ length }) => length === 4);
const planeSize = (image: Shape): [number, number] => [image[2]!, image[3]!];

/** Shapes and types of every routine's results. */
const resultRules: { readonly [Name in RoutineName]: ResultRule<Name> } = {
  matmul: ([a, b], _settings, inputs) => {
    const n = a!.length;
    return (
      n >= 2 &&
      b!.length === n &&
      a![n - 1] === b![n - 2] &&
      shapesEqual(a!.slice(0, -2), b!.slice(0, -2)) &&
      areFloatAlike(inputs) && [like(inputs, ...a!.slice(0, -1), b![n - 1]!)]
    );
  },
  conv2d: ([x, w], settings, inputs) =>
    areImages([x!, w!]) &&
    x![1] === w![1]! * settings.groups &&
    w![0]! % settings.groups === 0 &&
    areFloatAlike(inputs) && [
      like(inputs, x![0]!, w![0]!, ...windowOutputSize(planeSize(x!), planeSize(w!), settings)),
    ],
  conv2dInputGrad: ([dy, w], settings, inputs) =>
    areImages([dy!, w!]) &&
    dy![1] === w![0] &&
    areFloatAlike(inputs) &&
    shapesEqual(planeSize(dy!), windowOutputSize(settings.inputSize, planeSize(w!), settings)) && [
      like(inputs, dy![0]!, w![1]! * settings.groups, ...settings.inputSize),
    ],
  conv2dWeightGrad: ([x, dy], settings, inputs) =>
    areImages([x!, dy!]) &&
    x![0] === dy![0] &&
    x![1]! % settings.groups === 0 &&
    areFloatAlike(inputs) &&
    shapesEqual(planeSize(dy!), windowOutputSize(planeSize(x!), settings.kernelSize, settings)) && [
      like(inputs, dy![1]!, x![1]! / settings.groups, ...settings.kernelSize),
    ],
  maxPool2d: ([x], settings, inputs) => {
    if (!areImages([x!])) return false;
    const size = windowOutputSize(planeSize(x!), settings.kernelSize, settings);
    const values = like(inputs, x![0]!, x![1]!, ...size);
    return [values, int32(values.shape)];
  },
  resample: ([x], { axis, positions }, inputs) =>
    areFloatAlike(inputs) && [like(inputs, ...withAxis(x!, axis, positions.length))],
  gather: ([x, indices], { axis }, inputs) =>
    fitsBeside(indices!, x!, axis) && areIndexed(inputs) && [like(inputs, ...indices!)],
  scatter: ([x, indices, source], { axis }, inputs) =>
    fitsBeside(indices!, x!, axis) &&
    shapesEqual(indices!, source!) &&
    areIndexed(inputs) && [like(inputs, ...x!)],
  indexSelect: ([x, indices], { axis }, inputs) =>
    indices!.length === 1 &&
    areIndexed(inputs) && [like(inputs, ...withAxis(x!, axis, indices![0]!))],
  indexAdd: ([x, indices, source], { axis }, inputs) =>
    indices!.length === 1 &&
    areIndexed(inputs) &&
    shapesEqual(source!, withAxis(x!, axis, indices![0]!)) && [like(inputs, ...x!)],
  concatenate: (shapes, { axis }, inputs) => {
    const first = shapes[0]!;
    const total = shapes.reduce((sum, shape) => sum + shape[axis]!, 0);
    return (
      inputs.every(({ dtype }) => dtype === inputs[0]!.dtype) &&
      shapes.every((shape) => shapesEqual(withAxis(shape, axis, first[axis]!), first)) && [
        like(inputs, ...withAxis(first, axis, total)),
      ]
    );
  },
  pad: ([x], { before, after, interior }, inputs) =>
    [before, after, interior].every((list) => list.length === x!.length) && [
      like(
        inputs,
        ...x!.map(
          (count, axis) =>
            before[axis]! + count + Math.max(count - 1, 0) * interior[axis]! + after[axis]!,
        ),
      ),
    ],
  scan: ([x], _settings, inputs) => [like(inputs, ...x!)],
  sort: ([x], _settings, inputs) => [like(inputs, ...x!), int32(x!)],
};

/** @throws {InternalError} if the inputs do not fit the routine. */
export function routineResults<Name extends RoutineName>(
  routine: Name,
  inputs: readonly InputSpec[],
  settings: RoutineParameters[Name],
): readonly OutputSpec[] {
  const fail = (what: string): never => {
    throw new InternalError(routine, what, { received: inputs });
  };
  if (routine !== "matmul" && inputs.some(({ layout }) => !layout.isContiguous))
    fail("inputs must be contiguous.");
  const shapes = inputs.map(({ layout }) => layout.shape);
  return (
    resultRules[routine](shapes, settings, inputs) ||
    fail(
      `inputs do not fit: ${inputs.map(({ dtype }, i) => `${dtype} ${formatShape(shapes[i]!)}`).join(", ")}.`,
    )
  );
}
