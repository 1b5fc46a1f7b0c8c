import { describe, expect, test } from "vitest";
import { ModuleBuilder } from "../wasm/module-builder.ts";
import { hasRelaxedSimd } from "../wasm/relaxed-simd.ts";
import {
  conv2d,
  type Conv2dExports,
  type Conv2dKernels,
  emitConv2d,
  planConv2d,
} from "./conv2d.ts";
import { conv2dInputGradient, planConv2dInputGradient } from "./conv2d-input-gradient.ts";
import { type Conv2dShape, outputSize } from "./conv2d-plan.ts";
import { conv2dWeightGradient, planConv2dWeightGradient } from "./conv2d-weight-gradient.ts";

function instantiate(fusedMultiplyAdd: boolean): Conv2dKernels {
  const module = new ModuleBuilder({ sharedMemory: false, fusedMultiplyAdd });
  emitConv2d(module);
  const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), {
    env: { memory },
  });
  return { memory, exports: instance.exports as unknown as Conv2dExports };
}

/** Calls `visit(x index, weight index, y index)` for every product of the convolution. */
function eachProduct(
  shape: Conv2dShape,
  batch: number,
  visit: (x: number, w: number, y: number) => void,
): void {
  const [height, width] = shape.inputSize;
  const [kernelHeight, kernelWidth] = shape.kernelSize;
  const [outHeight, outWidth] = outputSize(shape);
  const inGroup = shape.inChannels / shape.groups;
  const outGroup = shape.outChannels / shape.groups;
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < shape.outChannels; o++)
      for (let oy = 0; oy < outHeight; oy++)
        for (let ox = 0; ox < outWidth; ox++)
          for (let c = 0; c < inGroup; c++)
            for (let ky = 0; ky < kernelHeight; ky++)
              for (let kx = 0; kx < kernelWidth; kx++) {
                const y = oy * shape.stride[0] + ky * shape.dilation[0] - shape.padding[0];
                const x = ox * shape.stride[1] + kx * shape.dilation[1] - shape.padding[2];
                if (y < 0 || y >= height || x < 0 || x >= width) continue;
                const channel = Math.floor(o / outGroup) * inGroup + c;
                visit(
                  ((n * shape.inChannels + channel) * height + y) * width + x,
                  ((o * inGroup + c) * kernelHeight + ky) * kernelWidth + kx,
                  ((n * shape.outChannels + o) * outHeight + oy) * outWidth + ox,
                );
              }
}

const shape = (
  channels: [number, number],
  inputSize: [number, number],
  kernelSize: [number, number],
  rest: Partial<Conv2dShape> = {},
): Conv2dShape => ({
  inChannels: channels[0],
  outChannels: channels[1],
  inputSize,
  kernelSize,
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
  ...rest,
});

const cases: Record<string, Conv2dShape> = {
  "one by one": shape([1, 1], [1, 1], [1, 1]),
  pointwise: shape([5, 9], [6, 7], [1, 1]),
  "pointwise, stride 2": shape([3, 2], [7, 7], [1, 1], { stride: [2, 2] }),
  "LeNet first": shape([1, 16], [28, 28], [5, 5], { padding: [2, 2, 2, 2] }),
  "LeNet second": shape([16, 32], [14, 14], [5, 5], { padding: [2, 2, 2, 2] }),
  "3x3 odd": shape([3, 5], [11, 13], [3, 3], { padding: [1, 1, 1, 1] }),
  "no padding": shape([2, 3], [9, 8], [4, 3]),
  DCGAN: shape([3, 8], [14, 14], [4, 4], { stride: [2, 2], padding: [1, 1, 1, 1] }),
  "stride 2, odd size": shape([2, 5], [9, 10], [3, 3], { stride: [2, 2], padding: [1, 1, 1, 1] }),
  "stride larger than kernel": shape([2, 3], [11, 12], [2, 2], { stride: [3, 4] }),
  asymmetric: shape([2, 3], [7, 9], [3, 5], {
    stride: [2, 1],
    padding: [0, 2, 3, 1],
    dilation: [1, 2],
  }),
  dilation: shape([3, 4], [12, 11], [3, 3], { dilation: [2, 3], padding: [2, 2, 3, 3] }),
  "dilation and stride": shape([3, 4], [13, 12], [3, 3], {
    dilation: [2, 2],
    stride: [3, 2],
    padding: [2, 1, 1, 2],
  }),
  "padding beyond the kernel": shape([2, 2], [4, 4], [2, 2], { padding: [3, 3, 3, 3] }),
  groups: shape([6, 9], [8, 8], [3, 3], { groups: 3, padding: [1, 1, 1, 1] }),
  depthwise: shape([7, 7], [10, 9], [3, 3], { groups: 7, padding: [1, 1, 1, 1] }),
  "depthwise multiplier, stride 2": shape([4, 8], [9, 9], [3, 3], {
    groups: 4,
    stride: [2, 2],
    padding: [1, 1, 1, 1],
  }),
  deep: shape([101, 70], [5, 6], [3, 3], { padding: [1, 1, 1, 1] }),
  "whole image": shape([3, 10], [8, 6], [8, 6]),
};

const BATCH = 3;

for (const fused of hasRelaxedSimd() ? [false, true] : [false])
  describe(`fused ${fused}`, () => {
    const kernels = instantiate(fused);
    const floats = new Float32Array(kernels.memory.buffer);
    let seed = 1;
    const random = (length: number, at: number): Float32Array => {
      for (let i = 0; i < length; i++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
        floats[at / 4 + i] = seed / 2 ** 31;
      }
      return floats.slice(at / 4, at / 4 + length);
    };
    const [A, B, C, SCRATCH] = [1 << 16, 1 << 20, 1 << 21, 1 << 22];

    for (const [name, s] of Object.entries(cases)) {
      const [outHeight, outWidth] = outputSize(s);
      const xLength = BATCH * s.inChannels * s.inputSize[0] * s.inputSize[1];
      const wLength = (s.outChannels * s.inChannels * s.kernelSize[0] * s.kernelSize[1]) / s.groups;
      const yLength = BATCH * s.outChannels * outHeight * outWidth;
      /** Error of each element over the sum of its products' magnitudes. */
      const compare = (expected: Float64Array, magnitudes: Float64Array): void => {
        let worst = 0;
        for (let i = 0; i < expected.length; i++) {
          const error =
            Math.abs(expected[i]! - floats[C / 4 + i]!) / Math.max(magnitudes[i]!, 1e-30);
          if (!(error <= worst)) worst = error;
        }
        expect(worst).toBeLessThan(5e-7);
      };
      const poison = (): void => {
        floats.fill(NaN, C / 4);
      };

      test(`${name}: forward`, () => {
        poison();
        const [x, w] = [random(xLength, A), random(wLength, B)];
        const expected = new Float64Array(yLength);
        const magnitudes = new Float64Array(yLength);
        eachProduct(s, BATCH, (i, j, k) => {
          expected[k]! += x[i]! * w[j]!;
          magnitudes[k]! += Math.abs(x[i]! * w[j]!);
        });
        conv2d(kernels, planConv2d(s), A, B, C, { images: [0, BATCH] }, SCRATCH);
        compare(expected, magnitudes);
      });

      test(`${name}: input gradient`, () => {
        poison();
        const [dy, w] = [random(yLength, A), random(wLength, B)];
        const expected = new Float64Array(xLength);
        const magnitudes = new Float64Array(xLength);
        eachProduct(s, BATCH, (i, j, k) => {
          expected[i]! += dy[k]! * w[j]!;
          magnitudes[i]! += Math.abs(dy[k]! * w[j]!);
        });
        conv2dInputGradient(
          kernels,
          planConv2dInputGradient(s),
          A,
          B,
          C,
          { images: [0, BATCH] },
          SCRATCH,
        );
        compare(expected, magnitudes);
      });

      test(`${name}: weight gradient`, () => {
        poison();
        const [x, dy] = [random(xLength, A), random(yLength, B)];
        const expected = new Float64Array(wLength);
        const magnitudes = new Float64Array(wLength);
        eachProduct(s, BATCH, (i, j, k) => {
          expected[j]! += x[i]! * dy[k]!;
          magnitudes[j]! += Math.abs(x[i]! * dy[k]!);
        });
        conv2dWeightGradient(
          kernels,
          planConv2dWeightGradient(s),
          A,
          B,
          C,
          { images: [0, BATCH] },
          SCRATCH,
        );
        compare(expected, magnitudes);
      });
    }

    test("splitting the batch does not change a bit, and NaN and infinity arrive", () => {
      const s = cases["3x3 odd"]!;
      random(BATCH * 3 * 11 * 13, A);
      random(5 * 27, B);
      floats[A / 4 + 5] = NaN;
      floats[A / 4 + 3 * 11 * 13 + 70] = Infinity;
      const plan = planConv2d(s);
      conv2d(kernels, plan, A, B, C, { images: [0, BATCH] }, SCRATCH);
      const whole = floats.slice(C / 4, C / 4 + BATCH * 5 * 143);
      floats.fill(0, C / 4);
      for (const range of [
        [0, 1],
        [1, BATCH],
      ] as const)
        conv2d(kernels, plan, A, B, C, { images: range }, SCRATCH);
      expect(floats.slice(C / 4, C / 4 + whole.length)).toEqual(whole);
      expect(whole[5]).toBeNaN();
      expect(Math.abs(whole[5 * 143 + 70]!)).toBe(Infinity);
      conv2d(kernels, plan, A, B, C, { images: [0, BATCH] }, SCRATCH, true);
      expect(floats[C / 4 + 2 * 5 * 143]).toBe(2 * whole[2 * 5 * 143]!);
    });
  });
