import { cpu } from "@dl/backend-cpu";
import { SGD } from "@dl/optim";
import { configure, Generator, memory, normal, ones, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  BatchNorm,
  constantInitializer,
  crossEntropy,
  Dropout,
  heNormal,
  initialize,
  LayerNorm,
  Linear,
  LSTM,
  Module,
  ModuleDict,
  ModuleList,
  MultiHeadAttention,
  normalInitializer,
  ReLU,
  Sequential,
  SpectralNorm,
  WeightNorm,
} from "./index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const generator = new Generator(1);
const numbers = async (model: Module): Promise<unknown> =>
  Promise.all([...model.stateDict()].map(async ([name, x]) => [name, await x.toArray()]));

class Everything extends Module {
  readonly body = new Sequential(new Linear(4, 4), new BatchNorm(4), new ReLU(), new Dropout(0.5));
  readonly list = new ModuleList([new Linear(4, 4), new LayerNorm([4])]);
  readonly dict = new ModuleDict({
    a: new SpectralNorm(new Linear(4, 4)),
    b: new WeightNorm(new Linear(4, 4)),
  });
  readonly memory = new LSTM(4, 4);
  readonly attention = new MultiHeadAttention(4, 2);
  readonly tied = this.list[0];
  readonly parts = { first: this.body, also: [this.list] };

  forward(inputs: Tensor): Tensor {
    const x = this.dict.get("b").forward(this.dict.get("a").forward(this.body.forward(inputs)));
    const { outputs } = this.memory.forward(x.unsqueeze(1));
    const mixed = this.attention.forward(outputs, outputs, outputs).outputs.squeeze(1);
    return this.list[1]!.forward(this.tied!.forward(mixed));
  }
}

describe("clone", () => {
  it("is a model of its own with the same weights, buffers, modes and ties", async () => {
    const model = new Everything();
    model.body[1]!.eval();
    const copy = model.clone();
    expect(copy).toBeInstanceOf(Everything);
    expect([...copy.namedParameters().keys()]).toEqual([...model.namedParameters().keys()]);
    expect(await numbers(copy)).toEqual(await numbers(model));
    expect(copy.modules().map(({ isTraining }) => isTraining)).toEqual(
      model.modules().map(({ isTraining }) => isTraining),
    );
    expect(copy.tied).toBe(copy.list[0]);
    expect(copy.parts.first).toBe(copy.body);
    const shared = new Set<unknown>([...model.modules(), ...model.stateDict().values()]);
    expect([...copy.modules(), ...copy.parameters()].some((part) => shared.has(part))).toBe(false);
  });

  it.each(["original", "copy"])("goes its own way when the %s is trained", async (which) => {
    const model = new Everything();
    const copy = model.clone();
    const [trained, other] = which === "copy" ? [copy, model] : [model, copy];
    const before = await numbers(other);
    const optimizer = new SGD(trained.parameters(), { learningRate: 0.1 });
    trained
      .forward(normal([8, 4], { generator }))
      .square()
      .sum()
      .backward();
    optimizer.step();
    expect(await numbers(other)).toEqual(before);
    expect(await numbers(trained)).not.toEqual(before);
    expect(other.parameters().every(({ grad }) => grad === null)).toBe(true);
  });

  it("gives the same outputs, and keeps what does not require a gradient so", async () => {
    const model = new Sequential(new Linear(4, 3, { generator }), new BatchNorm(3)).eval();
    model[0]!.requireGrad(false);
    const copy = model.clone();
    const inputs = normal([5, 4], { generator });
    expect(await copy.forward(inputs).toArray()).toEqual(await model.forward(inputs).toArray());
    expect(copy.parameters().map(({ requiresGrad }) => requiresGrad)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it("shares elements until one of them changes", () => {
    const model = new Linear(100, 100);
    const before = memory().bytes;
    const copy = model.clone();
    expect(memory().bytes).toBe(before);
    copy.weight.assign(ones([100, 100]));
    expect(memory().bytes).toBeGreaterThan(before);
  });

  it("refuses what it cannot copy", () => {
    class Secret extends Module {
      #factor = 2;
      forward(x: Tensor): Tensor {
        return x.mul(this.#factor);
      }
    }
    class Bound extends Module {
      factor = 2;
      scale = (x: Tensor): Tensor => x.mul(this.factor);
      forward(x: Tensor): Tensor {
        return this.scale(x);
      }
    }
    expect(() => new Sequential(new Secret()).clone()).toThrow(
      "clone: a module of class Secret has private #fields",
    );
    expect(() => new Bound().clone()).toThrow(
      "clone: scale of a module of class Bound is a function that speaks of this",
    );
  });
});

describe("initialize", () => {
  const model = (): Sequential =>
    new Sequential(new Linear(64, 64), new BatchNorm(64), new ReLU(), new Linear(64, 8));

  it("gives weights and biases their values, where the filter lets it", async () => {
    const network = model();
    const changed = initialize(network, {
      weight: normalInitializer({ mean: 1, std: 0.02 }),
      bias: constantInitializer(0.5),
      filter: (_path, _parameter, module) => module instanceof Linear,
      generator: new Generator(3),
    });
    expect(changed).toEqual(["0.weight", "0.bias", "3.weight", "3.bias"]);
    const state = network.stateDict();
    expect(await state.get("0.weight")!.mean().item()).toBeCloseTo(1, 2);
    expect(await state.get("0.weight")!.std().item()).toBeCloseTo(0.02, 2);
    expect(await state.get("3.bias")!.toArray()).toEqual(new Array(8).fill(0.5));
    expect(await state.get("1.weight")!.toArray()).toEqual(new Array(64).fill(1));
    expect(network.parameters().every((parameter) => parameter.requiresGrad)).toBe(true);
  });

  it("names the parameter that an initialiser cannot do, and refuses to do nothing", () => {
    expect(() => initialize(model(), { weight: heNormal })).toThrow(
      "1.weight: heNormal: needs a weight",
    );
    expect(() => initialize(new Sequential(new ReLU()), { weight: heNormal })).toThrow(
      "initialize: no parameter got a value: there are none.",
    );
    expect(() => initialize(model(), {})).toThrow("initialize: no parameter got a value");
  });

  it("does not disturb training", async () => {
    const network = model();
    const optimizer = new SGD(network.parameters(), { learningRate: 0.1 });
    initialize(network, { bias: constantInitializer(1) });
    const targets = ones([4], { dtype: "int32" });
    crossEntropy(network.forward(normal([4, 64], { generator })), targets).backward();
    optimizer.step();
    expect(await network.stateDict().get("3.bias")!.toArray()).not.toEqual(new Array(8).fill(1));
  });
});
