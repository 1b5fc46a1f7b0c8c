import type { Shape, StorageArray, Window2d } from "@dl/backend";
import type { RoutineImplementation, RoutineInput } from "./routine.ts";
import { insidePositions } from "./window-range.ts";

type Four = readonly [number, number, number, number];

/** A contiguous [a, b, height, width] tensor whose planes are addressed one by one. */
interface Planes {
  readonly elements: StorageArray;
  readonly offset: number;
  readonly shape: Four;
}

const planes = ({ elements, offset, shape }: RoutineInput): Planes => ({
  elements,
  offset,
  shape: shape as Shape & Four,
});
const resultPlanes = (elements: StorageArray, shape: Shape): Planes => ({
  elements,
  offset: 0,
  shape: shape as Shape & Four,
});

/** The three tensors a convolution ties together, and which of them is computed from the others. */
interface Convolution {
  readonly x: Planes; // [B, C, H, W]
  readonly weight: Planes; // [O, C / groups, KH, KW]
  readonly y: Planes; // [B, O, H', W']
  readonly target: "x" | "weight" | "y";
  readonly window: Window2d & { readonly groups: number };
}

export const conv2d: RoutineImplementation<"conv2d"> = (window, [x, w], [result], [spec]) =>
  convolve({
    x: planes(x!),
    weight: planes(w!),
    y: resultPlanes(result!, spec!.shape),
    target: "y",
    window,
  });

export const conv2dInputGrad: RoutineImplementation<"conv2dInputGrad"> = (
  window,
  [dy, w],
  [result],
  [spec],
) =>
  convolve({
    x: resultPlanes(result!, spec!.shape),
    weight: planes(w!),
    y: planes(dy!),
    target: "x",
    window,
  });

export const conv2dWeightGrad: RoutineImplementation<"conv2dWeightGrad"> = (
  window,
  [x, dy],
  [result],
  [spec],
) =>
  convolve({
    x: planes(x!),
    weight: resultPlanes(result!, spec!.shape),
    y: planes(dy!),
    target: "weight",
    window,
  });

/**
 * y[b, o, i, j] = Σ x[b, c, i·stride + u·dilation − padding, ...] weight[o, c, u, v] is linear in x and
 * in weight. All three products visit the same (x, weight, y) triples and differ in what they add to.
 */
function convolve(convolution: Convolution): void {
  const { x, weight, y, window } = convolution;
  const [batch, channels, height, width] = x.shape;
  const [outChannels, groupChannels, kernelHeight, kernelWidth] = weight.shape;
  const outPlane = y.shape[2] * y.shape[3];
  for (let b = 0; b < batch; b++)
    for (let o = 0; o < outChannels; o++) {
      const group = Math.floor(o / (outChannels / window.groups));
      for (let c = 0; c < groupChannels; c++)
        convolvePlanes(
          convolution,
          x.offset + (b * channels + group * groupChannels + c) * height * width,
          weight.offset + (o * groupChannels + c) * kernelHeight * kernelWidth,
          y.offset + (b * outChannels + o) * outPlane,
        );
    }
}

/** One plane of each tensor, from where these start. */
function convolvePlanes(
  { x, weight, y, target, window }: Convolution,
  xPlane: number,
  weightPlane: number,
  yPlane: number,
): void {
  const [, , height, width] = x.shape;
  const [, , kernelHeight, kernelWidth] = weight.shape;
  const [, , outHeight, outWidth] = y.shape;
  const { stride, dilation, padding } = window;
  const addRow = rowAdders[target];
  for (let u = 0; u < kernelHeight; u++) {
    const top = u * dilation[0] - padding[0];
    const rows = insidePositions(outHeight, stride[0], top, height);
    for (let v = 0; v < kernelWidth; v++) {
      const left = v * dilation[1] - padding[2];
      const columns = insidePositions(outWidth, stride[1], left, width);
      const tap = weightPlane + u * kernelWidth + v;
      for (let i = rows[0]; i < rows[1]; i++) {
        const xRow = xPlane + (i * stride[0] + top) * width + left;
        const yRow = yPlane + i * outWidth;
        addRow(x.elements, xRow, weight.elements, tap, y.elements, yRow, columns, stride[1]);
      }
    }
  }
}

/** Adds one row's share; column j of y meets column j · stride of x. */
type AddRow = (
  x: StorageArray,
  xRow: number,
  weight: StorageArray,
  tap: number,
  y: StorageArray,
  yRow: number,
  columns: readonly [first: number, end: number],
  stride: number,
) => void;

const addToOutput: AddRow = (x, xRow, weight, tap, y, yRow, [first, end], stride) => {
  const factor = weight[tap]!;
  for (let j = first; j < end; j++) y[yRow + j] = y[yRow + j]! + factor * x[xRow + j * stride]!;
};

const addToInput: AddRow = (x, xRow, weight, tap, y, yRow, [first, end], stride) => {
  const factor = weight[tap]!;
  for (let j = first; j < end; j++) {
    const at = xRow + j * stride;
    x[at] = x[at]! + factor * y[yRow + j]!;
  }
};

const addToWeight: AddRow = (x, xRow, weight, tap, y, yRow, [first, end], stride) => {
  let sum = 0;
  for (let j = first; j < end; j++) sum += x[xRow + j * stride]! * y[yRow + j]!;
  weight[tap] = weight[tap]! + sum;
};

const rowAdders = { x: addToInput, weight: addToWeight, y: addToOutput };
