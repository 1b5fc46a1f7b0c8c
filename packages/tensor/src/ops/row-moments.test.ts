import type { Backend } from "@dl/backend";
import { cpu, cpuWith } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  compile,
  Generator,
  hostRowMoments,
  matmul,
  normal,
  rowMoments,
  tensor,
  zeros,
  type Tensor,
} from "../index.ts";

/** Whether the backend's sums have the bits of the host's. */
async function agree(x: Tensor): Promise<boolean> {
  const [rows, columns] = x.shape as [number, number];
  const expected = hostRowMoments(Float64Array.from(await x.data()), rows, columns);
  const received = await rowMoments(x);
  const same = (a: Float64Array, b: Float64Array): boolean =>
    a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
  return same(received.mean, expected.mean) && same(received.scatter, expected.scatter);
}

describe.each([1, 2, 3])("the cpu backend's own sums, threads: %d", (threads) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads });
  });
  afterAll(() => backend.dispose());

  test.each([
    [2, 1],
    [3, 5],
    [64, 4],
    [65, 3],
    [200, 7],
    [500, 64],
    [700, 130],
  ])("of %d rows of %d have the bits of the host's", async (rows, columns) => {
    const x = normal([rows, columns], { generator: new Generator(3), mean: 5, backend });
    expect(await agree(x)).toBe(true);
    expect(await agree(x.matrixTranspose())).toBe(true);
    expect(await agree(x.narrow(0, 1, rows - 1))).toBe(true);
  });
});

test("they are what the formula says, also far from zero", async () => {
  const backend = reference();
  const [rows, columns] = [40, 6];
  const x = normal([rows, columns], {
    generator: new Generator(4),
    mean: 1e4,
    dtype: "float64",
    backend,
  });
  const { mean, scatter } = await rowMoments(x);
  const centred = x.sub(x.mean(0));
  const expected = await matmul(centred.matrixTranspose(), centred).data();
  (await x.mean(0).data()).forEach((value, k) => expect(mean[k]).toBeCloseTo(value, 9));
  expected.forEach((value, k) => expect(scatter[k]).toBeCloseTo(value, 9));
});

test("a backend without that part reads the rows", async () => {
  const [whole, small] = [await cpu(), await cpuWith([])];
  const rows = [
    [1, 0],
    [3, 4],
    [8, 2],
  ];
  const moments = await rowMoments(tensor(rows, { backend: small }));
  expect(moments).toEqual(await rowMoments(tensor(rows, { backend: whole })));
  expect([...moments.mean]).toEqual([4, 2]);
  expect([...moments.scatter]).toEqual([26, 4, 4, 8]);
});

test("what is not finite stays so", async () => {
  const backend = await cpu();
  const x = tensor(
    [
      [1, Infinity],
      [2, 3],
    ],
    { backend },
  );
  const { mean, scatter } = await rowMoments(x);
  expect([...mean]).toEqual([1.5, Infinity]);
  expect([...scatter]).toEqual([0.5, NaN, NaN, NaN]);
});

test("what has no rows is refused", async () => {
  const backend = await cpu();
  await expect(rowMoments(zeros([3], { backend }))).rejects.toThrow(
    "rowMoments: needs a matrix of at least one row and one column, got shape [3]. Flatten each sample.",
  );
  await expect(rowMoments(zeros([0, 3], { backend }))).rejects.toThrow("got shape [0, 3]");
  await expect(rowMoments(tensor([[1]], { backend, dtype: "int32" }))).rejects.toThrow(
    "rowMoments: needs a float tensor, got int32.",
  );
  let moments: Promise<unknown> = Promise.resolve();
  compile(() => {
    moments = rowMoments(zeros([1, 1], { backend }));
    return zeros([1], { backend });
  })();
  await expect(moments).rejects.toThrow("rowMoments: a compiled step cannot read a tensor");
});
