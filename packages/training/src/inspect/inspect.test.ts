import { cpu } from "@dl/backend-cpu";
import { SGD } from "@dl/optim";
import { configure, Generator, normal, ones, tensor, zeros } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  constantInitializer,
  heNormal,
  Linear,
  meanSquaredError,
  normalInitializer,
  ReLU,
  RNN,
  Sequential,
  Sigmoid,
  Tanh,
  type Layer,
} from "@dl/nn";
import {
  deadUnits,
  fit,
  histograms,
  moments,
  recordActivations,
  saturationShares,
  updateRatios,
  watchDeadUnits,
  type DeadUnits,
} from "../index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

describe("histograms", () => {
  it("agree with a plain loop", async () => {
    const x = normal([50, 40], { generator: new Generator(1) });
    const numbers = Array.from(await x.data());
    const bins = 16;
    const found = (await histograms(new Map([["x", x]]), { bins })).get("x")!;
    const [min, max] = [Math.min(...numbers), Math.max(...numbers)];
    const counts = new Array<number>(bins).fill(0);
    for (const value of numbers)
      counts[Math.min(bins - 1, Math.floor(((value - min) / (max - min)) * bins))]!++;
    const mean = numbers.reduce((sum, value) => sum + value, 0) / 2000;
    const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2000;
    expect([found.min, found.max]).toEqual([min, max]);
    expect(found.mean).toBeCloseTo(mean, 5);
    expect(found.variance).toBeCloseTo(variance, 4);
    // Float32 may put a number that lies on an edge to the other side.
    const moved = counts.reduce((sum, count, bin) => sum + Math.abs(count - found.counts[bin]!), 0);
    expect(moved).toBeLessThanOrEqual(4);
    expect(found.counts.reduce((sum, count) => sum + count)).toBe(2000);
  });

  it("several at once, of other sizes; constants, NaN, infinities, nothing finite, nothing", async () => {
    const found = await histograms(
      new Map([
        ["same", tensor([2, 2, 2])],
        ["odd", tensor([NaN, 1, Infinity, 3, -Infinity])],
        ["bad", tensor([NaN])],
        ["whole", tensor([1, 2, 3, 4], { dtype: "int32" })],
        ["empty", zeros([0])],
      ]),
      { bins: 2 },
    );
    expect(found.get("same")).toMatchObject({ min: 2, max: 2, variance: 0, counts: [3, 0] });
    expect(found.get("odd")).toMatchObject({
      min: 1,
      max: 3,
      mean: 2,
      nonFinite: 3,
      counts: [1, 1],
    });
    expect(found.get("bad")).toMatchObject({ min: 0, max: 0, nonFinite: 1, counts: [0, 0] });
    expect(found.get("whole")!.counts).toEqual([2, 2]);
    expect(found.has("empty")).toBe(false);
  });
});

describe("activations", () => {
  it("of every layer by path, named outputs too", () => {
    const model = new Sequential(new Linear(3, 4), new Sequential(new ReLU(), new Linear(4, 2)));
    const { activations } = recordActivations(model, () => model.forward(ones([5, 3])));
    expect([...activations].map(([path, x]) => [path, x.shape])).toEqual([
      ["0", [5, 4]],
      ["1.0", [5, 4]],
      ["1.1", [5, 2]],
    ]);
    const recurrent = new RNN(3, 4);
    const names = recordActivations(recurrent, () => recurrent.forward(ones([2, 6, 3])));
    expect([...names.activations].map(([path, x]) => [path, x.shape])).toEqual([
      ["outputs", [2, 6, 4]],
      ["states.0", [2, 4]],
    ]);
  });

  it("variance through 50 layers: kept by He, lost by small weights", async () => {
    const generator = new Generator(4);
    const deep = (init: typeof heNormal): Sequential =>
      new Sequential(
        ...Array.from({ length: 50 }, (): Layer[] => [
          new Linear(128, 128, { init, generator, bias: false }),
          new ReLU(),
        ]).flat(),
      );
    const inputs = normal([64, 128], { generator });
    const varianceAt = async (model: Sequential, path: string): Promise<number> => {
      const { activations } = recordActivations(model, () => model.forward(inputs));
      return (await moments(activations)).get(path)!.variance;
    };
    const good = deep(heNormal);
    const ratio = (await varianceAt(good, "98")) / (await varianceAt(good, "0"));
    expect(ratio).toBeGreaterThan(0.1);
    expect(ratio).toBeLessThan(10);
    expect(await varianceAt(deep(normalInitializer({ std: 0.01 })), "98")).toBeLessThan(1e-20);
  });

  it("saturation: all of a sigmoid far out, none near 0, half of a ReLU", async () => {
    const model = new Sequential(new Sigmoid(), new Tanh(), new ReLU(), new Linear(4, 4));
    const shares = await saturationShares(model, () => {
      model[0]!.forward(ones([2, 4]).mul(50));
      model[1]!.forward(tensor([[0, 0.5, 50, -50]]));
      model[2]!.forward(tensor([[-1, 1, 2, -3]]));
      model[3]!.forward(ones([1, 4]));
    });
    expect([...shares]).toEqual([
      ["0", 1],
      ["1", 0.5],
      ["2", 0.5],
    ]);
  });
});

describe("dead units", () => {
  /** Unit 1 of the first layer gets −100 before its ReLU: no input turns it on. */
  function modelWithDeadUnit(): Sequential {
    const generator = new Generator(6);
    const model = new Sequential(
      new Linear(3, 4, { generator }),
      new ReLU(),
      new Linear(4, 2, { generator, init: constantInitializer(0.5) }),
    );
    const hidden = model[0] as Linear;
    hidden.bias!.assign(tensor([5, -100, 5, 5]));
    return model;
  }

  it("are those without gradient for every instance over the window", async () => {
    const model = modelWithDeadUnit();
    const inputs = normal([16, 3], { generator: new Generator(7) });
    const watch = watchDeadUnits(model, { window: 3 });
    const pass = (): void => meanSquaredError(model.forward(inputs), zeros([16, 2])).backward();
    pass();
    pass();
    expect((await watch.report()).get("0")!.dead).toEqual([]);
    pass();
    expect((await watch.report()).get("0")).toEqual({ units: 4, dead: [1] });
    expect((await watch.report()).get("2")!.dead).toEqual([]);
    // One instance with a gradient, and the unit lives again.
    (model[0] as Linear).bias!.assign(ones([4]).mul(5));
    pass();
    expect((await watch.report()).get("0")!.dead).toEqual([]);
    watch.stop();
  });

  it("are told after every epoch, and the watching ends with the training", async () => {
    const model = modelWithDeadUnit();
    const told: (readonly number[])[] = [];
    const listener = (report: ReadonlyMap<string, DeadUnits>): void =>
      void told.push(report.get("0")!.dead);
    const batch = {
      inputs: normal([16, 3], { generator: new Generator(7) }),
      targets: zeros([16, 2]),
    };
    await fit(model, {
      loss: meanSquaredError,
      optimizer: new SGD(model.parameters(), { learningRate: 1e-4 }),
      data: [batch, batch],
      epochs: 2,
      callbacks: [deadUnits(listener, { window: 4 })],
    });
    expect(told).toEqual([[], [1]]);
    const outputs = model.forward(batch.inputs);
    expect(() => outputs.sum().backward()).not.toThrow();
  });
});

describe("update ratios", () => {
  it("are step length beside weight length", async () => {
    const model = new Sequential(new Linear(1, 1, { init: constantInitializer(2) }));
    const found: ReadonlyMap<string, number>[] = [];
    const start = (model[0] as Linear).bias!;
    start.assign(zeros([1]));
    await fit(model, {
      loss: (outputs) => outputs.sum(),
      optimizer: new SGD(model.parameters(), { learningRate: 0.1 }),
      data: [{ inputs: tensor([[3]]), targets: zeros([1]) }],
      epochs: 2,
      callbacks: [updateRatios((ratios) => found.push(ratios), { every: 1 })],
    });
    expect(found[0]!.get("0.weight")).toBeCloseTo(0.3 / 2, 6);
    expect(found[0]!.has("0.bias")).toBe(false); // it was 0
    expect(found[1]!.get("0.bias")).toBeCloseTo(1, 6);
  });
});
