import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { describe, expect, it } from "vitest";
import * as operations from "../index.ts";
import { configure, gather, indexAdd, scatter, tensor, type Tensor } from "../index.ts";

const index = (value: number | number[]): Tensor => tensor(value, { dtype: "int32" });
const pair = (value: number): [number, number] => [value, 0];

type Call = (x: Tensor, axis: number) => Tensor | { values: Tensor; indices: Tensor };

/** What PyTorch 1.13 gives for the scalar 3 along axis 0 or -1; values and positions where it gives both. */
const accepted: Readonly<Record<string, readonly [Call, number | [number, number]]>> = {
  sum: [(x, axis) => x.sum(axis), 3],
  mean: [(x, axis) => x.mean(axis), 3],
  prod: [(x, axis) => x.prod(axis), 3],
  variance: [(x, axis) => x.var(axis), NaN],
  std: [(x, axis) => x.std(axis), NaN],
  norm: [(x, axis) => x.norm(2, axis), 3],
  amax: [(x, axis) => x.amax(axis), 3],
  amin: [(x, axis) => x.amin(axis), 3],
  any: [(x, axis) => x.any(axis), 1],
  all: [(x, axis) => x.all(axis), 1],
  countNonzero: [(x, axis) => x.countNonzero(axis), 1],
  logsumexp: [(x, axis) => x.logsumexp(axis), 3],
  nanSum: [(x, axis) => operations.nanSum(x, axis), 3],
  nanMean: [(x, axis) => operations.nanMean(x, axis), 3],
  max: [(x, axis) => x.max(axis), pair(3)],
  min: [(x, axis) => x.min(axis), pair(3)],
  median: [(x, axis) => operations.median(x, axis), pair(3)],
  quantile: [(x, axis) => operations.quantile(x, 0.5, axis), 3],
  argmax: [(x, axis) => x.argmax(axis, { keepDims: true }), 0],
  argmin: [(x, axis) => x.argmin(axis), 0],
  softmax: [(x, axis) => x.softmax(axis), 1],
  logSoftmax: [(x, axis) => x.logSoftmax(axis), 0],
  cumsum: [(x, axis) => x.cumsum(axis), 3],
  cumprod: [(x, axis) => x.cumprod(axis), 3],
  logcumsumexp: [(x, axis) => x.logcumsumexp(axis), 3],
  sort: [(x, axis) => operations.sort(x, axis), pair(3)],
  argsort: [(x, axis) => x.argsort(axis), 0],
  topk: [(x, axis) => x.topk(1, axis), pair(3)],
  squeeze: [(x, axis) => x.squeeze(axis), 3],
  flip: [(x, axis) => x.flip(axis), 3],
  transpose: [(x, axis) => x.transpose(axis, 0), 3],
  moveAxis: [(x, axis) => x.moveAxis(axis, -1), 3],
  gather: [(x, axis) => x.gather(axis, index(0)), 3],
  scatter: [(x, axis) => x.scatter(axis, index(0), tensor(5)), 5],
  scatterAdd: [(x, axis) => x.scatterAdd(axis, index(-1), 3), 6],
  indexSelect: [(x, axis) => x.indexSelect(axis, index([0])), 3],
  indexAdd: [(x, axis) => x.indexAdd(axis, [0], x), 6],
};

/** What PyTorch refuses for a scalar. */
const refused: Readonly<Record<string, (x: Tensor, axis: number) => unknown>> = {
  select: (x, axis) => x.select(axis, 0),
  narrow: (x, axis) => x.narrow(axis, 0, 1),
  split: (x, axis) => x.split(1, axis),
  chunk: (x, axis) => x.chunk(1, axis),
  unbind: (x, axis) => x.unbind(axis),
  unflatten: (x, axis) => x.unflatten(axis, [1]),
  roll: (x, axis) => x.roll(1, axis),
  repeatInterleave: (x, axis) => x.repeatInterleave(2, axis),
  diff: (x, axis) => operations.diff(x, axis),
  concatenate: (x, axis) => operations.concatenate([x, x], axis),
  cross: (x, axis) => operations.cross(x, x, axis),
  permute: (x, axis) => x.permute([axis]),
};

/** Their axes are those of a result, or pairs of axes. */
const others = new Set(["stack", "unsqueeze", "tensordot", "meshgrid"]);

const numberOf = (x: Tensor): Promise<number> => {
  expect(x.shape).toEqual([]);
  return x.item();
};

describe.each([
  ["reference", reference()],
  ["cpu", await cpu()],
])("axis 0 or -1 of a scalar on %s", (_name, backend) => {
  configure({ backend });
  it.each(Object.entries(accepted))("%s", async (_op, [call, expected]) => {
    configure({ backend });
    for (const axis of [0, -1]) {
      const result = call(tensor(3), axis);
      const [values, position] = Array.isArray(expected) ? expected : [expected];
      expect(await numberOf("values" in result ? result.values : result)).toBe(values);
      if ("indices" in result) expect(await numberOf(result.indices)).toBe(position);
    }
    for (const axis of [1, -2, 0.5]) expect(() => call(tensor(3), axis)).toThrow(`axis ${axis} is`);
  });
  it.each(Object.entries(refused))("%s is refused", (_op, call) => {
    configure({ backend });
    for (const axis of [0, -1]) expect(() => call(tensor(3), axis)).toThrow(/axis|axes/);
  });
});

it("knows every operation with an axis", () => {
  const named = Object.entries(operations)
    .filter(([, value]) => typeof value === "function" && /^[^{]*\bax[ei]s/.test(String(value)))
    .map(([name]) => name);
  expect(named.length).toBeGreaterThan(40);
  expect(
    named.filter((name) => !(name in accepted || name in refused || others.has(name))),
  ).toEqual([]);
});

describe("a scalar beside a vector", () => {
  it("gathers and scatters", async () => {
    expect(await gather(tensor(3), 0, index([0, 0])).toArray()).toEqual([3, 3]);
    expect(await gather(tensor([3, 4]), 0, index(1)).toArray()).toBe(4);
    expect(await scatter(tensor([3, 4]), 0, index(1), tensor(7)).toArray()).toEqual([3, 7]);
    expect(await indexAdd(tensor([3, 4]), 0, index(1), tensor(1)).toArray()).toEqual([3, 5]);
    expect(() => gather(tensor([[3]]), 0, index(0))).toThrow("indices [] do not fit beside [1, 1]");
  });

  it("names no axis twice", () => {
    expect(() => tensor(3).sum([0, -1])).toThrow("axis 0 is named twice");
  });

  it("makes a grid", async () => {
    const grids = operations.meshgrid([tensor(3), tensor([1, 2])]);
    expect(await Promise.all(grids.map((grid) => grid.toArray()))).toEqual([[[3, 3]], [[1, 2]]]);
  });
});
