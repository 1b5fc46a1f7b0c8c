import { reference } from "@dl/backend-reference";
import { configure, ones, tensor, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  BatchNorm,
  Embedding,
  Linear,
  LSTM,
  Module,
  ModuleDict,
  ModuleList,
  observeForward,
  ReLU,
  Sequential,
  summary,
} from "./index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

class Deep extends Module {
  readonly layers = new ModuleList([new Linear(4, 4)]).push(new Linear(4, 4));
  forward(inputs: Tensor): Tensor {
    let x = inputs;
    for (const layer of this.layers) x = x.add(layer.forward(x));
    return x;
  }
}

describe("ModuleList", () => {
  it("holds modules in order, named by position", () => {
    const { layers } = new Deep();
    expect(layers.length).toBe(2);
    expect([...layers]).toEqual([layers[0], layers[1]]);
    expect([...new Deep().namedParameters().keys()]).toEqual([
      "layers.0.weight",
      "layers.0.bias",
      "layers.1.weight",
      "layers.1.bias",
    ]);
    expect(new ModuleList().length).toBe(0);
  });

  it("has no forward", () => {
    expect(() => new ModuleList([new ReLU()]).forward()).toThrow(
      "moduleList: a list has no forward of its own. Call its modules, or use Sequential.",
    );
  });
});

describe("ModuleDict", () => {
  it("holds modules by name", () => {
    const heads = new ModuleDict({ digit: new Linear(2, 10), parity: new Linear(2, 2) });
    expect(heads.size).toBe(2);
    expect(heads.has("digit")).toBe(true);
    expect(heads.has("other")).toBe(false);
    expect([...heads].map(([name]) => name)).toEqual(["digit", "parity"]);
    expect(heads.get("parity").forward(zeros([3, 2])).shape).toEqual([3, 2]);
    expect([...heads.namedParameters().keys()][2]).toBe("parity.weight");
  });

  it("says what does not fit", () => {
    const heads = new ModuleDict<string>({ digit: new ReLU() });
    expect(() => heads.get("parity")).toThrow(
      'moduleDict: there is no module "parity": it has digit.',
    );
    for (const name of ["", "a.b", "forward", "constructor", "__proto__"])
      expect(() => new ModuleDict(JSON.parse(`{"${name}": 0}`) as never)).toThrow(
        `moduleDict: a name must not be empty, have a dot, or be a property of modules: received "${name}". Choose another.`,
      );
    expect(() => heads.forward()).toThrow("moduleDict: a dictionary has no forward of its own");
  });
});

describe("an error inside a model", () => {
  const wrong = "linear: weight expects inputs of size 5, got 4: inputs [2, 4], weight [3, 5]";

  it("names the layer's path, and stays as it is without one", () => {
    expect(() => new Linear(5, 3).forward(zeros([2, 4]))).toThrow(new RegExp(`^${escape(wrong)}`));
    const inner = new Sequential(new Linear(4, 4), new Sequential(new ReLU(), new Linear(5, 3)));
    expect(() => inner.forward(zeros([2, 4]))).toThrow(new RegExp(`^1\\.1: ${escape(wrong)}`));
    class Model extends Module {
      readonly features = inner;
      forward(inputs: Tensor): Tensor {
        return this.features.forward(inputs);
      }
    }
    let caught: unknown;
    try {
      new Model().forward(zeros([2, 4]));
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ name: "ShapeError", op: "linear" });
    expect((caught as Error).message).toMatch(new RegExp(`^features\\.1\\.1: ${escape(wrong)}`));
    expect((caught as Error).stack).toContain("features.1.1: linear: weight");
  });

  it("names the path through lists", () => {
    const deep = new Deep();
    deep.layers.push(new Linear(5, 3));
    expect(() => deep.forward(zeros([2, 4]))).toThrow(/^layers\.2: linear: weight expects/);
  });
});

describe("observeForward", () => {
  it("is told of every call, children first, until stopped", () => {
    const model = new Sequential(new Linear(2, 3), new ReLU());
    const told: unknown[] = [];
    const stop = observeForward((module, [inputs], outputs) => {
      told.push([module, (inputs as Tensor).shape, (outputs as Tensor).shape]);
    });
    model.forward(ones([1, 2]));
    stop();
    model.forward(ones([1, 2]));
    expect(told).toEqual([
      [model[0], [1, 2], [1, 3]],
      [model[1], [1, 3], [1, 3]],
      [model, [1, 2], [1, 3]],
    ]);
  });
});

describe("summary", () => {
  it("lists layers, shapes, parameters and bytes", () => {
    const model = new Sequential(
      new Sequential(new Linear(784, 128), new BatchNorm(128)),
      new ReLU(),
      new Linear(128, 10),
    );
    expect(summary(model, [1, 784])).toBe(
      [
        "layer  class      output shape  parameters    bytes",
        "0.0    Linear     [1, 128]         100,480  401,920",
        "0.1    BatchNorm  [1, 128]             256    1,024",
        "1      ReLU       [1, 128]               0        0",
        "2      Linear     [1, 10]            1,290    5,160",
        "total                              102,026  408,104",
        "buffers: 256 numbers, 1,024 bytes, saved but not trained",
      ].join("\n"),
    );
  });

  it("changes neither mode nor running statistics", async () => {
    const norm = new BatchNorm(2);
    const model = new Sequential(norm);
    summary(model, ones([1, 2]));
    expect(norm.isTraining).toBe(true);
    expect(await norm.runningMean!.toArray()).toEqual([0, 0]);
  });

  it("shows shared, uncalled and many-valued layers", () => {
    class Odd extends Module {
      readonly words = new Embedding(5, 4);
      readonly rnn = new LSTM(4, 3);
      readonly again = this.words;
      readonly unused = new ReLU();
      forward(inputs: Tensor): Tensor {
        return this.rnn.forward(this.again.forward(inputs)).outputs;
      }
    }
    const text = summary(new Odd(), tensor([[1, 2]], { dtype: "int32" }));
    expect(text).toMatch(/words +Embedding +\[1, 2, 4\] +20 +80/);
    expect(text).toMatch(/unused +ReLU +not called/);
    expect(text).toMatch(/total +128 +512$/);
    expect(() => summary(new Sequential(new Linear(3, 2)), [1, 4])).toThrow(/^0: linear: /);
  });
});

function escape(text: string): string {
  return text.replace(/[[\]]/g, String.raw`\$&`);
}
