import { reference } from "@dl/backend-reference";
import { configure, Generator, normal, ones, tensor, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  AlphaDropout,
  Bilinear,
  CELU,
  Embedding,
  GLU,
  GRU,
  Hardshrink,
  Hardtanh,
  LSTM,
  LSTMCell,
  MultiHeadAttention,
  PReLU,
  RNNCell,
  SpatialDropout,
} from "./index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const random = (): { dtype: "float64"; generator: Generator } => ({
  dtype: "float64",
  generator: new Generator(1),
});

async function expectEqual(a: Tensor, b: Tensor): Promise<void> {
  expect(a.shape).toEqual(b.shape);
  const expected = await b.data();
  (await a.data()).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 10));
}

describe("recurrent layers", () => {
  it("continue from the states they gave", async () => {
    const lstm = new LSTM(3, 4, { layerCount: 2, ...random() });
    const x = normal([2, 6, 3], random());
    const whole = lstm.forward(x);
    const first = lstm.forward(x.narrow(1, 0, 2));
    const second = lstm.forward(x.narrow(1, 2, 4), first.states);
    await expectEqual(second.outputs, whole.outputs.narrow(1, 2, 4));
    await expectEqual(second.states[1]!.cell, whole.states[1]!.cell);
  });

  it("are their cells, step by step", async () => {
    const lstm = new LSTM(3, 4, random());
    const cell = new LSTMCell(3, 4, random());
    cell.loadStateDict(
      new Map([...lstm.stateDict()].map(([name, x]) => [name.replace("layers.0.", ""), x])),
    );
    const x = normal([2, 2, 3], random());
    const state = cell.forward(x.select(1, 1), cell.forward(x.select(1, 0)));
    await expectEqual(state.hidden, lstm.forward(x).states[0]!.hidden);
  });

  it("drop between layers in training only", async () => {
    const gru = new GRU(2, 2, { layerCount: 2, dropout: 1, ...random() });
    const [a, b] = [normal([1, 3, 2], random()), zeros([1, 3, 2], { dtype: "float64" })];
    await expectEqual(gru.forward(a).outputs, gru.forward(b).outputs);
    gru.eval();
    expect(await gru.forward(a).outputs.data()).not.toEqual(await gru.forward(b).outputs.data());
  });

  it("say what does not fit", () => {
    expect(() => new LSTM(3, 4).forward(zeros([2, 3]))).toThrow(
      "lstm: expects [batch, length, size] with at least one step: received [2, 3].",
    );
    expect(() => new GRU(3, 4).forward(zeros([2, 5, 2]))).toThrow(
      "gruCell: expects inputs of size 3: received [2, 5, 2] (layout [batch, ..., size]).",
    );
    expect(() => new GRU(3, 4).forward(zeros([2, 5, 3]), [])).toThrow(
      "gru: needs one state per layer and direction: received 0, expected 1.",
    );
    expect(() => new RNNCell(0, 4)).toThrow(
      "rnnCell: inputSize must be a whole number of at least 1: received 0.",
    );
  });
});

describe("MultiHeadAttention", () => {
  it("gives the same from one tensor as from three", async () => {
    const attention = new MultiHeadAttention(4, 2, random());
    const x = normal([2, 3, 4], random());
    const one = attention.forward(x);
    const three = attention.forward(x, x.clone(), x.clone());
    await expectEqual(one.outputs, three.outputs);
    await expectEqual(one.weights, three.weights);
    await expectEqual(one.weights.sum(-1), ones([2, 3], { dtype: "float64" }));
  });

  it("takes one mask per head", async () => {
    const attention = new MultiHeadAttention(4, 2, random());
    const x = normal([2, 3, 4], random());
    const later = ones([3, 3]).triu(1).cast("bool");
    const perHead = later.expand([4, 3, 3]);
    const masked = attention.forward(x, x, x, { attentionMask: later });
    await expectEqual(
      attention.forward(x, x, x, { attentionMask: perHead }).outputs,
      masked.outputs,
    );
    expect(await masked.weights.triu(1).sum().item()).toBe(0);
  });

  it("says what does not fit", () => {
    const attention = new MultiHeadAttention(4, 2);
    const x = zeros([2, 3, 4]);
    expect(() => new MultiHeadAttention(4, 3)).toThrow(
      "multiHeadAttention: features must be a multiple of heads: received 4 features, 3 heads.",
    );
    expect(() => attention.forward(x, zeros([1, 3, 4]))).toThrow(
      "multiHeadAttention: expects query [batch, queries, 4], key and value [batch, keys, 4]: received [2, 3, 4], [1, 3, 4], [1, 3, 4].",
    );
    expect(() => attention.forward(x, x, x, { attentionMask: zeros([2, 3]) })).toThrow(
      "multiHeadAttention: attentionMask must be [3, 3] or [4, 3, 3], got [2, 3].",
    );
    expect(() => attention.forward(x, x, x, { keyPaddingMask: zeros([3, 2]) })).toThrow(
      "multiHeadAttention: keyPaddingMask must be [2, 3], got [3, 2].",
    );
  });
});

describe("Embedding and Bilinear", () => {
  it("start the padding row at 0", async () => {
    const rows = await new Embedding(3, 2, { paddingIndex: 1 }).weight.toArray<number[][]>();
    expect(rows[1]).toEqual([0, 0]);
    expect(rows[0]![0]).not.toBe(0);
  });

  it("say what does not fit", () => {
    expect(() => new Embedding(3, 2, { paddingIndex: 3 })).toThrow(
      "embedding: paddingIndex must be a whole number below 3: received 3.",
    );
    expect(() => new Embedding(3, 2).forward(zeros([2]))).toThrow(
      'embedding: inputs must be numbers of rows (int32), got float32. Convert with inputs.cast("int32").',
    );
    expect(() => new Bilinear(2, 3, 1).forward(zeros([4, 2]), zeros([5, 3]))).toThrow(
      "bilinear: expects inputs [..., 2] and [..., 3] that agree before the last axis: received [4, 2] and [5, 3].",
    );
    expect(new Bilinear(2, 3, 4).forward(zeros([5, 6, 2]), zeros([5, 6, 3])).shape).toEqual([
      5, 6, 4,
    ]);
  });
});

describe("dropout of channels and for SELU", () => {
  it("drops whole channels", async () => {
    const layer = new SpatialDropout(0.5, { generator: new Generator(0) });
    const channels = await layer
      .forward(ones([100, 20, 3, 3]))
      .sum([2, 3])
      .data();
    expect(new Set(channels)).toEqual(new Set([0, 18]));
    const share = channels.filter((x) => x === 0).length / channels.length;
    expect(share).toBeCloseTo(0.5, 1);
    const x = ones([2, 2, 2]);
    expect(layer.eval().forward(x).value).toBe(x.value);
    expect(() => layer.forward(ones([2, 2]))).toThrow(
      "spatialDropout: needs inputs [batch, channels, ...positions]: received [2, 2]. Use Dropout.",
    );
  });

  it("keeps mean 0 and variance 1", async () => {
    const layer = new AlphaDropout(0.3, { generator: new Generator(5) });
    const x = normal([200, 200], random());
    const y = layer.forward(x);
    expect(await y.mean().item()).toBeCloseTo(0, 1);
    expect(await y.square().mean().item()).toBeCloseTo(1, 1);
    expect(layer.eval().forward(x).value).toBe(x.value);
    expect(await new AlphaDropout(1).forward(ones([2])).toArray()).toEqual([0, 0]);
    expect(() => new AlphaDropout(-1)).toThrow(
      "alphaDropout: probability must be between 0 and 1: received -1.",
    );
  });
});

it("activations say what does not fit", async () => {
  expect(() => new PReLU({ parameterCount: 3 }).forward(zeros([2, 4]))).toThrow(
    "prelu: expects 3 channels: received [2, 4] (layout [batch, channels, ...]).",
  );
  expect(new PReLU().forward(tensor(-2)).shape).toEqual([]);
  expect(await new PReLU().forward(tensor(-2)).item()).toBe(-0.5);
  expect(() => new GLU().forward(zeros([2, 3]))).toThrow(
    "glu: needs an even size along axis -1: received [2, 3].",
  );
  expect(() => new CELU(0)).toThrow("celu: alpha must not be 0: received 0. Use a ReLU.");
  expect(() => new Hardtanh(1, 1)).toThrow("hardtanh: low must be below high: received 1 and 1.");
  expect(() => new Hardshrink(-1)).toThrow("hardshrink: bound must be at least 0: received -1.");
});
