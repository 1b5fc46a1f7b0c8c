import {
  contiguousLayout,
  elementCount,
  input,
  routineProgram,
  scalar,
  type Conv2dParameters,
  type Shape,
} from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

type Four = [number, number, number, number];
const spec = (shape: Shape) => ({ dtype: "float64" as const, layout: contiguousLayout(shape) });
const ramp = (shape: Shape, step: number): Float64Array =>
  Float64Array.from({ length: elementCount(shape) }, (_, i) => ((i * step) % 13) - 6);

/** The definition, one output element at a time. */
function naive(
  x: Float64Array,
  [B, C, H, W]: Four,
  w: Float64Array,
  [O, CG, KH, KW]: Four,
  { stride, padding, dilation, groups }: Conv2dParameters,
): number[] {
  const out: number[] = [];
  const height = (H + padding[0] + padding[1] - dilation[0] * (KH - 1) - 1) / stride[0] + 1;
  const width = (W + padding[2] + padding[3] - dilation[1] * (KW - 1) - 1) / stride[1] + 1;
  for (let b = 0; b < B; b++)
    for (let o = 0; o < O; o++)
      for (let i = 0; i < Math.floor(height); i++)
        for (let j = 0; j < Math.floor(width); j++) {
          let sum = 0;
          for (let k = 0; k < CG * KH * KW; k++) {
            const [c, u, v] = [Math.floor(k / (KH * KW)), Math.floor(k / KW) % KH, k % KW];
            const row = i * stride[0] + u * dilation[0] - padding[0];
            const column = j * stride[1] + v * dilation[1] - padding[2];
            if (row < 0 || row >= H || column < 0 || column >= W) continue;
            const channel = Math.floor(o / (O / groups)) * CG + c;
            sum += x[((b * C + channel) * H + row) * W + column]! * w[o * CG * KH * KW + k]!;
          }
          out.push(sum);
        }
  return out;
}

const plain: Conv2dParameters = {
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
};
const cases: [string, Four, Four, Conv2dParameters][] = [
  ["plain", [2, 2, 4, 5], [3, 2, 2, 3], plain],
  ["padded unevenly", [1, 2, 3, 3], [2, 2, 3, 3], { ...plain, padding: [1, 0, 2, 1] }],
  ["strided", [2, 1, 6, 5], [2, 1, 3, 2], { ...plain, stride: [2, 3], padding: [1, 1, 0, 0] }],
  ["dilated", [1, 1, 6, 7], [1, 1, 3, 2], { ...plain, dilation: [2, 3], padding: [1, 0, 0, 2] }],
  ["grouped", [1, 4, 3, 3], [6, 2, 2, 2], { ...plain, groups: 2 }],
  ["depthwise", [2, 3, 4, 4], [3, 1, 3, 3], { ...plain, groups: 3, padding: [1, 1, 1, 1] }],
  [
    "all at once",
    [2, 4, 7, 6],
    [4, 2, 3, 2],
    { stride: [2, 2], padding: [2, 1, 0, 3], dilation: [2, 1], groups: 2 },
  ],
  ["padding wider than the image", [1, 1, 1, 1], [1, 1, 2, 2], { ...plain, padding: [3, 3, 3, 3] }],
  ["1 x 1", [2, 3, 2, 2], [2, 3, 1, 1], plain],
  ["empty batch", [0, 1, 3, 3], [1, 1, 2, 2], plain],
];

test.each(cases)("%s", (_name, xShape, wShape, window) => {
  const x = ramp(xShape, 5);
  const w = ramp(wShape, 7);
  const program = routineProgram("conv2d", window, [spec(xShape), spec(wShape)]);
  expect([...evaluateProgram(program, [x, w])[0]!]).toEqual(naive(x, xShape, w, wShape, window));
});

test.each(cases)("gradients are the adjoints: %s", (_name, xShape, wShape, window) => {
  const x = ramp(xShape, 5);
  const w = ramp(wShape, 7);
  const yShape = routineProgram("conv2d", window, [spec(xShape), spec(wShape)]).result.shape;
  const dy = ramp(yShape, 11);
  const dot = (y: readonly number[]): number => y.reduce((sum, v, i) => sum + v * dy[i]!, 0);
  const unit = (size: number, i: number): Float64Array => new Float64Array(size).fill(1, i, i + 1);

  const inputGrad = routineProgram(
    "conv2dInputGrad",
    { ...window, inputSize: [xShape[2], xShape[3]] },
    [spec(yShape), spec(wShape)],
  );
  expect([...evaluateProgram(inputGrad, [dy, w])[0]!]).toEqual(
    [...x].map((_, i) => dot(naive(unit(x.length, i), xShape, w, wShape, window))),
  );
  const weightGrad = routineProgram(
    "conv2dWeightGrad",
    { ...window, kernelSize: [wShape[2], wShape[3]] },
    [spec(xShape), spec(yShape)],
  );
  expect([...evaluateProgram(weightGrad, [x, dy])[0]!]).toEqual(
    [...w].map((_, i) => dot(naive(x, xShape, unit(w.length, i), wShape, window))),
  );
});

test("an epilogue with a bias per channel", () => {
  const program = routineProgram("conv2d", plain, [spec([1, 1, 2, 2]), spec([2, 1, 2, 2])], [], {
    inputs: [spec([1, 2, 1, 1])],
    value: scalar.neg(scalar.add(input(0, "float64"), input(1, "float64"))),
  });
  const results = evaluateProgram(program, [
    Float64Array.of(1, 2, 3, 4),
    Float64Array.of(1, 1, 1, 1, 1, 0, 0, 0),
    Float64Array.of(100, 200),
  ]);
  expect([...results[0]!]).toEqual([-110, -201]);
});
