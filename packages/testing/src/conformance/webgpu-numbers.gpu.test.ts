import { webgpu, type WebgpuBackend } from "@dl/backend-webgpu";
import { maxPool2d } from "@dl/conv";
import { configure, Generator, normal, settings, tensor, type Tensor } from "@dl/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testNonFiniteConvolutions } from "./non-finite-convolutions.ts";

let gpu: WebgpuBackend;
const before = settings().backend;
beforeAll(async () => {
  gpu = await webgpu();
  configure({ backend: gpu });
});
afterAll(async () => {
  configure({ backend: before });
  await gpu.dispose();
});

describe("what is not finite in convolutions", () => {
  testNonFiniteConvolutions({ create: webgpu }, false);
});

describe("subnormal numbers", () => {
  const tiny = (): Tensor => tensor([-1e-40, 1e-40, 0, 3e-45]);

  test("have an order", async () => {
    expect(await tiny().argmax().item()).toBe(1);
    expect(await tiny().argmin().item()).toBe(0);
    const along = tiny().reshape([2, 2]).max(1);
    expect(await along.indices.toArray()).toEqual([1, 1]);
    expect(await tiny().reshape([2, 2]).min(1).indices.toArray()).toEqual([0, 0]);
    const pooled = maxPool2d(tiny().reshape([1, 1, 2, 2]), 2);
    expect(await pooled.equal(tensor(1e-40)).toArray()).toEqual([[[[true]]]]);
    expect(await tensor([-0, 0]).argmax().item()).toBe(0);
    expect(await tensor([1, NaN, Infinity]).argmax().item()).toBe(1);
  });

  test("have a sign as exponents", async () => {
    const powers = tensor([0, 0, Infinity, Infinity, 2]).pow(
      tensor([-1e-40, 1e-40, -1e-40, 1e-40, -1e-40]),
    );
    expect(await powers.toArray()).toEqual([Infinity, 0, 0, Infinity, 1]);
  });

  test("divide", async () => {
    const quotients = tensor([0, 1e-40, 3e-40, -1e-40, 1e-30, 1, 1e-40, NaN, 1e-40]).div(
      tensor([1e-40, 1e-40, -1e-40, 1e-30, 1e-40, 1e-40, 0, 1e-40, Infinity]),
    );
    const expected = [0, 1, -3, -1e-10, 1e10, Infinity, Infinity, NaN, 0];
    (await quotients.data()).forEach((quotient, i) =>
      Number.isFinite(expected[i])
        ? expect(quotient / (expected[i]! || 1)).toBeCloseTo(expected[i] === 0 ? 0 : 1, 4)
        : expect(quotient).toBe(expected[i]),
    );
    expect(await tensor([0]).atan2(1e-40).toArray()).toEqual([0]);
    for (const [a, b] of [
      [0, 1e-40],
      [1e-40, 2e-40],
    ] as const)
      expect(await tensor([a]).hypot(b).item()).toBeLessThan(1e-38);
  });
});

/** Root of the mean square error of a product of normal numbers, in units of the result's spread. */
async function errorOfProduct(m: number, k: number, n: number): Promise<number> {
  const generator = new Generator(5);
  const [a, b] = [normal([m, k], { generator }), normal([k, n], { generator })];
  const [x, y, product] = await Promise.all([a.data(), b.data(), a.matmul(b).data()]);
  let squares = 0;
  for (let row = 0; row < m; row++)
    for (let column = 0; column < n; column++) {
      let exact = 0;
      for (let i = 0; i < k; i++) exact += x[row * k + i]! * y[i * n + column]!;
      squares += (product[row * n + column]! - exact) ** 2;
    }
  return Math.sqrt(squares / (m * n * k));
}

test.each([
  [16, 256, 16],
  [16, 512, 16],
  [48, 600, 48],
  [16, 784, 16],
  [16, 1023, 16],
  [16, 1024, 16],
  [260, 1600, 40],
  [64, 4096, 24],
  [2, 2 ** 20, 2],
])("the error of [%i, %i] by [.., %i] is that of blocks of 256", async (m, k, n) => {
  // A random walk of roundings, within a block and then over blocks; in one sum it would be √(k / 6).
  const bound = Math.sqrt((256 + k / 256) / 6) * 2 ** -24;
  expect(await errorOfProduct(m, k, n)).toBeLessThan(bound);
});
