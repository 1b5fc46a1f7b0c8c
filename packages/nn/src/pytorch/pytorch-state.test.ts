import { reference } from "@dl/backend-reference";
import { configure, ones, tensor, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  BatchNorm,
  Embedding,
  Linear,
  loadPytorchStateDict,
  LSTM,
  Module,
  ModuleDict,
  MultiHeadAttention,
  Parameter,
  pytorchNames,
  pytorchStateDict,
  Sequential,
  SpectralNorm,
  WeightNorm,
  type PytorchNaming,
} from "../index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

class Named extends Module {
  readonly tokenTable = new Embedding(4, 2);
  readonly blocks = [new Linear(2, 2), new Linear(2, 2)];
  readonly outputHead = new Linear(2, 4, { bias: false });

  static readonly pytorchNaming: PytorchNaming = {
    names: { tokenTable: "wte", "blocks.*": "h.*.mlp" },
  };

  forward(): void {}
}

class TiedWeights extends Module {
  readonly encoder = new Linear(2, 2, { bias: false });
  readonly decoder = this.encoder;

  forward(): void {}
}

const valuesOf = async (model: Module): Promise<number[][]> =>
  Promise.all([...model.stateDict().values()].map(async (x) => Array.from(await x.data())));

describe("pytorchNames", () => {
  it("is snake_case of properties, and what classes say", () => {
    expect([...pytorchNames(new Named()).values()]).toEqual([
      "wte.weight",
      "h.0.mlp.weight",
      "h.0.mlp.bias",
      "h.1.mlp.weight",
      "h.1.mlp.bias",
      "output_head.weight",
    ]);
  });

  it("leaves names that are no camelCase", () => {
    class Inception extends Module {
      readonly AuxLogits = new Linear(1, 1, { bias: false });
      readonly Conv2d_1a_3x3 = new Linear(1, 1, { bias: false });
      readonly conv2dBN = new Linear(1, 1, { bias: false });
      readonly heads = new ModuleDict({ myHead: new Linear(1, 1, { bias: false }) });
      forward(): void {}
    }
    expect([...pytorchNames(new Inception()).values()]).toEqual([
      "AuxLogits.weight",
      "Conv2d_1a_3x3.weight",
      "conv2d_bn.weight",
      "heads.myHead.weight",
    ]);
  });

  it("refuses names of nothing, and what is no naming", () => {
    const naming = (pytorchNaming: unknown): (() => unknown) => {
      class Head extends Module {
        readonly table = new Linear(1, 1);
        static readonly pytorchNaming = pytorchNaming;
        forward(): void {}
      }
      return () => pytorchNames(new Head());
    };
    expect(naming({ names: { tabel: "wte" } })).toThrow(
      "Head.pytorchNaming: there is no property tabel. Name what the module holds",
    );
    expect(naming({ table: "wte" })).toThrow("Head.pytorchNaming: there is no option table");
    expect(naming({ names: { table: 7 } })).toThrow("table must be a text or a list of texts");
    expect(naming({ names: { table: ["wte", "table"] } })()).toEqual(
      new Map([
        ["table.weight", "wte.weight"],
        ["table.bias", "wte.bias"],
      ]),
    );
  });

  it("refuses two tensors of one name", () => {
    class Twice extends Module {
      readonly outProj = new Parameter(ones([1]));
      readonly out_proj = new Parameter(ones([1]));
      forward(): void {}
    }
    expect(() => pytorchNames(new Twice())).toThrow(
      "outProj and out_proj would both be out_proj in PyTorch",
    );
  });
});

describe("loadPytorchStateDict", () => {
  const make = (): Module =>
    new Sequential(
      new SpectralNorm(new Linear(2, 3)),
      new WeightNorm(new Linear(3, 3)),
      new BatchNorm(3),
    );

  it("takes PyTorch's names, ours, and those of parametrizations", async () => {
    const model = make();
    const renamed = new Map<string, Tensor>();
    const spellings: Record<string, string> = {
      "0.weight_orig": "0.parametrizations.weight.original",
      "0.weight_u": "0.parametrizations.weight.0._u",
      "0.weight_v": "0.parametrizations.weight.0._v",
      "1.weight_g": "1.parametrizations.weight.original0",
      "1.weight_v": "1.parametrizations.weight.original1",
    };
    for (const [name, x] of pytorchStateDict(model)) renamed.set(spellings[name] ?? name, x);
    for (const state of [pytorchStateDict(model), model.stateDict(), renamed]) {
      const other = make();
      expect(await loadPytorchStateDict(other, state)).toEqual({ missing: [], unexpected: [] });
      expect(await valuesOf(other)).toEqual(await valuesOf(model));
    }
  });

  it("reads properties whose names are PyTorch's in camelCase, or camelCase there too", async () => {
    class Block extends Module {
      readonly selfAttn = new MultiHeadAttention(2, 1);
      readonly netG = new LSTM(2, 2);
      forward(): void {}
    }
    const block = new Block();
    const state = pytorchStateDict(block);
    for (const [name, x] of state) {
      if (!name.startsWith("net_g.")) continue;
      state.delete(name);
      state.set(name.replace("net_g", "netG"), x);
    }
    const other = new Block();
    await loadPytorchStateDict(other, state);
    expect(await valuesOf(other)).toEqual(await valuesOf(block));
  });

  it("lists everything that does not fit, and changes nothing", async () => {
    const model = new BatchNorm(3);
    const before = await valuesOf(model);
    const state = pytorchStateDict(model);
    state.delete("bias");
    state.set("weight", zeros([2]));
    state.set("running_mean", tensor([7, 7, 7]));
    state.set("gain", zeros([1]));
    state.set("num_batches_tracked", zeros([3]));
    await expect(loadPytorchStateDict(model, state)).rejects.toThrow(
      "loadPytorchStateDict: the state does not fit the model: missing bias; unexpected gain; weight must have shape [3], got [2]; num_batches_tracked must be a scalar, got [3]. Load it into",
    );
    expect(await valuesOf(model)).toEqual(before);
    state.set("weight", zeros([3]));
    state.delete("num_batches_tracked");
    expect(await loadPytorchStateDict(model, state, { strict: false })).toEqual({
      missing: ["bias"],
      unexpected: ["gain"],
    });
    expect((await valuesOf(model))[2]).toEqual([7, 7, 7]);
  });

  it("says what DataParallel has put before every name", async () => {
    const state = new Map([...pytorchStateDict(make())].map(([name, x]) => [`module.${name}`, x]));
    await expect(loadPytorchStateDict(make(), state)).rejects.toThrow(
      "Every name begins with module. (as DataParallel's do): leave that out of the names, in",
    );
  });

  it("takes one name of a tied weight, and refuses two that differ", async () => {
    const weight = tensor([
      [1, 2],
      [3, 4],
    ]);
    const model = new TiedWeights();
    for (const name of ["encoder.weight", "decoder.weight"]) {
      await loadPytorchStateDict(model, new Map([[name, weight.add(name.length)]]));
      expect([...(await model.encoder.weight.data())][0]).toBe(1 + name.length);
    }
    const twice = (other: Tensor): Map<string, Tensor> =>
      new Map([
        ["encoder.weight", weight],
        ["decoder.weight", other],
      ]);
    await loadPytorchStateDict(model, twice(weight.clone()));
    expect(model.decoder.weight).toBe(model.encoder.weight);
    await expect(loadPytorchStateDict(model, twice(weight.neg()))).rejects.toThrow(
      "encoder.weight and decoder.weight are one tied weight in the model, but have different values",
    );
    expect([...(await model.encoder.weight.data())]).toEqual([1, 2, 3, 4]);
    await expect(loadPytorchStateDict(model, new Map())).rejects.toThrow("missing encoder.weight.");
  });
});
