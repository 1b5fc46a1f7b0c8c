import { gradientsOf } from "@dl/autograd";
import { isFloat, type Backend, type DType } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { Conv2d, ConvTranspose2d, MaxPool2d } from "@dl/conv";
import * as nn from "@dl/nn";
import * as optim from "@dl/optim";
import { configure, tensor, zerosLike, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import {
  difference,
  float32Tolerance,
  type Tolerance,
  type Values,
} from "../conformance/compare.ts";
import { valuesOf } from "../conformance/evaluate.ts";
import { tensorsOf } from "../op-samples/realize.ts";
import { numbersOf, readFixture, type Fixture, type PackedTensor } from "./fixtures.ts";
import { callFixture } from "./operations.ts";

// Some of PyTorch's own constants are float32 also in float64 (hardsigmoid's 1/6).
const precise: Tolerance = { relative: 1e-7, absolute: 1e-8 };
const targets: [string, Backend, DType][] = [
  ["reference", reference(), "float64"],
  ["cpu", await cpu(), "float32"],
];
const themes = [
  "pointwise",
  "reductions",
  "statistics",
  "shapes",
  "matrices",
  "linear-algebra",
  "convolution",
  "losses",
];

/** Where we mean to differ, in results of extremes; an entry that agrees fails. */
const deviations: readonly { op: string; input: string; reason: string }[] = [
  { op: "hardswish", input: "-Infinity", reason: "the limit 0, not -Inf · 0" },
  { op: "softshrink", input: "NaN", reason: "NaN stays NaN, as in PyTorch 2; 1.13 gives 0" },
  { op: "heaviside", input: "NaN", reason: "NaN stays NaN; PyTorch gives 0" },
  { op: "hypot", input: "NaN", reason: "NaN also beside an infinity, as everywhere else" },
];

function upload(packed: PackedTensor, dtype: DType, backend: Backend): Tensor {
  const type = packed.kind === "float" ? dtype : packed.kind;
  return tensor(numbersOf(packed), { shape: packed.shape, dtype: type, backend });
}

function expected(packed: PackedTensor, received: Values): Values {
  // PyTorch counts in 64 bits; a bool compares with 0 and 1.
  return { shape: packed.shape, dtype: received.dtype, data: numbersOf(packed) };
}

/** PyTorch's results with ours in the places where a deviation is listed. */
function withDeviations(
  { op, inputs, extreme }: Fixture,
  packed: PackedTensor,
  received: Values,
): PackedTensor {
  const listed = deviations.filter((deviation) => extreme && deviation.op === op);
  if (listed.length === 0 || inputs[0]!.data.length !== packed.data.length) return packed;
  let [present, differing] = [0, 0];
  const data = packed.data.map((value, i) => {
    const isListed = listed.some(({ input }) => inputs.some((x) => x.data[i] === input));
    if (isListed) present++;
    if (!isListed || Object.is(Number(value), received.data[i])) return value;
    differing++;
    return received.data[i]!;
  });
  if (present > 0)
    expect(differing, `${op} agrees with PyTorch: remove the deviation`).toBeGreaterThan(0);
  return { ...packed, data };
}

function check(name: string, received: Values, packed: PackedTensor, tolerance: Tolerance): void {
  expect(isFloat(received.dtype), `${name}: ${received.dtype}`).toBe(packed.kind === "float");
  expect(difference(name, received, expected(packed, received), tolerance)).toBeUndefined();
}

describe.each(themes)("PyTorch: %s", (theme) => {
  const { cases } = readFixture<{ cases: Fixture[] }>(theme);
  const named = cases.map((fixture, i) => {
    const parameters = fixture.parameters === undefined ? "" : JSON.stringify(fixture.parameters);
    return [
      `${fixture.op} ${parameters} ${fixture.extreme ? "extreme" : ""} #${i}`,
      fixture,
    ] as const;
  });
  it.each(named)("%s", async (_name, fixture) => {
    const { op, parameters, inputs, results, extreme, ...rest } = fixture;
    for (const [name, backend, widest] of targets) {
      const dtype = extreme ? "float32" : widest;
      const tolerance = dtype === "float64" ? precise : float32Tolerance;
      const tensors = inputs.map((packed) => upload(packed, dtype, backend));
      const leaves = tensors.filter((x) => isFloat(x.dtype));
      if (rest.gradients !== undefined) for (const leaf of leaves) leaf.requiresGrad = true;
      const outputs = await tensorsOf(callFixture(op, tensors, parameters));
      expect(outputs.length, name).toBe(results.length);
      for (const [i, [part, x]] of outputs.entries())
        await valuesOf(x).then((received) =>
          check(
            `${name} ${part}`,
            received,
            withDeviations(fixture, results[i]!, received),
            tolerance,
          ),
        );
      if (rest.gradients === undefined) continue;
      const floats = outputs.map(([, x]) => x).filter((x) => isFloat(x.dtype));
      const total = floats
        .map((x, i) => x.mul(upload(rest.weights![i]!, dtype, backend)).sum())
        .reduce((sum, term) => sum.add(term));
      // Where ours is constant nothing is recorded, and PyTorch's gradient must be 0.
      const gradients = total.requiresGrad
        ? gradientsOf(total, leaves)
        : leaves.map((leaf) => zerosLike(leaf));
      for (const [i, gradient] of gradients.entries())
        check(`${name} gradient ${i}`, await valuesOf(gradient), rest.gradients[i]!, tolerance);
    }
  });
});

const optimizers = optim as unknown as Readonly<
  Record<
    string,
    new (parameters: readonly Tensor[], options: object) => { zeroGrad(): void; step(): void }
  >
>;

interface Trajectories {
  readonly curvature: readonly number[];
  readonly start: readonly (readonly number[])[];
  readonly runs: readonly {
    readonly optimizer: string;
    readonly options: { readonly learningRate: number };
    readonly points: readonly (readonly number[])[];
  }[];
}

describe("PyTorch: optimisers, 20 steps", () => {
  const { curvature, start, runs } = readFixture<Trajectories>("optimizers");
  it.each(runs.map((run) => [`${run.optimizer} ${JSON.stringify(run.options)}`, run] as const))(
    "%s",
    async (_name, { optimizer: kind, options, points }) => {
      for (const [name, backend, dtype] of targets) {
        const x = tensor(start, { dtype, backend }).requireGrad();
        const c = tensor(curvature, { dtype, backend });
        const optimizer = new optimizers[kind]!([x], options);
        for (const [step, point] of points.entries()) {
          optimizer.zeroGrad();
          c.mul(x.sub(1).square()).add(x.mul(3).sin()).sum().backward();
          optimizer.step();
          const wanted = { shape: [2, 3], dtype, data: point };
          // Errors of the first steps are carried along.
          const tolerance =
            dtype === "float64" ? precise : { relative: 1.3e-6 * (step + 1), absolute: 1e-5 };
          expect(
            difference(`${name} step ${step + 1}`, await valuesOf(x), wanted, tolerance),
          ).toBeUndefined();
        }
      }
    },
  );
});

describe("PyTorch: names and shapes in states", () => {
  const { models } = readFixture<{ models: Record<string, [string, number[]][]> }>("states");
  configure({ backend: targets[1]![1] });
  const ours: Record<string, () => nn.Module> = {
    mlp: () => new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 3)),
    cnn: () =>
      new nn.Sequential(
        new Conv2d(1, 6, 3, { padding: 1 }),
        new nn.ReLU(),
        new MaxPool2d(2),
        new Conv2d(6, 4, 3, { groups: 2, bias: false }),
        new nn.Flatten(),
        new nn.Dropout(0.5),
        new nn.Linear(36, 10),
      ),
    transposed: () => new nn.Sequential(new ConvTranspose2d(4, 2, 4, { stride: 2 })),
    nested: () =>
      new nn.Sequential(new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh()), new nn.Linear(3, 1)),
  };
  it.each(Object.keys(models))("%s", (name) => {
    const state = [...ours[name]!().stateDict()].map(([key, { shape }]) => [key, [...shape]]);
    expect(state).toEqual(models[name]);
  });
});
