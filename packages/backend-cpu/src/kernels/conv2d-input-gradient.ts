import { type Conv2dKernels, copyPadded, runProduct } from "./conv2d.ts";
import {
  type Conv2dRange,
  type Conv2dShape,
  type ImplicitProduct,
  implicitProduct,
  outputSize,
  packedRowsBytes,
  type PaddedPlane,
  ScratchLayout,
  windowOffsets,
} from "./conv2d-plan.ts";

/**
 * The pixels of dx whose coordinates are `row` and `column` modulo the stride: for them the gradient is a convolution of
 * stride 1 over dy with every stride-th tap, so that no product with an inserted zero is ever made.
 */
interface Phase {
  readonly row: number;
  readonly column: number;
  readonly height: number;
  readonly width: number;
  readonly product: ImplicitProduct;
  /** Byte offsets of the weights: of each input channel, and of each step of depth. */
  readonly weightLanes: Int32Array;
  readonly weightDepths: Int32Array;
  readonly parts: { readonly lanes: number; readonly depths: number; readonly panel: number };
  readonly weightTables: { readonly lanes: number; readonly depths: number };
  readonly weights: number;
}

export interface Conv2dInputGradientPlan {
  readonly shape: Conv2dShape;
  readonly plane: PaddedPlane;
  readonly dySize: readonly [number, number];
  readonly phases: readonly Phase[];
  readonly parts: { readonly image: number; readonly result: number };
  readonly scratchBytes: number;
}

/** Taps of one axis that reach a phase: their position and the shift dy is read at. */
function phaseTaps(
  shape: Conv2dShape,
  axis: 0 | 1,
  phase: number,
): { tap: number; shift: number }[] {
  const taps: { tap: number; shift: number }[] = [];
  for (let tap = 0; tap < shape.kernelSize[axis]; tap++) {
    const reach = phase + shape.padding[axis * 2]! - tap * shape.dilation[axis];
    if (reach % shape.stride[axis] === 0) taps.push({ tap, shift: reach / shape.stride[axis] });
  }
  return taps;
}

/** Zeros needed before and after dy along one axis, over all phases. */
function phasePadding(shape: Conv2dShape, axis: 0 | 1, size: number): [number, number] {
  let before = 0;
  let after = 0;
  for (let phase = 0; phase < shape.stride[axis]; phase++) {
    const last = Math.ceil((shape.inputSize[axis] - phase) / shape.stride[axis]) - 1;
    if (last < 0) continue;
    for (const { shift } of phaseTaps(shape, axis, phase)) {
      before = Math.max(before, -shift);
      after = Math.max(after, last + shift - (size - 1));
    }
  }
  return [before, after];
}

export function planConv2dInputGradient(shape: Conv2dShape): Conv2dInputGradientPlan {
  const dySize = outputSize(shape);
  const [top, bottom] = phasePadding(shape, 0, dySize[0]);
  const [left, right] = phasePadding(shape, 1, dySize[1]);
  const plane: PaddedPlane = {
    top,
    left,
    height: dySize[0] + top + bottom,
    width: dySize[1] + left + right,
    isPadded: top + bottom + left + right > 0,
  };
  const layout = new ScratchLayout();
  const phases: Phase[] = [];
  let largest = 0;
  for (let row = 0; row < Math.min(shape.stride[0], shape.inputSize[0]); row++)
    for (let column = 0; column < Math.min(shape.stride[1], shape.inputSize[1]); column++) {
      const phase = planPhase(shape, plane, row, column, layout);
      largest = Math.max(largest, phase.height * phase.width);
      phases.push(phase);
    }
  const isStrided = phases.length > 1;
  const parts = {
    image: layout.take(plane.isPadded ? shape.outChannels * plane.height * plane.width * 4 : 0),
    result: layout.take(isStrided ? (shape.inChannels / shape.groups) * largest * 4 : 0),
  };
  return { shape, plane, dySize, phases, parts, scratchBytes: layout.byteLength };
}

function planPhase(
  shape: Conv2dShape,
  plane: PaddedPlane,
  row: number,
  column: number,
  layout: ScratchLayout,
): Phase {
  const [kernelHeight, kernelWidth] = shape.kernelSize;
  const kernelArea = kernelHeight * kernelWidth;
  const inChannels = shape.inChannels / shape.groups;
  const depths: number[] = [];
  const weightDepths: number[] = [];
  const verticals = phaseTaps(shape, 0, row);
  const horizontals = phaseTaps(shape, 1, column);
  for (let channel = 0; channel < shape.outChannels / shape.groups; channel++)
    for (const vertical of verticals)
      for (const horizontal of horizontals) {
        const y = channel * plane.height + plane.top + vertical.shift;
        depths.push(4 * (y * plane.width + plane.left + horizontal.shift));
        weightDepths.push(
          4 * (channel * inChannels * kernelArea + vertical.tap * kernelWidth + horizontal.tap),
        );
      }
  const height = Math.ceil((shape.inputSize[0] - row) / shape.stride[0]);
  const width = Math.ceil((shape.inputSize[1] - column) / shape.stride[1]);
  const product = implicitProduct(
    inChannels,
    windowOffsets([height, width], [1, 1], plane.width),
    depths,
  );
  const weightLanes = new Int32Array(Math.ceil(inChannels / 4) * 4);
  for (let lane = 0; lane < weightLanes.length; lane++)
    weightLanes[lane] = 4 * kernelArea * Math.min(lane, inChannels - 1);
  return {
    row,
    column,
    height,
    width,
    product,
    weightLanes,
    weightDepths: Int32Array.from(weightDepths),
    parts: layout.takeProduct(product),
    weightTables: {
      lanes: layout.take(weightLanes.byteLength),
      depths: layout.take(weightDepths.length * 4),
    },
    weights: layout.take(packedRowsBytes(product) * shape.groups),
  };
}

/** Writes the phase's tables and packs its taps, transposed to [in channel, (out channel, tap)]. */
function preparePhase(
  kernels: Conv2dKernels,
  shape: Conv2dShape,
  phase: Phase,
  weight: number,
  scratch: number,
): void {
  const { product, parts, weightTables } = phase;
  const words = new Int32Array(kernels.memory.buffer);
  words.set(product.lanes, (scratch + parts.lanes) >>> 2);
  words.set(product.depths, (scratch + parts.depths) >>> 2);
  words.set(phase.weightLanes, (scratch + weightTables.lanes) >>> 2);
  words.set(phase.weightDepths, (scratch + weightTables.depths) >>> 2);
  const groupWeights =
    (shape.outChannels / shape.groups) *
    product.rows *
    shape.kernelSize[0] *
    shape.kernelSize[1] *
    4;
  for (let group = 0; group < shape.groups; group++)
    for (let start = 0; start < product.depth; start += product.block)
      kernels.exports.packRowsByTable(
        weight + group * groupWeights,
        scratch + weightTables.lanes,
        scratch + weightTables.depths + start * 4,
        product.rows,
        Math.min(product.block, product.depth - start),
        scratch +
          phase.weights +
          group * packedRowsBytes(product) +
          start * Math.ceil(product.rows / 4) * 16,
      );
}

/**
 * dx = the gradient of conv2d by its input; also the forward of transposed convolution.
 *
 * Byte addresses of contiguous float32 arrays; `scratch` is 16-byte aligned and `plan.scratchBytes` long. `images` is the range
 * of the batch to do: ranges are independent, each with its own scratch.
 */
export function conv2dInputGradient(
  kernels: Conv2dKernels,
  plan: Conv2dInputGradientPlan,
  dy: number,
  weight: number,
  dx: number,
  { images }: Pick<Conv2dRange, "images">,
  scratch: number,
): void {
  const { shape, plane, dySize, phases } = plan;
  const { exports } = kernels;
  const { groups, inChannels, outChannels, stride } = shape;
  const [height, width] = shape.inputSize;
  const dyGroupBytes = (outChannels / groups) * plane.height * plane.width * 4;
  const dxGroupBytes = (inChannels / groups) * height * width * 4;
  const padded = scratch + plan.parts.image;
  for (const phase of phases) preparePhase(kernels, shape, phase, weight, scratch);
  if (plane.isPadded) exports.fillZero(padded, dyGroupBytes * groups);

  for (let image = images[0]; image < images[1]; image++) {
    let source = dy + image * outChannels * dySize[0] * dySize[1] * 4;
    if (plane.isPadded) {
      copyPadded(exports, source, dySize, outChannels, plane, padded);
      source = padded;
    }
    for (const phase of phases) {
      const { product, parts } = phase;
      const isWhole = phases.length === 1;
      for (let group = 0; group < groups; group++) {
        const target = dx + (image * groups + group) * dxGroupBytes;
        const result = isWhole ? target : scratch + plan.parts.result;
        const at = {
          a: scratch + phase.weights + group * packedRowsBytes(product),
          lanes: scratch + parts.lanes,
          depths: scratch + parts.depths,
          panel: scratch + parts.panel,
        };
        runProduct(
          exports,
          product,
          at,
          source + group * dyGroupBytes,
          result,
          product.columns * 4,
          false,
        );
        if (isWhole) continue;
        exports.copyPlanes(
          result,
          target + (phase.row * width + phase.column) * 4,
          product.rows,
          phase.height,
          phase.width,
          product.columns * 4,
          phase.width * 4,
          4,
          height * width * 4,
          stride[0] * width * 4,
          stride[1] * 4,
        );
      }
    }
  }
}
