import { gradientsOf } from "@dl/autograd";
import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import * as conv from "@dl/conv";
import { tensor, type Tensor } from "@dl/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { differences, sample } from "./convolution-oracle.ts";

const backends: Backend[] = [reference(), await cpu()];
afterAll(() => Promise.all(backends.map((backend) => backend.dispose())));

interface Filter {
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly up: readonly [number, number];
  readonly down: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
}

type Arrays = Record<"x" | "f" | "y", number[]>;

/** Each sum from the other two: y the result, x and f the gradients for it. */
function filterSums({ size, kernel, up, down, padding }: Filter, given?: Arrays): Arrays {
  const [top, bottom, left, right] = padding;
  const out = [
    Math.floor((size[0] * up[0] + top + bottom - kernel[0]) / down[0]) + 1,
    Math.floor((size[1] * up[1] + left + right - kernel[1]) / down[1]) + 1,
  ] as const;
  const zeros = (shape: readonly [number, number]): number[] =>
    new Array<number>(shape[0] * shape[1]).fill(0);
  const sums = { x: zeros(size), f: zeros(kernel), y: zeros(out) };
  if (given === undefined) return sums;
  for (let i = 0; i < out[0]; i++)
    for (let j = 0; j < out[1]; j++)
      for (let u = 0; u < kernel[0]; u++)
        for (let v = 0; v < kernel[1]; v++) {
          const [row, column] = [i * down[0] + u - top, j * down[1] + v - left];
          if (row % up[0] !== 0 || column % up[1] !== 0) continue;
          const [a, b] = [row / up[0], column / up[1]];
          if (a < 0 || b < 0 || a >= size[0] || b >= size[1]) continue;
          const at = {
            x: a * size[1] + b,
            // The filter is flipped.
            f: (kernel[0] - 1 - u) * kernel[1] + kernel[1] - 1 - v,
            y: i * out[1] + j,
          };
          sums.x[at.x]! += given.f[at.f]! * given.y[at.y]!;
          sums.f[at.f]! += given.x[at.x]! * given.y[at.y]!;
          sums.y[at.y]! += given.x[at.x]! * given.f[at.f]!;
        }
  return sums;
}

const filters: readonly Filter[] = [
  { size: [4, 3], kernel: [3, 2], up: [1, 1], down: [1, 1], padding: [2, 1, 1, 3] },
  { size: [5, 6], kernel: [3, 3], up: [1, 1], down: [2, 3], padding: [-1, 2, 2, -2] },
  { size: [3, 4], kernel: [4, 3], up: [2, 3], down: [1, 1], padding: [2, 1, 1, 0] },
  { size: [3, 3], kernel: [2, 4], up: [2, 1], down: [3, 2], padding: [5, 6, -1, 4] },
  { size: [4, 4], kernel: [3, 3], up: [3, 2], down: [2, 2], padding: [-4, -2, 1, -3] },
  { size: [2, 2], kernel: [2, 2], up: [1, 1], down: [1, 1], padding: [-3, 5, 0, 0] },
  { size: [1, 2], kernel: [3, 1], up: [2, 2], down: [1, 1], padding: [10, -5, 0, 0] },
];

describe("upfirdn2d leaves zeros out that it does not see", () => {
  it.each(filters)("%o", async (filter) => {
    const { size, kernel, ...options } = filter;
    const lengths = filterSums(filter);
    for (const name of ["x", "f", "y"] as const)
      for (const at of [0, 1])
        for (const poison of [1, Infinity, -Infinity, NaN]) {
          const given = {
            x: sample(lengths.x.length, 1),
            f: sample(lengths.f.length, 2),
            y: sample(lengths.y.length, 3),
          };
          given[name][at * (given[name].length - 1)] = poison;
          const expected = filterSums(filter, given);
          for (const backend of backends) {
            const x = tensor(given.x, { backend })
              .reshape([1, 1, ...size])
              .requireGrad();
            const f = tensor(given.f, { backend }).reshape(kernel).requireGrad();
            const y = conv.upfirdn2d(x, f, options);
            const gradient = tensor(given.y, { backend }).reshape(y.shape);
            const [dx, df] = gradientsOf(y, [x, f], { gradient });
            for (const [which, result] of [
              ["y", y],
              ["x", dx!],
              ["f", df!],
            ] as const)
              expect(
                differences([...(await result.data())], expected[which]),
                `${backend.name}: ${poison} in ${name}: ${which}`,
              ).toEqual([]);
          }
        }
  });
});

const row =
  (numbers: readonly number[]) =>
  (backend: Backend): Tensor =>
    tensor(numbers, { backend }).reshape([1, 1, 1, numbers.length]);
const inf = Infinity;

/** Right is what the definition says where terms with a weight of 0 are left out. */
describe("neighbours that do not count do not spoil", () => {
  it.each<[string, (x: Tensor) => Tensor, number[], number[]]>([
    [
      "bilinear, same size",
      (x) => conv.interpolate(x, { size: [1, 3], mode: "bilinear" }),
      [1, inf, 2],
      [1, inf, 2],
    ],
    [
      "bilinear, corners",
      (x) => conv.interpolate(x, { size: [1, 5], mode: "bilinear", alignCorners: true }),
      [1, inf, 2],
      [1, inf, inf, inf, 2],
    ],
    [
      "bicubic, same size",
      (x) => conv.interpolate(x, { size: [1, 4], mode: "bicubic" }),
      [1, -inf, 2, 3],
      [1, -inf, 2, 3],
    ],
    ["nearest", (x) => conv.interpolate(x, { size: [1, 5] }), [1, inf, 2], [1, 1, inf, inf, 2]],
    ["adaptive average", (x) => conv.adaptiveAvgPool2d(x, [1, 2]), [inf, 1, 3], [inf, 2]],
    [
      "average with padding",
      (x) => conv.avgPool2d(x, [1, 2], { stride: 1, padding: [0, 1] }),
      [inf, 1, 3],
      [inf, inf, 2, 1.5],
    ],
    [
      "largest with padding",
      (x) => conv.maxPool2d(x, [1, 2], { stride: 1, padding: [0, 1] }),
      [-inf, -inf, 3],
      [-inf, -inf, 3, 3],
    ],
    [
      "power sum with ceilMode",
      (x) => conv.lpPool2d(x, 2, [1, 2], { ceilMode: true }),
      [inf, 1, 3, 4],
      [inf, 5],
    ],
    [
      "unfold",
      (x) => conv.unfold(x, [1, 2], { padding: [0, 1] }),
      [inf, 1],
      [0, inf, 1, inf, 1, 0],
    ],
    ["blur", (x) => conv.blur(x, [1, 2, 1]).mul(4), [inf, 1, 1, 1], [inf, inf, 2, 1.5]],
  ])("%s", async (_name, f, numbers, expected) => {
    for (const backend of backends) {
      const x = row(numbers)(backend);
      expect([...(await f(x).data())], backend.name).toEqual(expected);
    }
  });

  it.each<[string, (x: Tensor) => Tensor, number, number[], number[]]>([
    [
      "bilinear, same size",
      (x) => conv.interpolate(x, { size: [1, 3], mode: "bilinear" }),
      3,
      [1, inf, 2],
      [1, inf, 2],
    ],
    [
      "average with padding",
      (x) => conv.avgPool2d(x, [1, 2], { stride: 1, padding: [0, 1] }),
      3,
      [inf, 2, 4, 6],
      [inf, 3, 5],
    ],
    [
      "average, only what is there",
      (x) => conv.avgPool2d(x, [1, 2], { stride: 1, padding: [0, 1], countIncludePad: false }),
      3,
      [inf, 2, 4, 6],
      [inf, 3, 8],
    ],
    [
      "unfold",
      (x) => conv.unfold(x, [1, 2], { padding: [0, 1] }),
      2,
      [inf, 1, 2, 3, 4, inf],
      [4, 6],
    ],
  ])("in the gradient of %s", async (_name, f, length, changes, expected) => {
    for (const backend of backends) {
      const x = row(sample(length, 1))(backend).requireGrad();
      const y = f(x);
      const gradient = tensor(changes, { backend }).reshape(y.shape);
      const [dx] = gradientsOf(y, [x], { gradient });
      expect([...(await dx!.data())], backend.name).toEqual(expected);
    }
  });
});
