import { reference } from "@dl/backend-reference";
import { configure, Generator, ones, tensor, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Linear, Module, Parameter, ReLU, Sequential } from "./index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

class Block extends Module {
  readonly first = new Linear(2, 3);
  readonly scales = [new Parameter(ones([3])), new Parameter(zeros([3]))];
  readonly layers = [new Linear(3, 3, { bias: false }), new ReLU()];
  readonly runningMean = zeros([3]);
  readonly #hidden = zeros([1]);
  readonly count = 3;

  forward(inputs: Tensor): Tensor {
    return this.first.forward(inputs).add(this.#hidden);
  }
}

describe("Module", () => {
  it("finds parameters, buffers and children in the order of its properties", () => {
    const block = new Block();
    expect([...block.namedParameters().keys()]).toEqual([
      "first.weight",
      "first.bias",
      "scales.0",
      "scales.1",
      "layers.0.weight",
    ]);
    expect([...block.namedBuffers().keys()]).toEqual(["runningMean"]);
    expect([...block.children().keys()]).toEqual(["first", "layers.0", "layers.1"]);
    expect(block.modules()).toEqual([block, block.first, ...block.layers]);
    expect([...block.stateDict().keys()]).toEqual([
      "first.weight",
      "first.bias",
      "scales.0",
      "scales.1",
      "layers.0.weight",
      "runningMean",
    ]);
  });

  it("gives a shared parameter once, and keeps both of its names in the state", () => {
    class Tied extends Module {
      readonly encoder = new Linear(2, 2, { bias: false });
      readonly decoder = this.encoder;
      forward(inputs: Tensor): Tensor {
        return this.decoder.forward(this.encoder.forward(inputs));
      }
    }
    const tied = new Tied();
    expect(tied.parameters()).toEqual([tied.encoder.weight]);
    expect([...tied.stateDict().keys()]).toEqual(["encoder.weight", "decoder.weight"]);
  });

  it("does not follow a child back to its parent", () => {
    class Child extends Module {
      readonly weight = new Parameter(ones([1]));
      parent: Module | undefined;
      forward(): void {}
    }
    class Parent extends Module {
      readonly child = new Child();
      forward(): void {}
    }
    const parent = new Parent();
    parent.child.parent = parent;
    expect([...parent.namedParameters().keys()]).toEqual(["child.weight"]);
    expect(parent.modules().length).toBe(2);
  });

  it("switches training, gradients and freezing for everything below", () => {
    const block = new Block();
    expect(
      block
        .eval()
        .modules()
        .some((module) => module.isTraining),
    ).toBe(false);
    expect(
      block
        .train()
        .modules()
        .every((module) => module.isTraining),
    ).toBe(true);
    block
      .forward(ones([1, 2]))
      .sum()
      .backward();
    expect(block.first.weight.grad).not.toBeNull();
    block.zeroGrad();
    expect(block.first.weight.grad).toBeNull();
    block.requireGrad(false);
    expect(block.forward(ones([1, 2])).requiresGrad).toBe(false);
    expect(block.namedBuffers().size).toBe(1);
    block.requireGrad();
    expect(block.forward(ones([1, 2])).requiresGrad).toBe(true);
  });

  it("moves to another backend, with the same parameter objects", async () => {
    const model = new Linear(2, 3);
    const before = [...(await model.weight.data())];
    const { weight } = model;
    const other = reference();
    await model.to(other);
    expect(model.weight).toBe(weight);
    expect(model.weight.backend).toBe(other);
    expect([...(await model.weight.data())]).toEqual(before);
    model
      .forward(ones([1, 2], { backend: other }))
      .sum()
      .backward();
    expect(weight.grad!.backend).toBe(other);
  });
});

describe("state dict", () => {
  it("goes round, and is not changed by later assignments", async () => {
    const model = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1));
    const state = model.stateDict();
    expect([...state.keys()]).toEqual(["0.weight", "0.bias", "2.weight", "2.bias"]);
    const saved = await Promise.all([...state.values()].map((x) => x.data()));
    const other = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1));
    expect(other.loadStateDict(state)).toEqual({ missing: [], unexpected: [] });
    const inputs = tensor([[0.5, -1]]);
    expect(await other.forward(inputs).data()).toEqual(await model.forward(inputs).data());
    for (const parameter of model.parameters()) parameter.assign(parameter.detach().mul(2));
    const after = await Promise.all([...state.values()].map((x) => x.data()));
    expect(after).toEqual(saved);
    expect(other.parameters().every((x) => x.requiresGrad && x.isLeaf)).toBe(true);
  });

  it("lists everything that does not fit, and changes nothing", async () => {
    const model = new Linear(2, 3);
    const before = await model.weight.data();
    const state = new Map([
      ["weight", zeros([3, 3])],
      ["gain", zeros([1])],
    ]);
    expect(() => model.loadStateDict(state)).toThrow(
      "loadStateDict: the state does not fit the module: missing bias; unexpected gain; weight must have shape [3, 2], got [3, 3]. Load it into a module made the same way, or pass { strict: false } to allow other names.",
    );
    expect(() => model.loadStateDict(state, { strict: false })).toThrow("weight must have shape");
    expect(await model.weight.data()).toEqual(before);
    state.set("weight", zeros([3, 2], { dtype: "int32" }));
    const report = model.loadStateDict(state, { strict: false });
    expect(report).toEqual({ missing: ["bias"], unexpected: ["gain"] });
    expect([...(await model.weight.data())]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe("Sequential", () => {
  it("runs its layers in order and gives them by position", async () => {
    const model = new Sequential(new Linear(2, 2), new ReLU());
    model.parameters()[0]!.assign(
      tensor([
        [1, 0],
        [0, 1],
      ]),
    );
    model.parameters()[1]!.assign(tensor([0, -5]));
    expect(await model.forward(tensor([[1, 2]])).toArray()).toEqual([[1, 0]]);
    expect(model.length).toBe(2);
    expect(model[1]).toBeInstanceOf(ReLU);
    expect([...model].length).toBe(2);
    expect([...model.children().keys()]).toEqual(["0", "1"]);
  });

  it("starts the same from the same seed", async () => {
    const make = (): Linear => new Linear(20, 30, { generator: new Generator(7) });
    expect(await make().weight.data()).toEqual(await make().weight.data());
  });
});
