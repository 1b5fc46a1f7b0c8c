import { gradcheck, gradgradcheck, gradientsOf, hessian } from "@dl/autograd";
import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { crossEntropy, Linear, negativeLogLikelihood } from "@dl/nn";
import { SGD } from "@dl/optim";
import {
  amax,
  amin,
  cumprod,
  logcumsumexp,
  logsumexp,
  nanMean,
  norm,
  ones,
  prod,
  softmax,
  tensor,
  type Tensor,
} from "@dl/tensor";
import { describe, expect, it } from "vitest";

const oracle = reference();
const backends: readonly (readonly [string, Backend])[] = [
  ["reference", oracle],
  ["cpu", await cpu()],
];

type Composition = (x: Tensor) => Tensor;

describe("two derivatives at ties and zeros", () => {
  it.each<[string, Composition, number[]]>([
    ["logsumexp", (x) => logsumexp(x), [1, 1, 0]],
    ["logcumsumexp", (x) => logcumsumexp(x, 0), [1, 1, 1]],
    ["softmax", (x) => softmax(x), [1, 1, 0]],
    ["prod", (x) => prod(x), [0, 0, 2]],
    ["cumprod", (x) => cumprod(x, 0), [0, 0, 2]],
    ["norm of a vector with a zero", (x) => norm(x), [0, 2]],
    ["norm(3) of a vector with a zero", (x) => norm(x, 3), [0, 2]],
    ["norm(4) of a vector with a zero", (x) => norm(x, 4), [0, 2]],
    ["amax", (x) => amax(x), [1, 3, 2]],
    ["clamp on a bound's inside", (x) => x.clamp(-1, 1).square(), [0, 0.5]],
    ["x log x", (x) => x.xlogy(x), [1, 2]],
  ])("%s", async (_name, f, values) => {
    const x = tensor(values, { dtype: "float64", backend: oracle });
    await gradcheck(f, [x]);
    await gradgradcheck(f, [x]);
  });
});

const first = (x: Tensor): Tensor => x.select(0, 0);
const second = (x: Tensor): Tensor => x.select(0, 1);

describe.each(backends)("second derivatives at exact points, %s", (_name, backend) => {
  it.each<[string, Composition, number[], number[][]]>([
    [
      "logaddexp at a tie",
      (x) => first(x).logaddexp(second(x)),
      [1, 1],
      [
        [0.25, -0.25],
        [-0.25, 0.25],
      ],
    ],
    [
      "logaddexp2 at a tie",
      (x) => first(x).logaddexp2(second(x)),
      [1, 1],
      [
        [Math.LN2 / 4, -Math.LN2 / 4],
        [-Math.LN2 / 4, Math.LN2 / 4],
      ],
    ],
    [
      "the last of logcumsumexp at a tie",
      (x) => second(logcumsumexp(x, 0)),
      [1, 1],
      [
        [0.25, -0.25],
        [-0.25, 0.25],
      ],
    ],
    [
      "x log y at x = 0",
      (x) => first(x).xlogy(second(x)),
      [0, 2],
      [
        [0, 0.5],
        [0.5, 0],
      ],
    ],
    [
      "a power of 0",
      (x) => first(x).pow(second(x)),
      [2, 0],
      [
        [0, 0.5],
        [0.5, Math.LN2 ** 2],
      ],
    ],
    [
      "a remainder of 0",
      (x) => first(x).fmod(second(x)).square(),
      [0, 2],
      [
        [2, 0],
        [0, 0],
      ],
    ],
  ])("%s", async (_what, f, at, expected) => {
    const matrix = await hessian(f)(tensor(at, { backend })).toArray();
    expected.forEach((row, i) =>
      row.forEach((value, j) => expect((matrix as number[][])[i]![j]).toBeCloseTo(value, 5)),
    );
  });
});

async function gradientOf(f: Composition, values: number[], backend: Backend): Promise<number[]> {
  const x = tensor(values, { backend }).requireGrad();
  const [gradient] = gradientsOf(f(x).sum(), [x]);
  return [...(await gradient!.data())];
}

describe.each(backends)("first derivatives, %s", (_name, backend) => {
  const f32 = Math.fround;
  it.each<[string, Composition, number[], number[]]>([
    ["x log 2 at 0", (x) => x.xlogy(2), [0], [f32(Math.LN2)]],
    ["logsumexp of Infinity", (x) => logsumexp(x), [Infinity], [1]],
    ["logsumexp of one Infinity", (x) => logsumexp(x), [Infinity, 0], [1, 0]],
    ["logsumexp of two", (x) => logsumexp(x), [Infinity, 0, Infinity], [0.5, 0, 0.5]],
    ["logsumexp of -Infinity", (x) => logsumexp(x), [-Infinity, -Infinity], [0, 0]],
    ["a dead unit before a root", (x) => x.relu().sqrt(), [-1, 4], [0, 0.25]],
    ["a bound before a root", (x) => x.clamp(0, 4).sqrt(), [-1, 1, 9], [0, 0.5, 0]],
    ["a bound before acos", (x) => x.clamp(-1, 0.5).acos(), [-2], [0]],
    ["the largest before a root", (x) => amax(x.sub(1)).sqrt(), [1, 0], [Infinity, 0]],
    // Computed before they are reduced, and compared with the result afterwards.
    ["amax of a difference", (x) => amax(x.sub(0.1)), [0.3, 0.7], [0, 1]],
    ["amin of a difference", (x) => amin(x.sub(0.1)), [0.3, 0.7], [1, 0]],
    ["amax of a tie", (x) => amax(x.mul(0.1).sub(0.3)), [0.7, 0.2, 0.7], [f32(0.05), 0, f32(0.05)]],
    ["largest norm", (x) => norm(x.sub(0.1), Infinity), [0.3, 0.7], [0, 1]],
    ["least norm", (x) => norm(x.sub(0.1), -Infinity), [0.3, 0.7], [1, 0]],
    ["nanMean of nothing", (x) => nanMean(x), [NaN, NaN], [0, 0]],
    ["nanMean of something", (x) => nanMean(x), [NaN, 3], [0, 1]],
    [
      "nanMean, row by row",
      (x) => nanMean(x.reshape([2, 2]), 1).narrow(0, 1, 1),
      [NaN, NaN, 1, 3],
      [0, 0, 0.5, 0.5],
    ],
  ])("%s", async (_what, f, at, expected) => {
    const received = await gradientOf(f, at, backend);
    expect(received.map((value) => value + 0)).toEqual(expected);
  });
});

describe.each(backends)("a mean over no samples, %s", (_name, backend) => {
  const labels = tensor([-100, -100], { dtype: "int32", backend });
  const noWeight = tensor([0, 0, 0], { backend });
  const right = tensor([0, 1], { dtype: "int32", backend });
  it.each<[string, (logits: Tensor) => Tensor]>([
    ["all ignored", (x) => crossEntropy(x, labels, { ignoreIndex: -100 })],
    ["smoothed", (x) => crossEntropy(x, labels, { ignoreIndex: -100, labelSmoothing: 0.1 })],
    ["log-probabilities", (x) => negativeLogLikelihood(x, labels, { ignoreIndex: -100 })],
    ["weights of 0", (x) => crossEntropy(x, right, { weight: noWeight })],
  ])("is NaN and leaves the weights alone: %s", async (_what, loss) => {
    const model = new Linear(2, 3, { backend });
    const before = await model.weight.data();
    const optimizer = new SGD(model.parameters(), { learningRate: 0.1 });
    const value = loss(model.forward(ones([2, 2], { backend })));
    expect(await value.item()).toBeNaN();
    value.backward();
    optimizer.step();
    expect(await model.weight.data()).toEqual(before);
  });
});
