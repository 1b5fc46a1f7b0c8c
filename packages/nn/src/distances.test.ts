import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { cross, Generator, tensor, uniform, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { cosineSimilarity, pairwiseDistance } from "./index.ts";

const backends = [await cpu(), reference()];

/** Functions of two tensors that reduce, and the size that the reduced axis must have. */
const functions: Readonly<Record<string, readonly [(a: Tensor, b: Tensor) => Tensor, number?]>> = {
  cosineSimilarity: [(a, b) => cosineSimilarity(a, b)],
  "cosineSimilarity, axis 0": [(a, b) => cosineSimilarity(a, b, 0)],
  pairwiseDistance: [(a, b) => pairwiseDistance(a, b)],
  cross: [(a, b) => cross(a, b), 3],
};
const pairs = [
  [[1], [3]],
  [
    [2, 1],
    [2, 3],
  ],
  [[3], [2, 3]],
  [
    [2, 3],
    [1, 3],
  ],
  [
    [1, 1],
    [2, 3],
  ],
  [
    [4, 1, 3],
    [2, 1],
  ],
] as const;

describe.each(backends)("broadcast operands meet before they are reduced: $name", (backend) => {
  const draw = (shape: readonly number[], seed: number): Tensor =>
    uniform(shape, { generator: new Generator(seed), backend }).add(0.5);

  describe.each(Object.entries(functions))("%s", (_name, [f]) => {
    it.each(pairs)("%j and %j", async (left, right) => {
      const [a, b] = [draw(left, 1), draw(right, 2)];
      const shape = a.add(b).shape;
      const spread = f(a.expand(shape).add(0), b.expand(shape).add(0));
      for (const [x, y] of [
        [a, b],
        [b, a],
      ] as const) {
        const result = await f(x, y).data();
        const expected = await (
          x === a ? spread : f(b.expand(shape).add(0), a.expand(shape).add(0))
        ).data();
        expect(result).toEqual(expected);
      }
    });
  });

  it("PyTorch's numbers", async () => {
    const of = (...x: number[]): Tensor => tensor(x, { backend });
    expect(await cosineSimilarity(of(1), of(1, 1), 0).item()).toBeCloseTo(1, 6);
    expect(await cosineSimilarity(of(2), of(1, 2, 3)).item()).toBeCloseTo(0.9258201, 6);
    const columns = tensor(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      { backend },
    );
    const product = cross(columns, tensor([[7], [8], [10]], { backend }), 0);
    expect(await product.toArray()).toEqual([
      [-10, -8],
      [25, 22],
      [-13, -12],
    ]);
  });
});
