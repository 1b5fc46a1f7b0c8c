import type { CpuDevice, Runner } from "../cpu-device.ts";
import type { Conv2dShape } from "../kernels/conv2d-plan.ts";
import {
  emitWinogradGradients,
  emitWinogradProducts,
  planWinogradGradient,
  planWinogradProduct,
  prepareWinogradWeights,
  winogradProduct,
  winogradWeightGradient,
  type WinogradGradientExports,
  type WinogradProductExports,
} from "../kernels/winograd-plan.ts";
import type { Size, WinogradSides } from "../kernels/winograd-sides.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import { splitRange } from "../threads/split-range.ts";

/** One module for each size of kernel, on first use. */
function linker<Exports extends object>(
  emit: (module: ModuleBuilder, kernelSize: Size) => void,
): (device: CpuDevice, kernelSize: Size) => Exports {
  const linked = new WeakMap<CpuDevice, Map<string, Exports>>();
  return (device, kernelSize) => {
    const known = linked.get(device) ?? new Map<string, Exports>();
    linked.set(device, known);
    const key = kernelSize.join("x");
    const exports = known.get(key) ?? device.link<Exports>((module) => emit(module, kernelSize));
    known.set(key, exports);
    return exports;
  };
}

const productExports = /* @__PURE__ */ linker<WinogradProductExports>(emitWinogradProducts);
const gradientExports = /* @__PURE__ */ linker<WinogradGradientExports>(emitWinogradGradients);

/** Batches below this are cut within images, so that every thread has something to do. */
const fewImages = 4;

/** Runs a forward convolution, or the gradient by its input, of `sides` in each group. */
export function runWinogradProduct(
  device: CpuDevice,
  sides: WinogradSides,
  batch: number,
  groups: number,
  work: number,
): Runner {
  const plan = planWinogradProduct(sides);
  const images = batch * groups;
  const byImages = images >= fewImages;
  return (inputs, outputs) => {
    const [from, weight] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
    const to = device.address(outputs[0]!);
    const exports = productExports(device, sides.kernelSize);
    const { memory } = device.memory;
    const parts = device.parts(byImages ? images : Math.ceil(plan.groups / 2), work);
    device.withScratch(groups * plan.weightBytes + parts * plan.scratchBytes, (weights) => {
      prepareWinogradWeights(exports, plan, groups, weight, weights);
      const scratch = weights + groups * plan.weightBytes;
      device.runParts(exports, parts, work, (own, part) => {
        const range = byImages
          ? {
              images: splitRange(images, parts, part),
              groups: [0, plan.groups] as const,
              filters: groups,
            }
          : {
              images: [0, images] as const,
              groups: splitRange(plan.groups, parts, part, 2),
              filters: groups,
            };
        const at = scratch + part * plan.scratchBytes;
        winogradProduct(own, memory, plan, from, weights, to, range, at);
      });
    });
  };
}

/** A way to sum the gradient by the weight over some images. */
export interface WeightSum<Exports> {
  readonly weightBytes: number;
  readonly scratchBytes: number;
  link(this: void): Exports;
  /** From x and dy to dweight. */
  run(
    this: void,
    exports: Exports,
    x: number,
    dy: number,
    dweight: number,
    images: Size,
    scratch: number,
  ): void;
}

export function winogradWeightSum(
  device: CpuDevice,
  shape: Conv2dShape,
): WeightSum<WinogradGradientExports> {
  const plan = planWinogradGradient(shape);
  const { inChannels, outChannels, kernelSize } = shape;
  return {
    weightBytes: 4 * inChannels * outChannels * kernelSize[0] * kernelSize[1],
    scratchBytes: plan.scratchBytes,
    link: () => gradientExports(device, kernelSize),
    run: (exports, x, dy, dweight, images, scratch) =>
      winogradWeightGradient(exports, device.memory.memory, plan, x, dy, dweight, images, scratch),
  };
}

/** The gradient by the weight of `shape` in each group: whole groups are split, and no sum is cut. */
export function runWinogradGroupsGradient(
  device: CpuDevice,
  shape: Conv2dShape,
  batch: number,
  groups: number,
  work: number,
): Runner {
  const { weightBytes, scratchBytes, link } = winogradWeightSum(device, shape);
  const plan = planWinogradGradient(shape);
  return (inputs, outputs) => {
    const [from, change] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
    const to = device.address(outputs[0]!);
    const { memory } = device.memory;
    const parts = device.parts(groups, work);
    device.withScratch(parts * scratchBytes, (scratch) =>
      device.runParts(link(), parts, work, (own, part) => {
        const [first, end] = splitRange(groups, parts, part);
        const at = scratch + part * scratchBytes;
        for (let group = first; group < end; group++) {
          const images = [group, batch * groups, groups] as const;
          const dweight = to + group * weightBytes;
          winogradWeightGradient(own, memory, plan, from, change, dweight, images, at);
        }
      }),
    );
  };
}
