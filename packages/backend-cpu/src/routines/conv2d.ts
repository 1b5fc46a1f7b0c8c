import { elementCount, type Binding, type BufferHandle, type Conv2dParameters } from "@dl/backend";
import type { CpuDevice, Runner } from "../cpu-device.ts";
import {
  fewChannelsInputGradient,
  hasFewChannels,
  planFewChannels,
} from "../kernels/conv2d-few-channels.ts";
import { PANEL_COLUMNS, type Conv2dRange, type Conv2dShape } from "../kernels/conv2d-plan.ts";
import {
  conv2d as convolve,
  emitConv2d,
  planConv2d,
  type Conv2dExports,
  type Conv2dKernels,
} from "../kernels/conv2d.ts";
import { conv2dInputGradient, planConv2dInputGradient } from "../kernels/conv2d-input-gradient.ts";
import {
  conv2dWeightGradient,
  planConv2dWeightGradient,
} from "../kernels/conv2d-weight-gradient.ts";
import {
  halvingForward,
  halvingInputGradient,
  halvingWeightGradient,
} from "../kernels/halving-plan.ts";
import { isByPlanes } from "../kernels/conv2d-by-planes.ts";
import { forwardSides, inputGradientSides, winogradPays } from "../kernels/winograd-sides.ts";
import { splitRange } from "../threads/split-range.ts";
import { planesWeightSum, runPlanes } from "./conv2d-by-planes.ts";
import { exactWhereNotFinite, tapExports } from "./conv2d-by-taps.ts";
import { runHalvingProduct, runHalvingWeightGradient } from "./conv2d-halving.ts";
import {
  runWinogradGroupsGradient,
  runWinogradProduct,
  winogradWeightSum,
  type WeightSum,
} from "./conv2d-winograd.ts";
import type { RoutineImplementation } from "./routine.ts";

const linked = new WeakMap<CpuDevice, Conv2dKernels>();

/** One module serves the three convolutions. */
function kernelsOf(device: CpuDevice): Conv2dKernels {
  let kernels = linked.get(device);
  if (kernels === undefined) {
    kernels = { exports: device.link<Conv2dExports>(emitConv2d), memory: device.memory.memory };
    linked.set(device, kernels);
  }
  return kernels;
}

function convolution(
  { stride, padding, dilation, groups }: Conv2dParameters,
  inChannels: number,
  outChannels: number,
  inputSize: readonly [number, number],
  kernelSize: readonly [number, number],
): Conv2dShape {
  return { inChannels, outChannels, inputSize, kernelSize, stride, padding, dilation, groups };
}

/** A group of channels for itself. */
const ofOneGroup = (shape: Conv2dShape): Conv2dShape => ({
  ...shape,
  inChannels: shape.inChannels / shape.groups,
  outChannels: shape.outChannels / shape.groups,
  groups: 1,
});

/** Batches below this are cut within images, so that every thread has something to do. */
const fewImages = 4;

type Sizes4 = readonly [number, number, number, number];

/** Work of a product with so many multiplications, in the units of `CpuDevice.parts`. */
const productWork = (multiplications: number): number => multiplications / 4;

export const conv2d: RoutineImplementation<"conv2d"> = (device) => (program) => {
  const [x, w] = program.inputs.map(({ layout }) => layout.shape) as unknown as [Sizes4, Sizes4];
  const shape = convolution(program.settings, x[1], w[0], [x[2], x[3]], [w[2], w[3]]);
  const work = productWork(elementCount(program.result.shape) * w[1] * w[2] * w[3]);
  const fast = runForward(device, shape, x[0], work);
  return exactWhereNotFinite(device, program, shape, "y", work, fast);
};

function runForward(device: CpuDevice, shape: Conv2dShape, batch: number, work: number): Runner {
  const { strictNonFinite: isStrict } = device;
  if (isByPlanes(shape)) return runPlanes(device, shape, "y", batch, work);
  const group = ofOneGroup(shape);
  if (!isStrict && winogradPays(group))
    return runWinogradProduct(device, forwardSides(group), batch, shape.groups, work);
  const halving = isStrict ? undefined : halvingForward(shape, batch);
  if (halving !== undefined) return runHalvingProduct(device, halving, batch, work);
  const plan = planConv2d(shape);
  const { pixels } = plan;
  return (inputs, outputs) => {
    const [from, weight] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
    const to = device.address(outputs[0]!);
    // A few images are cut into columns of pixels.
    const byImages = batch >= fewImages;
    const most = byImages ? batch : Math.ceil(pixels / PANEL_COLUMNS);
    const parts = device.parts(most, work);
    device.withScratch(parts * plan.scratchBytes, (scratch) => {
      const { exports, memory } = kernelsOf(device);
      device.runParts(exports, parts, work, (own, part) => {
        const kernels = { exports: own, memory };
        const range: Conv2dRange = byImages
          ? { images: splitRange(batch, parts, part) }
          : { images: [0, batch], columns: splitRange(pixels, parts, part, PANEL_COLUMNS) };
        convolve(kernels, plan, from, weight, to, range, scratch + part * plan.scratchBytes);
      });
    });
  };
}

export const conv2dInputGrad: RoutineImplementation<"conv2dInputGrad"> = (device) => (program) => {
  const [dy, w] = program.inputs.map(({ layout }) => layout.shape) as unknown as [Sizes4, Sizes4];
  const { settings } = program;
  const channels = w[1] * settings.groups;
  const shape = convolution(settings, channels, w[0], settings.inputSize, [w[2], w[3]]);
  const work = productWork(elementCount(dy) * w[1] * w[2] * w[3]);
  const fast = runInputGradient(device, shape, dy[0], work);
  return exactWhereNotFinite(device, program, shape, "x", work, fast);
};

function runInputGradient(
  device: CpuDevice,
  shape: Conv2dShape,
  batch: number,
  work: number,
): Runner {
  const { strictNonFinite: isStrict } = device;
  if (isByPlanes(shape)) return runPlanes(device, shape, "x", batch, work);
  const group = ofOneGroup(shape);
  if (!isStrict && winogradPays(group))
    return runWinogradProduct(device, inputGradientSides(group), batch, shape.groups, work);
  const halving = isStrict ? undefined : halvingInputGradient(shape, batch);
  if (halving !== undefined) return runHalvingProduct(device, halving, batch, work);
  if (hasFewChannels(shape)) return runFewChannels(device, shape, batch, work);
  const plan = planConv2dInputGradient(shape);
  return (inputs, outputs) => {
    const [from, weight] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
    const to = device.address(outputs[0]!);
    const parts = device.parts(batch, work);
    device.withScratch(parts * plan.scratchBytes, (scratch) => {
      const { exports, memory } = kernelsOf(device);
      device.runParts(exports, parts, work, (own, part) => {
        const kernels = { exports: own, memory };
        const range = { images: splitRange(batch, parts, part) };
        const at = scratch + part * plan.scratchBytes;
        conv2dInputGradient(kernels, plan, from, weight, to, range, at);
      });
    });
  };
}

function runFewChannels(
  device: CpuDevice,
  shape: Conv2dShape,
  batch: number,
  work: number,
): Runner {
  const plan = planFewChannels(shape);
  return (inputs, outputs) => {
    const [from, weight] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
    const to = device.address(outputs[0]!);
    const parts = device.parts(batch, work);
    device.withScratch(parts * plan.scratchBytes, (scratch) =>
      device.runParts(tapExports(device), parts, work, (own, part) => {
        const at = scratch + part * plan.scratchBytes;
        const images = splitRange(batch, parts, part);
        fewChannelsInputGradient(own, plan, from, weight, to, images, at);
      }),
    );
  };
}

/** Weights above this are not summed apart: that would take too much memory, and packing is cheap. */
const mostSummedApart = 0x2_0000;
const mostBatchPieces = 8;

export const conv2dWeightGrad: RoutineImplementation<"conv2dWeightGrad"> =
  (device) => (program) => {
    const [x, dy] = program.inputs.map(({ layout }) => layout.shape) as unknown as [Sizes4, Sizes4];
    const { settings } = program;
    const shape = convolution(settings, x[1], dy[1], [x[2], x[3]], settings.kernelSize);
    const weights = elementCount(program.result.shape);
    const work = productWork(elementCount(dy) * (weights / dy[1]));
    const fast = runWeightGradient(device, shape, x[0], weights, work);
    return exactWhereNotFinite(device, program, shape, "weight", work, fast);
  };

/**
 * A batch is cut in pieces that follow from the shape alone, and their sums added in order; where weights
 * are many or images few, whole groups or panels of taps are split, and no sum is cut.
 */
function runWeightGradient(
  device: CpuDevice,
  shape: Conv2dShape,
  batch: number,
  weights: number,
  work: number,
): Runner {
  const { strictNonFinite: isStrict } = device;
  const halving = isStrict ? undefined : halvingWeightGradient(shape, batch);
  if (halving !== undefined) return runHalvingWeightGradient(device, halving, work);
  const mostPieces = Math.max(1, Math.min(mostBatchPieces, Math.floor(batch / 2)));
  const pieces = weights <= mostSummedApart ? mostPieces : 1;
  if (isByPlanes(shape)) {
    const gradient = planesWeightSum(device, shape);
    return (inputs, outputs) => sumPieces(device, gradient, pieces, batch, work, inputs, outputs);
  }
  const group = ofOneGroup(shape);
  if (!isStrict && shape.groups > 1 && winogradPays(group))
    return runWinogradGroupsGradient(device, group, batch, shape.groups, work);
  if (!isStrict && pieces > 1 && winogradPays(shape)) {
    const gradient = winogradWeightSum(device, shape);
    return (inputs, outputs) => sumPieces(device, gradient, pieces, batch, work, inputs, outputs);
  }
  const plan = planConv2dWeightGradient(shape);
  if (pieces > 1) {
    const gradient: WeightSum<Conv2dExports> = {
      weightBytes: 4 * weights,
      scratchBytes: plan.scratchBytes,
      link: () => kernelsOf(device).exports,
      run: (exports, from, change, to, images, scratch) => {
        const kernels = { exports, memory: device.memory.memory };
        conv2dWeightGradient(kernels, plan, from, change, to, { images }, scratch);
      },
    };
    return (inputs, outputs) => sumPieces(device, gradient, pieces, batch, work, inputs, outputs);
  }
  const { groups } = shape;
  const taps = plan.product.columns;
  const byGroups = groups > 1;
  const cuts = byGroups ? groups : Math.ceil(taps / PANEL_COLUMNS);
  const partOf = (part: number, parts: number): Conv2dRange =>
    byGroups
      ? { images: [0, batch], groups: splitRange(groups, parts, part) }
      : { images: [0, batch], columns: splitRange(taps, parts, part, PANEL_COLUMNS) };
  return (inputs, outputs) => {
    const [from, change] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
    const to = device.address(outputs[0]!);
    const { exports, memory } = kernelsOf(device);
    // Each part packs all of dy, so there are no more parts than threads.
    const most = Math.min(cuts, device.pool?.threads ?? 1);
    const parts = batch === 0 ? 1 : device.parts(most, work);
    device.withScratch(parts * plan.scratchBytes, (scratch) =>
      device.runParts(exports, parts, work, (own, part) => {
        const at = scratch + part * plan.scratchBytes;
        const kernels = { exports: own, memory };
        conv2dWeightGradient(kernels, plan, from, change, to, partOf(part, parts), at);
      }),
    );
  };
}

/** Sums each piece of the batch apart, then adds the sums in order. */
function sumPieces<Exports extends Pick<Conv2dExports, "addTo">>(
  device: CpuDevice,
  { weightBytes, scratchBytes, link, run }: WeightSum<Exports>,
  pieces: number,
  batch: number,
  work: number,
  inputs: readonly Binding[],
  outputs: readonly BufferHandle[],
): void {
  const [from, change] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
  const to = device.address(outputs[0]!);
  const exports = link();
  const parts = device.parts(pieces, work);
  const partBytes = Math.ceil(scratchBytes / 64) * 64;
  device.withScratch(parts * partBytes + (pieces - 1) * weightBytes, (scratch) => {
    const sums = scratch + parts * partBytes;
    const sumOf = (piece: number): number => (piece === 0 ? to : sums + (piece - 1) * weightBytes);
    device.runParts(exports, parts, work, (own, part) => {
      const [first, end] = splitRange(pieces, parts, part);
      const at = scratch + part * partBytes;
      for (let piece = first; piece < end; piece++)
        run(own, from, change, sumOf(piece), splitRange(batch, pieces, piece), at);
    });
    for (let piece = 1; piece < pieces; piece++) exports.addTo(to, sumOf(piece), weightBytes);
  });
}
