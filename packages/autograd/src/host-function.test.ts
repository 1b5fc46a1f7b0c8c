import { reference } from "@dl/backend-reference";
import { configure, hostFunction, tensor, type HostFunction, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  checkpoint,
  detectAnomaly,
  grad,
  gradcheck,
  gradgradcheck,
  graphOf,
  vmap,
} from "./index.ts";

beforeAll(() => void configure({ backend: reference() }));

/** x³ y of each pair. */
const cubeTimes: HostFunction = {
  name: "cubeTimes",
  isStackable: true,
  compute([x, y], result) {
    for (let i = 0; i < result.length; i++) result[i] = x![i]! ** 3 * y![i]!;
  },
};
const differentiable = (x: Tensor, y: Tensor): Tensor =>
  hostFunction(cubeTimes, [x, y], {
    shape: x.shape,
    dtype: x.dtype,
    gradient: (dy, [a, b]) => [dy.mul(a!.square()).mul(b!).mul(3), dy.mul(a!.mul(a!).mul(a!))],
  });
const constant = (x: Tensor, y: Tensor): Tensor =>
  hostFunction(cubeTimes, [x, y], { shape: x.shape, dtype: x.dtype });

/** Largest of all: it mixes what stands beside each other, so samples must be kept apart. */
const largest: HostFunction = {
  name: "largest",
  compute([x], result) {
    result[0] = x!.reduce((most, element) => Math.max(most, element));
  },
};

const float64 = (values: number[]): Tensor => tensor(values, { dtype: "float64" });

describe("a host function", () => {
  it("with a gradient has derivatives of both orders", async () => {
    const inputs = [float64([0.5, -1.5]), float64([2, 0.25])];
    await gradcheck(differentiable, inputs);
    await gradgradcheck(differentiable, inputs);
  });

  it("without one is a constant", async () => {
    const x = tensor([1, 2]).requireGrad();
    const y = constant(x, x);
    expect(y.requiresGrad).toBe(false);
    y.mul(x).sum().backward();
    expect(await x.grad!.toArray()).toEqual([1, 16]);
  });

  it.each([
    ["at once", (x: Tensor, y: Tensor) => differentiable(x, y)],
    ["at once, constant", (x: Tensor, y: Tensor) => constant(x, y).mul(y)],
    [
      "one after the other",
      (x: Tensor, y: Tensor) =>
        hostFunction(largest, [x.mul(y)], { shape: [], dtype: "float32" }).mul(x),
    ],
  ])("is mapped over samples, %s", async (_how, f) => {
    const x = tensor([
      [1, 2],
      [3, 4],
      [-1, 0.5],
    ]);
    const y = tensor([2, -1]);
    const all = (run: (g: (x: Tensor) => Tensor) => Tensor[]): Promise<unknown[]> =>
      Promise.all(
        [...run((sample) => f(sample, y)), ...run(grad((sample) => f(sample, y).sum()))].map((z) =>
          z.toArray(),
        ),
      );
    const loop = await all((g) => [0, 1, 2].map((i) => g(x.select(0, i))));
    const mapped = await all((g) => {
      const z = vmap(g)(x);
      return [0, 1, 2].map((i) => z.select(0, i));
    });
    expect(mapped).toEqual(loop);
  });

  it("is done again by a checkpoint", async () => {
    const gradientOf = async (f: typeof differentiable): Promise<unknown> => {
      const x = tensor([1, 2]).requireGrad();
      f(x, x).sum().backward();
      return x.grad!.toArray();
    };
    expect(await gradientOf((x, y) => checkpoint(differentiable, x, y))).toEqual(
      await gradientOf(differentiable),
    );
  });

  it("has its name in graphs and in errors about NaN", async () => {
    const x = tensor([Infinity]).requireGrad();
    const y = differentiable(x, x.mul(0));
    expect(graphOf(y).nodes.map(({ op }) => op)).toEqual(["leaf", "mul", "cubeTimes"]);
    await expect(detectAnomaly(() => constant(tensor([1]), tensor([NaN])))).rejects.toThrow(
      "cubeTimes made a NaN",
    );
  });
});
