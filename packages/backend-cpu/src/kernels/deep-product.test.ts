import { Generator, tensor, uniform, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { cpu } from "../index.ts";

const backend = await cpu();
const threaded = await cpu({ threads: 2 });

/** Numbers between 0 and 1, so that errors of rounding do not cancel. */
const draw = (shape: readonly number[], seed: number): Tensor =>
  uniform(shape, { generator: new Generator(seed), backend });

/** Relative errors of a · b, whose elements are summed here in float64. */
async function worstError(a: Tensor, b: Tensor): Promise<number> {
  const [m, k, n] = [a.shape[0]!, a.shape[1]!, b.shape[1]!];
  const [left, right, product] = await Promise.all([a.data(), b.data(), a.matmul(b).data()]);
  let worst = 0;
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += Number(left[i * k + l]) * Number(right[l * n + j]);
      worst = Math.max(worst, Math.abs(Number(product[i * n + j]) / sum - 1));
    }
  return worst;
}

describe("products with a long inner size", () => {
  const long = 2 ** 22;
  it.each([
    ["dot", () => [draw([1, long], 1), draw([long, 1], 2)]],
    ["constant", () => [draw([1, 1], 3).expand([1, long]).add(0), draw([long, 1], 2)]],
    ["rows", () => [draw([1, long / 4], 1), draw([long / 4, 5], 2)]],
    ["column", () => [draw([long / 4, 5], 2).transpose(0, 1), draw([long / 4, 1], 1)]],
    ["packed", () => [draw([6, long / 8], 1), draw([long / 8, 9], 2)]],
    ["no whole number of blocks", () => [draw([5, 12345], 1), draw([12345, 3], 2)]],
  ] as const)("%s", async (_name, make) => {
    const [a, b] = make() as [Tensor, Tensor];
    expect(await worstError(a, b)).toBeLessThan(3e-7);
  });

  it("are the same bits for any number of threads", async () => {
    const [a, b] = [draw([37, 9000], 1), draw([9000, 41], 2)];
    const alone = await a.matmul(b).data();
    const shared = await (await a.to(threaded)).matmul(await b.to(threaded)).data();
    expect(shared).toEqual(alone);
  });

  it("of one block are what they were: one sum in order of the depth", async () => {
    const [a, b] = [draw([1, 4096], 1), draw([4096, 1], 2)];
    expect(await a.matmul(b).item()).toBe(
      await tensor(await a.data(), { shape: [4096], backend })
        .dot(b.flatten())
        .item(),
    );
  });
});
