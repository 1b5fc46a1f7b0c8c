import { elementCount, type RoutineProgram } from "@dl/backend";
import type { CpuDevice, Runner } from "../cpu-device.ts";
import { convolveByTaps, planTaps, weightGradientByTaps } from "../kernels/conv2d-by-taps.ts";
import { emitTapProducts, type TapExports } from "../kernels/conv2d-few-channels.ts";
import type { Conv2dShape } from "../kernels/conv2d-plan.ts";
import { emitFiniteCheck, type FiniteCheckExports } from "../kernels/finite-check.ts";
import { splitRange } from "../threads/split-range.ts";

const linkedProducts = new WeakMap<CpuDevice, TapExports>();
const linkedChecks = new WeakMap<CpuDevice, FiniteCheckExports>();

export function tapExports(device: CpuDevice): TapExports {
  const exports = linkedProducts.get(device) ?? device.link<TapExports>(emitTapProducts);
  linkedProducts.set(device, exports);
  return exports;
}

function checkExports(device: CpuDevice): FiniteCheckExports {
  const exports = linkedChecks.get(device) ?? device.link<FiniteCheckExports>(emitFiniteCheck);
  linkedChecks.set(device, exports);
  return exports;
}

/** What a convolution computes: images from images, or the gradient by the weight. */
type Result = "x" | "y" | "weight";

/**
 * Runs `fast`, which multiplies the second input by zeros of the padding or mixes its elements, and again tap by tap
 * where that may have made NaN of something that is not finite.
 *
 * NaN never goes away in a sum, so that it is enough to look at the second input or at the result, whichever is
 * smaller: beside the convolution that costs next to nothing.
 */
export function exactWhereNotFinite(
  device: CpuDevice,
  program: RoutineProgram<"conv2d" | "conv2dInputGrad" | "conv2dWeightGrad">,
  shape: Conv2dShape,
  result: Result,
  work: number,
  fast: Runner,
): Runner {
  const operandCount = elementCount(program.inputs[1]!.layout.shape);
  const resultCount = elementCount(program.result.shape);
  const batch = program.inputs[0]!.layout.shape[0]!;
  let byTaps: Runner | undefined;
  return (inputs, outputs, scalars) => {
    fast(inputs, outputs, scalars);
    const address =
      operandCount < resultCount ? device.bindingAddress(inputs[1]!) : device.address(outputs[0]!);
    const byteLength = 4 * Math.min(operandCount, resultCount);
    if (checkExports(device).hasNonFinite(address, byteLength) === 0) return;
    byTaps ??= runTaps(device, shape, result, batch, work);
    byTaps(inputs, outputs, scalars);
  };
}

function runTaps(
  device: CpuDevice,
  shape: Conv2dShape,
  result: Result,
  batch: number,
  work: number,
): Runner {
  const plan = planTaps(shape);
  const units = result === "weight" ? plan.taps.length : batch;
  return (inputs, outputs) => {
    const [first, second] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
    const to = device.address(outputs[0]!);
    // Each part has images of its own in scratch, so there are no more parts than threads.
    const parts = device.parts(Math.min(units, device.pool?.threads ?? 1), work);
    device.withScratch(parts * plan.scratchBytes, (scratch) =>
      device.runParts(tapExports(device), parts, work, (own, part) => {
        const [range, at] = [splitRange(units, parts, part), scratch + part * plan.scratchBytes];
        if (result === "weight")
          weightGradientByTaps(own, plan, first, second, to, batch, range, at);
        else convolveByTaps(own, plan, result, first, second, to, range, at);
      }),
    );
  };
}
