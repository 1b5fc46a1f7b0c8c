import { gradcheck, gradgradcheck } from "@dl/autograd";
import type { Backend } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import type { CreationOptions, Tensor } from "@dl/tensor";
import { FixtureResults } from "@dl/testing/fixture-results";
import { describe, expect, it } from "vitest";
import {
  backends,
  expectClose,
  readCases,
  tensorOf,
  tensorsIn,
  withParameters,
  type Numbers,
} from "../test/read-fixtures.ts";
import * as nn from "./index.ts";

interface LayerCase {
  readonly name: string;
  readonly inputs: readonly Numbers[];
  readonly state: Readonly<Record<string, Numbers>>;
  readonly outputs: readonly Numbers[];
  readonly cotangents: readonly Numbers[];
  readonly inputGradients: readonly (Numbers | null)[];
  readonly gradients: Readonly<Record<string, Numbers>>;
  readonly stateAfter: Readonly<Record<string, Numbers>>;
  readonly evaluated: readonly Numbers[];
}

type Make = (options: CreationOptions) => nn.Module;

const activations: Readonly<Record<string, Make>> = {
  ReLU: () => new nn.ReLU(),
  ReLU6: () => new nn.ReLU6(),
  LeakyReLU: () => new nn.LeakyReLU(0.2),
  PReLU: (o) => new nn.PReLU(o),
  "PReLU channels": (o) => new nn.PReLU({ parameterCount: 4, ...o }),
  ELU: () => new nn.ELU(0.7),
  SELU: () => new nn.SELU(),
  CELU: () => new nn.CELU(1.3),
  GELU: () => new nn.GELU(),
  "GELU tanh": () => new nn.GELU("tanh"),
  SiLU: () => new nn.SiLU(),
  Mish: () => new nn.Mish(),
  Sigmoid: () => new nn.Sigmoid(),
  Tanh: () => new nn.Tanh(),
  Softplus: () => new nn.Softplus(2),
  Hardtanh: () => new nn.Hardtanh(-0.5, 1.5),
  Hardsigmoid: () => new nn.Hardsigmoid(),
  Hardswish: () => new nn.Hardswish(),
  Hardshrink: () => new nn.Hardshrink(0.8),
  Softshrink: () => new nn.Softshrink(0.8),
  Tanhshrink: () => new nn.Tanhshrink(),
  Softsign: () => new nn.Softsign(),
  LogSigmoid: () => new nn.LogSigmoid(),
  Threshold: () => new nn.Threshold(0.5, -3),
  GLU: () => new nn.GLU(),
  "GLU axis 1": () => new nn.GLU(1),
  Softmax: () => new nn.Softmax(),
  Softmin: () => new nn.Softmin(1),
  LogSoftmax: () => new nn.LogSoftmax(),
};

const layers: Readonly<Record<string, Make>> = {
  Linear: (o) => new nn.Linear(6, 3, o),
  Bilinear: (o) => new nn.Bilinear(3, 4, 2, o),
  Embedding: (o) => new nn.Embedding(5, 3, o),
  "Embedding padded": (o) => new nn.Embedding(5, 3, { paddingIndex: -2, ...o }),
  "BatchNorm 1d": (o) => new nn.BatchNorm(4, o),
  "BatchNorm sequences": (o) => new nn.BatchNorm(4, { momentum: 0.3, ...o }),
  "BatchNorm 2d": (o) => new nn.BatchNorm(4, { epsilon: 1e-3, ...o }),
  "BatchNorm plain": (o) => new nn.BatchNorm(4, { affine: false, ...o }),
  "BatchNorm untracked": (o) => new nn.BatchNorm(4, { trackRunningStats: false, ...o }),
  LayerNorm: (o) => new nn.LayerNorm(6, o),
  "LayerNorm two axes": (o) => new nn.LayerNorm([3, 2], { epsilon: 1e-3, ...o }),
  "LayerNorm plain": (o) => new nn.LayerNorm(6, { affine: false, ...o }),
  GroupNorm: (o) => new nn.GroupNorm(2, 4, o),
  "GroupNorm plain": (o) => new nn.GroupNorm(4, 4, { affine: false, ...o }),
  "GroupNorm vectors": (o) => new nn.GroupNorm(2, 4, o),
  InstanceNorm: (o) => new nn.InstanceNorm(4, o),
  "InstanceNorm affine": (o) => new nn.InstanceNorm(4, { affine: true, ...o }),
  RMSNorm: (o) => new nn.RMSNorm(6, o),
  SpectralNorm: (o) => new nn.SpectralNorm(new nn.Linear(6, 3, o)),
  WeightNorm: (o) => new nn.WeightNorm(new nn.Linear(6, 3, o)),
  MultiHeadAttention: (o) => new nn.MultiHeadAttention(6, 2, o),
  "MultiHeadAttention across": (o) => new nn.MultiHeadAttention(6, 3, { bias: false, ...o }),
  "MultiHeadAttention causal": (o) => new nn.MultiHeadAttention(6, 2, o),
  "MultiHeadAttention masked": (o) => new nn.MultiHeadAttention(6, 2, o),
  RNNCell: (o) => new nn.RNNCell(3, 5, o),
  "RNNCell relu": (o) => new nn.RNNCell(3, 5, { nonlinearity: "relu", ...o }),
  GRUCell: (o) => new nn.GRUCell(3, 5, o),
  RNN: (o) => new nn.RNN(6, 5, o),
  LSTM: (o) => new nn.LSTM(6, 5, o),
  GRU: (o) => new nn.GRU(6, 5, { layerCount: 2, ...o }),
  "GRU of two directions": (o) => new nn.GRU(6, 5, { layerCount: 2, isBidirectional: true, ...o }),
  "LSTM of two, started": (o) => new nn.LSTM(6, 5, { layerCount: 2, ...o }),
};

type Forward = (module: nn.Module, inputs: readonly Tensor[]) => unknown;
const plain: Forward = (module, inputs) =>
  (module as { forward(...inputs: readonly Tensor[]): unknown }).forward(...inputs);

/** Calls whose arguments are not simply tensors in a row. */
const calls: Readonly<Record<string, Forward>> = {
  "MultiHeadAttention causal": (module, [q, k, v, attentionMask]) =>
    (module as nn.MultiHeadAttention).forward(q!, k, v, { attentionMask: attentionMask! }),
  "MultiHeadAttention masked": (module, [q, k, v, attentionMask, keyPaddingMask]) =>
    (module as nn.MultiHeadAttention).forward(q!, k, v, {
      attentionMask: attentionMask!,
      keyPaddingMask: keyPaddingMask!,
    }),
  "LSTM of two, started": (module, [x, h0, c0, h1, c1]) =>
    (module as nn.LSTM).forward(x!, [
      { hidden: h0!, cell: c0! },
      { hidden: h1!, cell: c1! },
    ]),
};

function prepared(
  fixture: LayerCase,
  make: Make,
  backend: Backend,
  dtype: "float32" | "float64",
): { module: nn.Module; inputs: Tensor[]; forward: (inputs: readonly Tensor[]) => Tensor[] } {
  const module = make({ backend, dtype });
  const state = Object.entries(fixture.state).map(
    ([name, numbers]) => [name, tensorOf(numbers, backend, dtype)] as const,
  );
  module.loadStateDict(new Map(state)); // strict: the names are PyTorch's, in our spelling
  const call = calls[fixture.name] ?? plain;
  return {
    module,
    inputs: fixture.inputs.map((numbers) => tensorOf(numbers, backend, dtype)),
    forward: (inputs) => tensorsIn(call(module, inputs)),
  };
}

const weighted = (outputs: readonly Tensor[], cotangents: readonly Tensor[]): Tensor =>
  outputs.map((y, i) => y.mul(cotangents[i]!).sum()).reduce((sum, term) => sum.add(term));

async function compare(fixture: LayerCase, make: Make, backend: Backend): Promise<void> {
  const { module, inputs, forward } = prepared(fixture, make, backend, "float32");
  for (const x of inputs) if (x.dtype === "float32") x.requiresGrad = true;
  const outputs = forward(inputs);
  expect(outputs.length).toBe(fixture.outputs.length);
  for (const [i, y] of outputs.entries()) await expectClose(y, fixture.outputs[i]!, `output ${i}`);
  const cotangents = fixture.cotangents.map((numbers) => tensorOf(numbers, backend));
  weighted(outputs, cotangents).backward();
  for (const [i, expected] of fixture.inputGradients.entries())
    if (expected !== null) await expectClose(inputs[i]!.grad!, expected, `gradient of input ${i}`);
  const parameters = module.namedParameters();
  expect([...parameters.keys()].toSorted()).toEqual(Object.keys(fixture.gradients).toSorted());
  for (const [name, expected] of Object.entries(fixture.gradients))
    await expectClose(parameters.get(name)!.grad!, expected, `gradient of ${name}`);
  const after = { ...fixture.state, ...fixture.stateAfter };
  for (const [name, x] of module.stateDict()) await expectClose(x, after[name]!, `${name} after`);
  module.eval();
  for (const [i, y] of forward(inputs).entries())
    await expectClose(y, fixture.evaluated[i]!, `evaluated output ${i}`);
}

/** Central differences in every float input and parameter, together. */
async function check(fixture: LayerCase, make: Make): Promise<void> {
  const { module, inputs, forward } = prepared(fixture, make, reference(), "float64");
  // In training a power iteration would change its vectors between the two sides of a difference.
  if (module instanceof nn.SpectralNorm) module.eval();
  const names = [...module.namedParameters().keys()];
  const parameters = [...module.parameters()].map((parameter) => parameter.detach());
  const floats = inputs.filter(({ dtype }) => dtype === "float64");
  const output = (...all: Tensor[]): Tensor => {
    let next = 0;
    const given = inputs.map((x) => (x.dtype === "float64" ? all[next++]! : x));
    const replaced = new Map(names.map((name, i) => [name, all[floats.length + i]!]));
    const outputs = withParameters(module, replaced, () => forward(given));
    return outputs.map((y) => y.sin().sum()).reduce((sum, term) => sum.add(term));
  };
  const all = [...floats, ...parameters];
  await gradcheck(output, all, { directions: 2 });
  if (all.length <= 3) await gradgradcheck(output, all, { directions: 1 });
}

describe.each([
  ["layers", layers],
  ["activations", activations],
] as const)("%s", (file, makers) => {
  const cases = readCases<LayerCase>(file);
  // The row at the padding index has a derivative, and by design no gradient.
  const honest = cases.filter(({ name }) => name !== "Embedding padded");
  const results = new FixtureResults(file, backends.length * cases.length + honest.length);
  const passed = (name: string, what: string): void => results.passed(name.split(" ")[0]!, what);

  it("have a fixture each", () => {
    expect(cases.map(({ name }) => name).toSorted()).toEqual(Object.keys(makers).toSorted());
  });

  describe.each(backends)("equal PyTorch's on %s", (backendName, backend) => {
    it.each(cases.map((fixture) => [fixture.name, fixture] as const))(
      "%s",
      async (name, fixture) => {
        await compare(fixture, makers[name]!, await backend());
        passed(name, backendName);
      },
    );
  });

  describe("have the gradients of finite differences", () => {
    it.each(honest.map((fixture) => [fixture.name, fixture] as const))(
      "%s",
      async (name, fixture) => {
        await check(fixture, makers[name]!);
        passed(name, "differences");
      },
    );
  });
});
