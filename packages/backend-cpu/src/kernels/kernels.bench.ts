import { bench, describe } from "vitest";
import { ModuleBuilder } from "../wasm/module-builder.ts";
import { hasRelaxedSimd } from "../wasm/relaxed-simd.ts";
import { conv2d, type Conv2dExports, emitConv2d, planConv2d } from "./conv2d.ts";
import { conv2dInputGradient, planConv2dInputGradient } from "./conv2d-input-gradient.ts";
import type { Conv2dShape } from "./conv2d-plan.ts";
import { conv2dWeightGradient, planConv2dWeightGradient } from "./conv2d-weight-gradient.ts";
import { emitMatmul, matmul, type MatmulExports } from "./matmul.ts";

const module = new ModuleBuilder({ sharedMemory: false, fusedMultiplyAdd: hasRelaxedSimd() });
emitMatmul(module);
emitConv2d(module);
const memory = new WebAssembly.Memory({ initial: 4096, maximum: 65536 });
new Float32Array(memory.buffer).fill(0.5);
const exports = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), {
  env: { memory },
}).exports as unknown as MatmulExports & Conv2dExports;
const [A, B, C, SCRATCH] = [1 << 20, 1 << 26, (1 << 26) | (1 << 24), 1 << 27] as const;

describe("matmul", () => {
  for (const [m, n, k] of [
    [64, 64, 64],
    [512, 512, 512],
    [128, 10, 128],
    [1, 1000, 1000],
  ] as const)
    bench(`${m} x ${n} x ${k}: ${(2e-9 * m * n * k).toPrecision(3)} GFLOP`, () => {
      const strides = {
        aRowStride: k,
        aDepthStride: 1,
        bDepthStride: 1,
        bColumnStride: k,
        cRowStride: n,
      };
      matmul(exports, { a: A, b: B, c: C, m, n, k, ...strides }, SCRATCH);
    });
});

const square = (
  inChannels: number,
  outChannels: number,
  size: number,
  kernel: number,
  padding: number,
  stride = 1,
): Conv2dShape => ({
  inChannels,
  outChannels,
  inputSize: [size, size],
  kernelSize: [kernel, kernel],
  stride: [stride, stride],
  padding: [padding, padding, padding, padding],
  dilation: [1, 1],
  groups: 1,
});
const shapes: [name: string, batch: number, shape: Conv2dShape][] = [
  ["LeNet 1 → 16, 5x5, 28x28", 64, square(1, 16, 28, 5, 2)],
  ["LeNet 16 → 32, 5x5, 14x14", 64, square(16, 32, 14, 5, 2)],
  ["64 → 64, 3x3, 56x56", 8, square(64, 64, 56, 3, 1)],
  ["DCGAN 32 → 64, 4x4, stride 2", 64, square(32, 64, 14, 4, 1, 2)],
];
for (const [name, batch, shape] of shapes)
  describe(name, () => {
    const kernels = { exports, memory };
    const forward = planConv2d(shape);
    const input = planConv2dInputGradient(shape);
    const weight = planConv2dWeightGradient(shape);
    bench("forward", () => conv2d(kernels, forward, A, B, C, { images: [0, batch] }, SCRATCH));
    bench("input gradient", () =>
      conv2dInputGradient(kernels, input, C, B, A, { images: [0, batch] }, SCRATCH));
    bench("weight gradient", () =>
      conv2dWeightGradient(kernels, weight, A, C, B, { images: [0, batch] }, SCRATCH));
  });
