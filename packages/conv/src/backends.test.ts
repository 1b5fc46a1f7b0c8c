import { gradientsOf } from "@dl/autograd";
import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { Generator, normal, type Tensor } from "@dl/tensor";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { avgPool2d, conv2d, convTranspose2d, maxPool2d } from "./index.ts";

let backends: readonly Backend[];
beforeAll(async () => {
  backends = [reference(), await cpu()];
});

const small = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max });
const pair = (max: number, min = 1): fc.Arbitrary<readonly [number, number]> =>
  fc.tuple(small(max, min), small(max, min));
const convolution = fc.record({
  batch: small(3),
  groups: small(3),
  groupIn: small(4),
  groupOut: small(5),
  size: fc.tuple(small(9, 5), small(9, 5)),
  kernel: pair(3),
  stride: pair(3),
  padding: pair(2, 0),
  dilation: pair(2),
});

/** The result and its gradients on both backends, from the same random inputs. */
async function expectSame(
  f: (...inputs: Tensor[]) => Tensor,
  shapes: readonly (readonly number[])[],
): Promise<void> {
  const results = await Promise.all(
    backends.map(async (backend) => {
      const generator = new Generator(1);
      const make = (shape: readonly number[]): Tensor => normal(shape, { generator, backend });
      const inputs = shapes.map((shape) => make(shape).requireGrad());
      const y = f(...inputs);
      const gradients = gradientsOf(y, inputs, { gradient: make(y.shape) });
      return Promise.all([y, ...gradients].map((x) => x.data()));
    }),
  );
  results[1]!.forEach((data, which) => {
    const expected = results[0]![which]!;
    data.forEach((value, i) =>
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(
        1e-5 + 1e-5 * Math.abs(expected[i]!),
      ),
    );
  });
}

it("convolutions agree on every backend, with their gradients", async () => {
  await fc.assert(
    fc.asyncProperty(convolution, async (c) => {
      const { groups, stride, padding, dilation } = c;
      const options = { groups, stride, padding, dilation };
      await expectSame(
        (x, w, b) => conv2d(x, w, b, options),
        [
          [c.batch, c.groupIn * c.groups, ...c.size],
          [c.groupOut * c.groups, c.groupIn, ...c.kernel],
          [c.groupOut * c.groups],
        ],
      );
    }),
    { numRuns: 60 },
  );
});

it("transposed convolutions agree on every backend, with their gradients", async () => {
  await fc.assert(
    fc.asyncProperty(convolution, async (c) => {
      const outputPadding = [c.stride[0] - 1, c.stride[1] - 1] as const;
      const { groups, stride, padding, dilation } = c;
      const options = { groups, stride, padding, dilation, outputPadding };
      await expectSame(
        (x, w, b) => convTranspose2d(x, w, b, options),
        [
          [c.batch, c.groupIn * c.groups, ...c.size],
          [c.groupIn * c.groups, c.groupOut, ...c.kernel],
          [c.groupOut * c.groups],
        ],
      );
    }),
    { numRuns: 60 },
  );
});

it("pooling agrees on every backend, with its gradients", async () => {
  const pooling = fc.record({
    kernel: pair(4, 2),
    stride: pair(3),
    padding: pair(1, 0),
    ceilMode: fc.boolean(),
    countIncludePad: fc.boolean(),
    size: fc.tuple(small(9, 5), small(9, 5)),
  });
  await fc.assert(
    fc.asyncProperty(pooling, async ({ kernel, size, countIncludePad, ...options }) => {
      const shape = [2, 3, ...size];
      await expectSame((x) => maxPool2d(x, kernel, options), [shape]);
      await expectSame((x) => avgPool2d(x, kernel, { ...options, countIncludePad }), [shape]);
    }),
    { numRuns: 60 },
  );
});
