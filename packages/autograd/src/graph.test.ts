import { reference } from "@dl/backend-reference";
import { configure, tensor } from "@dl/tensor";
import { beforeEach, expect, it } from "vitest";
import { detectAnomaly, graphOf, noGrad, toDot, toJson } from "./index.ts";

beforeEach(() => {
  configure({ backend: reference(), development: false });
});

it("shows nodes, shapes and parents", () => {
  const w = tensor([[1, 2]]).requireGrad();
  const loss = w
    .matmul(tensor([[3], [4]]))
    .relu()
    .sum();
  const graph = graphOf(loss);
  expect(graph.nodes.map(({ op, shape, parents }) => [op, shape, parents])).toEqual([
    ["leaf", [1, 2], []],
    ["matmul", [1, 1], [0]],
    ["relu", [1, 1], [1]],
    ["reduce", [], [2]],
  ]);
  expect(toDot(graph)).toMatchInlineSnapshot(`
    "digraph {
      rankdir=TB;
      node [shape=box, fontname="Courier"];
      n0 [label="leaf\\nfloat32 [1, 2]", style=rounded];
      n1 [label="matmul\\nfloat32 [1, 1]"];
      n2 [label="relu\\nfloat32 [1, 1]"];
      n3 [label="reduce\\nfloat32 []"];
      n0 -> n1;
      n1 -> n2;
      n2 -> n3;
    }"
  `);
  expect(JSON.parse(toJson(graph))).toEqual(JSON.parse(JSON.stringify(graph)));
  expect(graphOf(tensor(1)).nodes).toEqual([]);
});

it("shares a node that is used twice", () => {
  const x = tensor(2).requireGrad();
  const y = x.mul(3);
  expect(graphOf(y.mul(y)).nodes.map(({ parents }) => parents)).toEqual([[], [0], [1, 1]]);
});

it("names tensors that it is told of, quotes and all", () => {
  const weight = tensor(2).requireGrad();
  const graph = graphOf(
    weight.mul(tensor(3).requireGrad()),
    new Map([['layer."0".weight', weight]]),
  );
  expect(graph.nodes.map(({ name }) => name)).toEqual(['layer."0".weight', undefined, undefined]);
  expect(toDot(graph)).toContain(String.raw`label="layer.\"0\".weight\nfloat32 []"`);
});

it("finds the operation that made the first NaN, forward or backward", async () => {
  const x = tensor([0, 4]).requireGrad();
  await expect(detectAnomaly(() => x.sub(1).log().mul(2).sum())).rejects.toThrow(
    /^detectAnomaly: log made a NaN or an infinity in a result of shape \[2\], called at .*graph\.test\.ts/,
  );
  await expect(detectAnomaly(() => x.sqrt().sum().backward())).rejects.toThrow(
    /^detectAnomaly: sqrtVjp made/,
  );
  expect(await detectAnomaly(() => noGrad(() => x.add(1).log().sum().isPending))).toBe(true);
});
