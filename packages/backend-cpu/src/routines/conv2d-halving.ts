import type { CpuDevice, Runner } from "../cpu-device.ts";
import {
  emitHalving,
  packHalvingChanges,
  multiplyHalving,
  sumHalvingWeights,
  packHalvingWeights,
  type HalvingExports,
  type HalvingPart,
} from "../kernels/halving.ts";
import {
  PANEL_LANES,
  QUAD_LANES,
  type HalvingGradientPlan,
  type HalvingProductPlan,
} from "../kernels/halving-plan.ts";
import { splitRange } from "../threads/split-range.ts";

const linked = new WeakMap<CpuDevice, HalvingExports>();

function exportsOf(device: CpuDevice): HalvingExports {
  const exports = linked.get(device) ?? device.link<HalvingExports>(emitHalving);
  linked.set(device, exports);
  return exports;
}

/** Shares `total` lanes out, in multiples of `step`. */
function runLanes(
  device: CpuDevice,
  total: number,
  step: number,
  work: number,
  scratch: (part: number) => number,
  run: (part: HalvingPart, range: readonly [number, number]) => void,
): void {
  const parts = device.parts(Math.ceil(total / step), work);
  const { memory } = device.memory;
  device.runParts(exportsOf(device), parts, work, (exports, part) =>
    run({ exports, memory, scratch: scratch(part) }, splitRange(total, parts, part, step)),
  );
}

/** Runs `use` with memory that all parts share, and scratch of their own. */
function withParts(
  device: CpuDevice,
  sharedBytes: number,
  scratchBytes: number,
  lanes: number,
  work: number,
  use: (shared: number, scratch: (part: number) => number) => void,
): void {
  const partBytes = Math.ceil(scratchBytes / 64) * 64;
  const parts = device.parts(lanes, work);
  device.withScratch(sharedBytes + parts * partBytes, (shared) =>
    use(shared, (part) => shared + sharedBytes + part * partBytes),
  );
}

/** Runs a forward convolution, or the gradient by its input. */
export function runHalvingProduct(
  device: CpuDevice,
  plan: HalvingProductPlan,
  batch: number,
  work: number,
): Runner {
  const { filters, weightBytes, scratchBytes } = plan;
  const most = Math.max(filters / QUAD_LANES, Math.ceil(batch / PANEL_LANES));
  return (inputs, outputs) => {
    const [from, weight] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
    const to = device.address(outputs[0]!);
    withParts(device, weightBytes, scratchBytes, most, work, (weights, scratch) => {
      runLanes(device, filters, QUAD_LANES, work, scratch, (part, range) =>
        packHalvingWeights(part, plan, weight, weights, range),
      );
      runLanes(device, batch, PANEL_LANES, work, scratch, (part, range) =>
        multiplyHalving(part, plan, from, weights, to, range),
      );
    });
  };
}

/** Runs the gradient by the weight. */
export function runHalvingWeightGradient(
  device: CpuDevice,
  plan: HalvingGradientPlan,
  work: number,
): Runner {
  const { channels, outChannels, changeBytes, scratchBytes } = plan;
  const most = Math.max(outChannels / QUAD_LANES, channels / PANEL_LANES);
  return (inputs, outputs) => {
    const [x, dy] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
    const to = device.address(outputs[0]!);
    withParts(device, changeBytes, scratchBytes, most, work, (changes, scratch) => {
      runLanes(device, outChannels, QUAD_LANES, work, scratch, (part, range) =>
        packHalvingChanges(part, plan, dy, changes, range),
      );
      runLanes(device, channels, PANEL_LANES, work, scratch, (part, range) =>
        sumHalvingWeights(part, plan, x, changes, to, range),
      );
    });
  };
}
