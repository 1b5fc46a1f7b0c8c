import { readFileSync } from "node:fs";
import { join } from "node:path";
import { reference } from "@dl/backend-reference";
import * as conv from "@dl/conv";
import * as nn from "@dl/nn";
import { configure } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";

beforeAll(() => {
  configure({ backend: reference() });
});

type Shapes = Readonly<Record<string, readonly number[]>>;

const { layers } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../fixtures/models/models.json"), "utf8"),
) as { layers: Readonly<Record<string, Shapes>> };

/** The layers of scripts/model-files.py. */
const ours: Readonly<Record<string, () => nn.Module>> = {
  Linear: () => new nn.Linear(3, 2),
  Bilinear: () => new nn.Bilinear(2, 3, 4),
  Embedding: () => new nn.Embedding(4, 3),
  Conv1d: () => new conv.Conv1d(2, 4, 3, { groups: 2 }),
  Conv2d: () => new conv.Conv2d(2, 4, [3, 2]),
  Conv3d: () => new conv.Conv3d(2, 4, [3, 2, 1]),
  ConvTranspose1d: () => new conv.ConvTranspose1d(2, 4, 3),
  ConvTranspose2d: () => new conv.ConvTranspose2d(2, 4, [3, 2], { groups: 2 }),
  ConvTranspose3d: () => new conv.ConvTranspose3d(2, 4, [3, 2, 1]),
  PReLU: () => new nn.PReLU({ parameterCount: 3 }),
  BatchNorm: () => new nn.BatchNorm(3),
  "BatchNorm plain": () => new nn.BatchNorm(3, { affine: false }),
  "BatchNorm untracked": () => new nn.BatchNorm(3, { trackRunningStats: false }),
  InstanceNorm: () => new nn.InstanceNorm(3),
  "InstanceNorm tracked": () => new nn.InstanceNorm(3, { affine: true, trackRunningStats: true }),
  LayerNorm: () => new nn.LayerNorm([3, 2]),
  GroupNorm: () => new nn.GroupNorm(2, 4),
  MultiHeadAttention: () => new nn.MultiHeadAttention(4, 2),
  "MultiHeadAttention plain": () => new nn.MultiHeadAttention(4, 2, { bias: false }),
  RNNCell: () => new nn.RNNCell(3, 2),
  LSTMCell: () => new nn.LSTMCell(3, 2),
  GRUCell: () => new nn.GRUCell(3, 2, { bias: false }),
  RNN: () => new nn.RNN(3, 2, { isBidirectional: true }),
  LSTM: () => new nn.LSTM(3, 2, { layerCount: 2 }),
  GRU: () => new nn.GRU(3, 2, { layerCount: 2, isBidirectional: true, bias: false }),
  SpectralNorm: () => new nn.SpectralNorm(new nn.Linear(3, 2)),
  "SpectralNorm transposed": () =>
    new nn.SpectralNorm(new conv.ConvTranspose2d(2, 4, 3), { axis: 1 }),
  WeightNorm: () => new nn.WeightNorm(new nn.Linear(3, 2, { bias: false })),
  "WeightNorm transposed": () => new nn.WeightNorm(new conv.ConvTranspose2d(2, 4, 3), { axis: 1 }),
  ModuleDict: () =>
    new nn.ModuleDict({
      camelCase: new nn.Linear(3, 2),
      other: new nn.ModuleList([new nn.BatchNorm(2)]),
    }),
};

describe("names of layers' state", () => {
  it.each(Object.keys(layers))("%s has PyTorch's names and shapes", (name) => {
    const state = nn.pytorchStateDict(ours[name]!());
    const shapes = [...state].map(([key, tensor]) => [key, [...tensor.shape]]);
    expect(Object.fromEntries(shapes)).toEqual(layers[name]);
  });

  it("has a case for every layer that holds tensors", () => {
    const cases = new Set(Object.values(ours).map((make) => make().constructor.name));
    const holding = /Parameter\)?\(|startingScale|startingWeights|Recurrent/; // what makes tensors
    const classes = Object.entries({ ...nn, ...conv })
      .filter(([, item]) => typeof item === "function" && item.prototype instanceof nn.Module)
      .filter(([, item]) => holding.test(Function.prototype.toString.call(item)))
      .map(([name]) => name);
    expect(classes.length).toBeGreaterThan(15);
    // Bases of others; PyTorch 1.13 has no RMSNorm, and 2.4's has a weight as ours.
    const others = ["RMSNorm", "RecurrentCell", "Recurrent"];
    expect(classes.filter((name) => !cases.has(name))).toEqual(others);
  });
});
