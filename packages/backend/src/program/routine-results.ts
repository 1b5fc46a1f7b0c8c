import { isFloat, type DType } from "../dtype.ts";
import { InternalError } from "../errors.ts";
import { formatShape, internShape, shapesEqual, type Shape } from "../shape.ts";
import type { InputSpec, OutputSpec } from "./program.ts";
import type { Pool2dParameters, RoutineName, RoutineParameters, Window2d } from "./routines.ts";

/** What a routine makes from these inputs, or an InternalError saying why they do not fit it. */
type ResultRule<Name extends RoutineName> = (
  inputs: readonly InputSpec[],
  settings: RoutineParameters[Name],
) => readonly OutputSpec[];

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

function demand(condition: boolean, routine: RoutineName, inputs: readonly InputSpec[]): void {
  if (!condition)
    throw new InternalError(
      routine,
      `inputs do not fit: ${inputs.map((x) => `${x.dtype} ${formatShape(x.layout.shape)}`).join(", ")}.`,
      { received: inputs },
    );
}

const spec = (dtype: DType, ...shape: number[]): OutputSpec => ({
  dtype,
  shape: internShape(shape),
});
const shapeOf = (x: InputSpec): Shape => x.layout.shape;
const withAxis = (shape: Shape, axis: number, size: number): Shape =>
  internShape(shape.map((old, i) => (i === axis ? size : old)));

function pooled(x: InputSpec, settings: Pool2dParameters): Shape {
  const [batch, channels, height, width] = shapeOf(x) as [number, number, number, number];
  return internShape([
    batch,
    channels,
    ...windowOutputSize([height, width], settings.kernelSize, settings),
  ]);
}

/** Shapes and types of every routine's results. */
const resultRules: { readonly [Name in RoutineName]: ResultRule<Name> } = {
  matmul: (inputs) => {
    const [a, b] = inputs.map(shapeOf) as [Shape, Shape];
    const n = a.length;
    demand(
      n >= 2 &&
        b.length === n &&
        a[n - 1] === b[n - 2] &&
        shapesEqual(a.slice(0, -2), b.slice(0, -2)) &&
        areFloatAlike(inputs),
      "matmul",
      inputs,
    );
    return [spec(inputs[0]!.dtype, ...a.slice(0, -1), b[n - 1]!)];
  },
  conv2d: (inputs, settings) => {
    const [x, w] = inputs.map(shapeOf) as [Shape, Shape];
    demand(
      x.length === 4 &&
        w.length === 4 &&
        x[1] === w[1]! * settings.groups &&
        w[0]! % settings.groups === 0 &&
        areFloatAlike(inputs),
      "conv2d",
      inputs,
    );
    const size = windowOutputSize([x[2]!, x[3]!], [w[2]!, w[3]!], settings);
    return [spec(inputs[0]!.dtype, x[0]!, w[0]!, ...size)];
  },
  conv2dInputGrad: (inputs, settings) => {
    const [dy, w] = inputs.map(shapeOf) as [Shape, Shape];
    demand(
      dy.length === 4 &&
        w.length === 4 &&
        dy[1] === w[0] &&
        areFloatAlike(inputs) &&
        shapesEqual(dy.slice(2), windowOutputSize(settings.inputSize, [w[2]!, w[3]!], settings)),
      "conv2dInputGrad",
      inputs,
    );
    return [spec(inputs[0]!.dtype, dy[0]!, w[1]! * settings.groups, ...settings.inputSize)];
  },
  conv2dWeightGrad: (inputs, settings) => {
    const [x, dy] = inputs.map(shapeOf) as [Shape, Shape];
    demand(
      x.length === 4 &&
        dy.length === 4 &&
        x[0] === dy[0] &&
        x[1]! % settings.groups === 0 &&
        areFloatAlike(inputs) &&
        shapesEqual(dy.slice(2), windowOutputSize([x[2]!, x[3]!], settings.kernelSize, settings)),
      "conv2dWeightGrad",
      inputs,
    );
    return [spec(inputs[0]!.dtype, dy[1]!, x[1]! / settings.groups, ...settings.kernelSize)];
  },
  maxPool2d: ([x], settings) => {
    demand(x!.layout.shape.length === 4, "maxPool2d", [x!]);
    const shape = pooled(x!, settings);
    return [
      { dtype: x!.dtype, shape },
      { dtype: "int32", shape },
    ];
  },
  avgPool2d: ([x], settings) => {
    demand(x!.layout.shape.length === 4, "avgPool2d", [x!]);
    return [{ dtype: x!.dtype, shape: pooled(x!, settings) }];
  },
  avgPool2dGrad: ([dy], settings) => {
    const shape = shapeOf(dy!);
    demand(
      shape.length === 4 &&
        shapesEqual(
          shape.slice(2),
          windowOutputSize(settings.inputSize, settings.kernelSize, settings),
        ),
      "avgPool2dGrad",
      [dy!],
    );
    return [spec(dy!.dtype, shape[0]!, shape[1]!, ...settings.inputSize)];
  },
  gather: (inputs, { axis }) => {
    const [x, indices] = inputs.map(shapeOf) as [Shape, Shape];
    demand(fitsBeside(indices, x, axis) && inputs[1]!.dtype === "int32", "gather", inputs);
    return [{ dtype: inputs[0]!.dtype, shape: indices }];
  },
  scatter: (inputs, { axis }) => {
    const [x, indices, source] = inputs.map(shapeOf) as [Shape, Shape, Shape];
    demand(
      fitsBeside(indices, x, axis) &&
        shapesEqual(indices, source) &&
        inputs[1]!.dtype === "int32" &&
        inputs[0]!.dtype === inputs[2]!.dtype,
      "scatter",
      inputs,
    );
    return [{ dtype: inputs[0]!.dtype, shape: x }];
  },
  indexSelect: (inputs, { axis }) => {
    const [x, indices] = inputs.map(shapeOf) as [Shape, Shape];
    demand(indices.length === 1 && inputs[1]!.dtype === "int32", "indexSelect", inputs);
    return [{ dtype: inputs[0]!.dtype, shape: withAxis(x, axis, indices[0]!) }];
  },
  indexAdd: (inputs, { axis }) => {
    const [x, indices, source] = inputs.map(shapeOf) as [Shape, Shape, Shape];
    demand(
      indices.length === 1 &&
        inputs[1]!.dtype === "int32" &&
        shapesEqual(source, withAxis(x, axis, indices[0]!)) &&
        inputs[0]!.dtype === inputs[2]!.dtype,
      "indexAdd",
      inputs,
    );
    return [{ dtype: inputs[0]!.dtype, shape: x }];
  },
  concatenate: (inputs, { axis }) => {
    const first = shapeOf(inputs[0]!);
    const total = inputs.reduce((sum, x) => sum + shapeOf(x)[axis]!, 0);
    demand(
      inputs.every(
        (x) =>
          x.dtype === inputs[0]!.dtype &&
          shapesEqual(withAxis(shapeOf(x), axis, first[axis]!), first),
      ),
      "concatenate",
      inputs,
    );
    return [{ dtype: inputs[0]!.dtype, shape: withAxis(first, axis, total) }];
  },
  pad: ([x], { before, after, interior }) => {
    const shape = shapeOf(x!);
    demand(
      [before, after, interior].every((list) => list.length === shape.length),
      "pad",
      [x!],
    );
    return [
      spec(
        x!.dtype,
        ...shape.map(
          (size, axis) =>
            before[axis]! + size + Math.max(size - 1, 0) * interior[axis]! + after[axis]!,
        ),
      ),
    ];
  },
  scan: ([x]) => [{ dtype: x!.dtype, shape: shapeOf(x!) }],
  sort: ([x]) => [
    { dtype: x!.dtype, shape: shapeOf(x!) },
    { dtype: "int32", shape: shapeOf(x!) },
  ],
};

function areFloatAlike(inputs: readonly InputSpec[]): boolean {
  return inputs.every(({ dtype }) => isFloat(dtype) && dtype === inputs[0]!.dtype);
}

function fitsBeside(indices: Shape, x: Shape, axis: number): boolean {
  return indices.length === x.length && indices.every((size, i) => i === axis || size <= x[i]!);
}

/** @throws {InternalError} if the inputs do not fit the routine. */
export function routineResults<Name extends RoutineName>(
  routine: Name,
  inputs: readonly InputSpec[],
  settings: RoutineParameters[Name],
): readonly OutputSpec[] {
  if (routine !== "matmul")
    for (const input of inputs)
      if (!input.layout.isContiguous)
        throw new InternalError(routine, "inputs must be contiguous.", { received: inputs });
  return resultRules[routine](inputs, settings);
}
