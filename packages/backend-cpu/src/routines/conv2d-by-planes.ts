import type { CpuDevice, Runner } from "../cpu-device.ts";
import {
  filterPlanes,
  planPlanes,
  planPlanesInputGradient,
  sumPlanes,
  type PlanesPlan,
} from "../kernels/conv2d-by-planes.ts";
import type { Conv2dShape } from "../kernels/conv2d-plan.ts";
import { emitPlaneFilters, type PlaneFilterExports } from "../kernels/plane-filter.ts";
import { splitRange } from "../threads/split-range.ts";
import type { WeightSum } from "./conv2d-winograd.ts";

const linked = new WeakMap<CpuDevice, PlaneFilterExports>();

function planeExports(device: CpuDevice): PlaneFilterExports {
  const exports = linked.get(device) ?? device.link<PlaneFilterExports>(emitPlaneFilters);
  linked.set(device, exports);
  return exports;
}

/** Forward, or the gradient by the input. */
export function runPlanes(
  device: CpuDevice,
  shape: Conv2dShape,
  result: "x" | "y",
  batch: number,
  work: number,
): Runner {
  const plan: PlanesPlan = result === "y" ? planPlanes(shape) : planPlanesInputGradient(shape);
  const planes = batch * plan.channels;
  return (inputs, outputs) => {
    const [from, weight] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
    const to = device.address(outputs[0]!);
    const parts = device.parts(planes, work);
    device.withScratch(parts * plan.scratchBytes, (scratch) =>
      device.runParts(planeExports(device), parts, work, (own, part) => {
        const range = splitRange(planes, parts, part);
        const at = scratch + part * plan.scratchBytes;
        filterPlanes(own, device.memory.memory, plan, from, weight, to, range, at);
      }),
    );
  };
}

export function planesWeightSum(
  device: CpuDevice,
  shape: Conv2dShape,
): WeightSum<PlaneFilterExports> {
  const plan = planPlanes(shape);
  const [height, width] = shape.kernelSize;
  return {
    weightBytes: 4 * shape.groups * height * width,
    scratchBytes: plan.scratchBytes,
    link: () => planeExports(device),
    run: (exports, x, dy, dweight, images, scratch) =>
      sumPlanes(exports, device.memory.memory, plan, x, dy, dweight, images, scratch),
  };
}
