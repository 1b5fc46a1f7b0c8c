import { cpu } from "@dl/backend-cpu";
import { configure, Generator, normal, tensor, uniform, zeros, type Tensor } from "@dl/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  analogy,
  latentGrid,
  latentWalk,
  leastSquaresDirection,
  meanDifference,
  nearestNeighbors,
  orthogonalize,
  principalComponents,
  slerp,
  traverse,
  traverseAxis,
  truncate,
} from "../index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const gaussian = (count: number, width: number, seed: number): Tensor =>
  normal([count, width], { generator: new Generator(seed) });
const numbers = async (x: Tensor): Promise<number[]> => Array.from(await x.data());
function expectClose(received: readonly number[], expected: readonly number[], by = 1e-5): void {
  expect(received).toHaveLength(expected.length);
  received.forEach((x, i) => expect(Math.abs(x - expected[i]!)).toBeLessThanOrEqual(by));
}

describe("slerp", () => {
  it("turns by equal angles, and lengths go evenly from one to the other", async () => {
    const [angle, from] = [2, 0.5];
    const at = (turn: number, radius: number): number[] => [
      radius * Math.cos(from + turn),
      radius * Math.sin(from + turn),
    ];
    for (const weight of [0, 0.25, 0.5, 0.9, 1])
      expectClose(
        await numbers(slerp(tensor(at(0, 3)), tensor(at(angle, 3)), weight)),
        at(weight * angle, 3),
      );
  });

  it("keeps samples of a normal as long as they are, where lerp does not", async () => {
    const [from, to] = [gaussian(200, 64, 1), gaussian(200, 64, 2)];
    const lengthOf = async (x: Tensor): Promise<number> => await x.norm(2, 1).mean().item();
    const length = await lengthOf(from);
    expect(Math.abs((await lengthOf(slerp(from, to, 0.5))) / length - 1)).toBeLessThan(0.02);
    expect((await lengthOf(from.lerp(to, 0.5))) / length).toBeLessThan(0.75);
  });

  it("walks straight where there is no arc: equal, opposite and no vectors", async () => {
    const x = tensor([3, -4]);
    expectClose(await numbers(slerp(x, x, 0.3)), [3, -4]);
    expectClose(await numbers(slerp(x, x.mul(2), 0.5)), [4.5, -6]);
    expectClose(await numbers(slerp(x, x.neg(), 0.25)), [1.5, -2]);
    expectClose(await numbers(slerp(zeros([2]), x, 0.5)), [1.5, -2]);
    expectClose(await numbers(slerp(zeros([2]), zeros([2]), 0.5)), [0, 0]);
  });

  it("is exact for angles that the cosine cannot tell from 0", async () => {
    const small = 1e-4;
    expectClose(
      await numbers(slerp(tensor([1, 0]), tensor([1, small]), 0.5)),
      [1, small / 2],
      1e-8,
    );
  });

  it("takes a weight for each vector, and has gradients", async () => {
    const from = gaussian(3, 4, 1).requireGrad();
    const to = gaussian(3, 4, 2);
    const all = slerp(from, to, tensor([0, 0.5, 1]));
    expectClose(
      await numbers(all.select(0, 1)),
      await numbers(slerp(from.select(0, 1), to.select(0, 1), 0.5)),
    );
    all.sum().backward();
    expect((await numbers(from.grad!)).every(Number.isFinite)).toBe(true);
    const same = tensor([3, 4]).requireGrad();
    slerp(same, tensor([3, 4]), 0.25)
      .sum()
      .backward();
    expectClose(await numbers(same.grad!), [0.75, 0.75]);
  });
});

describe("walks and grids", () => {
  it("begin and end where they are told", async () => {
    const [from, to] = [gaussian(2, 5, 1), gaussian(2, 5, 2)];
    for (const path of ["linear", "spherical"] as const) {
      const walk = latentWalk(from, to, 4, { path });
      expect(walk.shape).toEqual([4, 2, 5]);
      expectClose(await numbers(walk.select(0, 0)), await numbers(from));
      expectClose(await numbers(walk.select(0, 3)), await numbers(to));
    }
    expect(() => latentWalk(from, to, 1)).toThrow(
      "latentWalk: the number of steps must be a whole number of at least 2: received 1.",
    );
    expect(() => latentWalk(from, gaussian(1, 5, 1), 3)).toThrow(
      "latentWalk: both must have the same shape: received [2, 5] and [1, 5].",
    );
  });

  it("go along a direction or through the values of one number", async () => {
    const latents = gaussian(2, 3, 1);
    const along = traverse(latents, tensor([0, 0, 2]), [-1, 0.5]);
    expect(along.shape).toEqual([2, 2, 3]);
    expectClose(await numbers(along.select(0, 0).sub(latents)), [0, 0, -2, 0, 0, -2]);
    const set = await numbers(traverseAxis(latents, 1, [7]));
    const before = await numbers(latents);
    expectClose(set, [before[0]!, 7, before[2]!, before[3]!, 7, before[5]!]);
    expect(() => traverse(latents, zeros([2]), [1])).toThrow(
      "traverse: the direction must be a vector of 3 numbers, as a latent has: received [2].",
    );
    expect(() => traverseAxis(latents, 3, [1])).toThrow(
      "the index must be a whole number from 0 to 2",
    );
  });

  it("lie in the plane of two directions, the origin in the middle", async () => {
    const [origin, across, down] = [tensor([1, 1, 1]), tensor([1, 0, 0]), tensor([0, 2, 0])];
    const grid = latentGrid(origin, across, down, { rows: 3, columns: 5, reach: 1 });
    expect(grid.shape).toEqual([3, 5, 3]);
    expectClose(await numbers(grid.select(0, 1).select(0, 2)), [1, 1, 1]);
    expectClose(await numbers(grid.select(0, 2).select(0, 4)), [2, 3, 1]);
    const line = latentGrid(origin, across, down, { rows: 1, columns: 2, reach: 3 });
    expectClose(await numbers(line), [-2, 1, 1, 4, 1, 1]);
    expect(() => latentGrid(origin, zeros([2]), down)).toThrow("across must be a vector of 3");
    expect(() => latentGrid(origin, across, down, { rows: 0 })).toThrow("rows must be a whole");
  });
});

describe("directions", () => {
  // Latents of which number 0 makes the value, and number 1 merely goes along with it.
  const latents = (): Tensor => {
    const base = gaussian(2000, 4, 5);
    const mixing = tensor([
      [1, 0.8, 0, 0],
      [0, 0.6, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ]);
    return base.matmul(mixing);
  };
  const valuesOf = async (x: Tensor): Promise<number[]> =>
    (await numbers(x.select(1, 0))).map((value) => 2 * value + 7);

  it("by means follow what goes along, by least squares they do not", async () => {
    const x = latents();
    const values = await valuesOf(x);
    const means = await numbers(
      meanDifference(
        x,
        values.map((value) => value > 7),
      ),
    );
    // Twice the mean of a half normal.
    expectClose(means, [1.6, 1.28, 0, 0], 0.15);
    expectClose(await numbers(leastSquaresDirection(x, values)), [0.5, 0, 0, 0], 1e-4);
  });

  it("by means take attributes as they are, above 0 or not", async () => {
    const x = tensor([[1], [2], [9]]);
    expect(await numbers(meanDifference(x, [-0.5, 0, 0.25]))).toEqual([7.5]);
    expect(() => meanDifference(x, [true, true, true])).toThrow(
      "meanDifference: both groups must have latents: received 3 of 3",
    );
    expect(() => meanDifference(x, [true])).toThrow(
      "meanDifference: there must be as many labels as latents, 3: received 1.",
    );
    expect(() => leastSquaresDirection(x, [1, 1, 1])).toThrow("must be finite and not all alike");
    expect(() => leastSquaresDirection(x, [1, Number.NaN, 1])).toThrow("must be finite");
    expect(() => meanDifference(zeros([3]), [1, 0, 1])).toThrow("must be a matrix");
  });

  it("by least squares are the shortest where latents are fewer than their numbers", async () => {
    // Only number 0 and number 1 together vary.
    const x = tensor([
      [0, 0, 5],
      [1, 1, 5],
    ]);
    expectClose(await numbers(leastSquaresDirection(x, [0, 1])), [1, 1, 0]);
  });

  it("by principal components are ordered, of length 1 and at right angles", async () => {
    const x = gaussian(4000, 3, 9)
      .mul(tensor([1, 3, 0.5]))
      .add(tensor([5, 0, -5]));
    const { components, variances, mean } = principalComponents(x);
    expectClose(await numbers(mean), [5, 0, -5], 0.2);
    expectClose(await numbers(variances), [9, 1, 0.25], 0.5);
    const square = await numbers(components.matmul(components.matrixTranspose()));
    expectClose(square, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    const rows = await components.toArray<number[][]>();
    for (const row of rows)
      expect(row.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a))).toBeGreaterThan(0.9);
    expect(principalComponents(x, 2).components.shape).toEqual([2, 3]);
    expect(() => principalComponents(x, 4)).toThrow("the count must be a whole number from 1 to 3");
    expect(() => principalComponents(gaussian(1, 3, 1))).toThrow("the number of latents must be");
  });

  it("are orthogonal to others, alike ones too, and not changed twice", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), fc.integer({ min: 1, max: 4 }), async (seed, count) => {
        const [direction, some] = [gaussian(6, 6, seed).select(0, 0), gaussian(count, 6, seed + 1)];
        const others = some.tile([2, 1]);
        const left = orthogonalize(direction, others);
        expectClose(await numbers(others.matmul(left)), new Array(2 * count).fill(0), 1e-4);
        expectClose(await numbers(orthogonalize(left, others)), await numbers(left), 1e-4);
      }),
      { numRuns: 20 },
    );
    expectClose(await numbers(orthogonalize(tensor([1, 2]), tensor([0, 0]))), [1, 2]);
    expect(() => orthogonalize(tensor([1, 2]), tensor([1, 2, 3]))).toThrow(
      "orthogonalize: needs a direction [n] and others [n] or [k, n]: received [2] and [3].",
    );
  });
});

describe("arithmetic", () => {
  it("carries a difference over, of single latents or of groups", async () => {
    const [men, women] = [gaussian(5, 3, 1), gaussian(7, 3, 2)];
    const like = gaussian(2, 3, 3);
    const moved = analogy(men, women, like);
    const difference = await numbers(women.mean(0).sub(men.mean(0)));
    expectClose(await numbers(moved.sub(like)), [...difference, ...difference]);
    expect(() => analogy(men, zeros([2]), like)).toThrow("analogy: to must be a vector of 3");
  });

  it("truncates towards the mean", async () => {
    const [latents, mean] = [gaussian(4, 3, 1), tensor([1, 2, 3])];
    expectClose(await numbers(truncate(latents, mean, 1)), await numbers(latents));
    expectClose(await numbers(truncate(latents, mean, 0)), await numbers(mean.expand([4, 3])));
    expectClose(
      await numbers(truncate(latents, mean, -1)),
      await numbers(mean.mul(2).sub(latents)),
    );
    expect(() => truncate(latents, zeros([1]), 1)).toThrow("the mean must be a vector of 3");
  });
});

describe("nearestNeighbors", () => {
  it("are those of a full sort, whatever the batches", async () => {
    const [queries, data] = [
      uniform([7, 2, 2], { generator: new Generator(1) }),
      uniform([101, 2, 2], { generator: new Generator(2) }),
    ];
    const [q, d] = [
      await queries.flatten(1).toArray<number[][]>(),
      await data.flatten(1).toArray<number[][]>(),
    ];
    const expected = q.map((a) =>
      d
        .map((b, i) => [Math.hypot(...a.map((x, k) => x - b[k]!)), i] as const)
        .toSorted(([x], [y]) => x - y)
        .slice(0, 5),
    );
    for (const source of [data, data.split(10), data.chunk(2)]) {
      const { indices, distances } = await nearestNeighbors(queries, source, {
        neighbors: 5,
        batchSize: 33,
      });
      expect(indices).toEqual(expected.map((row) => row.map(([, i]) => i)));
      distances.forEach((row, i) =>
        expectClose(
          row,
          expected[i]!.map(([x]) => x),
          1e-12,
        ),
      );
    }
  });

  it("find a copy at distance 0, the first of several", async () => {
    const data = tensor([[5], [3], [3], [4]]);
    const { indices, distances } = await nearestNeighbors(tensor([[3]]), data, { neighbors: 3 });
    expect([indices, distances]).toEqual([[[1, 2, 3]], [[0, 0, 1]]]);
  });

  it("refuse too few data and pictures of another size", async () => {
    const queries = zeros([1, 4]);
    await expect(nearestNeighbors(queries, zeros([2, 4]), { neighbors: 3 })).rejects.toThrow(
      "neighbors must be a whole number from 1 to 2, the size of the data: received 3.",
    );
    await expect(nearestNeighbors(queries, zeros([2, 3]))).rejects.toThrow("received 4 and 3");
    await expect(nearestNeighbors(queries, [])).rejects.toThrow("from 1 to 0, the size");
    await expect(nearestNeighbors(queries, 3 as never)).rejects.toThrow("needs a tensor, batches");
  });
});
