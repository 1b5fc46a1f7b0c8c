import type { Conv2dParameters } from "@dl/backend";
import type { CpuDevice } from "../cpu-device.ts";
import type { Conv2dShape } from "../kernels/conv2d-plan.ts";
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

type Sizes4 = readonly [number, number, number, number];

export const conv2d: RoutineImplementation<"conv2d"> = (device) => (program) => {
  const [x, w] = program.inputs.map(({ layout }) => layout.shape) as unknown as [Sizes4, Sizes4];
  const plan = planConv2d(convolution(program.settings, x[1], w[0], [x[2], x[3]], [w[2], w[3]]));
  return (inputs, outputs) => {
    const [from, weight] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
    const to = device.address(outputs[0]!);
    device.withScratch(plan.scratchBytes, (scratch) =>
      convolve(kernelsOf(device), plan, from, weight, to, [0, x[0]], scratch),
    );
  };
};

export const conv2dInputGrad: RoutineImplementation<"conv2dInputGrad"> = (device) => (program) => {
  const [dy, w] = program.inputs.map(({ layout }) => layout.shape) as unknown as [Sizes4, Sizes4];
  const { settings } = program;
  const plan = planConv2dInputGradient(
    convolution(settings, w[1] * settings.groups, w[0], settings.inputSize, [w[2], w[3]]),
  );
  return (inputs, outputs) => {
    const [from, weight] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
    const to = device.address(outputs[0]!);
    device.withScratch(plan.scratchBytes, (scratch) =>
      conv2dInputGradient(kernelsOf(device), plan, from, weight, to, [0, dy[0]], scratch),
    );
  };
};

export const conv2dWeightGrad: RoutineImplementation<"conv2dWeightGrad"> =
  (device) => (program) => {
    const [x, dy] = program.inputs.map(({ layout }) => layout.shape) as unknown as [Sizes4, Sizes4];
    const { settings } = program;
    const plan = planConv2dWeightGradient(
      convolution(settings, x[1], dy[1], [x[2], x[3]], settings.kernelSize),
    );
    return (inputs, outputs) => {
      const [from, change] = [device.bindingAddress(inputs[0]!), device.bindingAddress(inputs[1]!)];
      const to = device.address(outputs[0]!);
      device.withScratch(plan.scratchBytes, (scratch) =>
        conv2dWeightGradient(kernelsOf(device), plan, from, change, to, [0, x[0]], scratch),
      );
    };
  };
