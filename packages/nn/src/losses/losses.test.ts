import { gradcheck, gradgradcheck } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { arange, configure, tensor, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  meanSquaredError,
  negativeLogLikelihood,
} from "../index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const float64 = (data: number[] | number[][]): Tensor => tensor(data, { dtype: "float64" });
const classes = (data: number[] | number[][][]): Tensor => tensor(data, { dtype: "int32" });
const logits = (): Tensor =>
  float64([
    [1, 2, 3],
    [0.5, -1, 100],
  ]);

describe("crossEntropy", () => {
  it("refuses a batch of labels with one that is no class, however the batch was taken", () => {
    const labels = classes([0, 1, 2, 3]);
    const scores = zeros([2, 3]);
    for (const batch of [
      labels.narrow(0, 2, 2),
      labels.take([3, 0]),
      labels.reshape([2, 2]).select(1, 1),
    ])
      expect(() => crossEntropy(scores, batch)).toThrow("received 3, with 3 classes");
    expect(crossEntropy(scores, labels.narrow(0, 1, 2)).shape).toEqual([]);
  });
  it("equals PyTorch's for class numbers", async () => {
    const x = logits().requireGrad();
    const loss = crossEntropy(x, classes([2, 0]));
    expect(await loss.item()).toBeCloseTo(49.95380298222219, 12);
    loss.backward();
    const expected = [0.04501528658519022, 0.12236423552739882, -0.1673795221125891, -0.5, 0, 0.5];
    (await x.grad!.data()).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
    const each = crossEntropy(logits(), classes([2, 0]), { reduction: "none" });
    const losses = await each.data();
    expect(losses[0]).toBeCloseTo(0.4076059644443804, 12);
    expect(losses[1]).toBeCloseTo(99.5, 12);
    const sum = crossEntropy(logits(), classes([2, 0]), { reduction: "sum" });
    expect(await sum.item()).toBeCloseTo(99.90760596444438, 12);
  });

  it("takes probabilities, single samples and maps of pixels", async () => {
    const p = float64([
      [0.2, 0.3, 0.5],
      [1, 0, 0],
    ]);
    expect(await crossEntropy(logits(), p).item()).toBeCloseTo(50.30380298222219, 12);
    const one = crossEntropy(float64([1, 2, 3]), tensor(2, { dtype: "int32" }));
    expect(await one.item()).toBeCloseTo(0.4076059644443804, 12);
    const map = arange(12, { dtype: "float64" }).div(5).reshape([1, 3, 2, 2]);
    const loss = crossEntropy(
      map,
      classes([
        [
          [0, 1],
          [2, 1],
        ],
      ]),
    );
    expect(await loss.item()).toBeCloseTo(1.3015177286665727, 12);
  });

  it("is finite for huge logits, with a finite gradient", async () => {
    const x = float64([[1e4, -1e4]]).requireGrad();
    const loss = crossEntropy(x, classes([1]));
    expect(await loss.item()).toBe(2e4);
    loss.backward();
    expect([...(await x.grad!.data())]).toEqual([1, -1]);
  });

  it("equals negativeLogLikelihood after logSoftmax", async () => {
    const nll = negativeLogLikelihood(logits().logSoftmax(1), classes([2, 0]));
    expect(await nll.item()).toBeCloseTo(49.95380298222219, 12);
  });

  it("has first and second derivatives of finite differences", async () => {
    const x = float64([
      [0.1, -0.4, 0.7],
      [1, 0.2, -1],
    ]);
    const loss = (z: Tensor): Tensor => crossEntropy(z, classes([2, 0]));
    await gradcheck(loss, [x]);
    await gradgradcheck(loss, [x]);
    const p = float64([
      [0.2, 0.3, 0.5],
      [0.1, 0.8, 0.1],
    ]);
    await gradcheck((z, q) => crossEntropy(z, q), [x, p]);
  });

  it("says what does not fit", () => {
    expect(() => crossEntropy(zeros([8, 10]), classes([1, 2]))).toThrow(
      "crossEntropy: targets must have shape [8], got [2]: logits [8, 10], targets of int32. Class numbers have logits' shape without the classes; float targets are probabilities and have the same shape.",
    );
    expect(() => crossEntropy(zeros([2, 3]), zeros([2]))).toThrow(
      "crossEntropy: targets must have shape [2, 3], got [2]",
    );
    expect(() => crossEntropy(classes([1]), classes([1]))).toThrow(
      'crossEntropy: logits must be float, got int32. Convert with x.cast("float32").',
    );
    expect(() => negativeLogLikelihood(zeros([2, 3]), zeros([2, 3]))).toThrow(
      'negativeLogLikelihood: targets must be class numbers (int32), got float32. Convert with targets.cast("int32").',
    );
    expect(() =>
      crossEntropy(zeros([2, 3]), classes([0, 0]), { reduction: "max" as never }),
    ).toThrow('crossEntropy: unknown reduction: received "max". Use "mean", "sum" or "none".');
  });
});

describe("binaryCrossEntropyWithLogits", () => {
  it("equals PyTorch's at extremes too", async () => {
    const x = float64([-800, -1, 0, 2, 800]).requireGrad();
    const t = float64([0, 1, 0.5, 0, 0]);
    const losses = binaryCrossEntropyWithLogits(x, t, { reduction: "none" });
    const expected = [0, 1.3132616875182228, 0.6931471805599453, 2.1269280110429727, 800];
    (await losses.data()).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
    losses.sum().backward();
    const gradient = [0, -0.7310585786300049, 0, 0.8807970779778823, 1];
    (await x.grad!.data()).forEach((value, i) => expect(value).toBeCloseTo(gradient[i]!, 12));
  });

  it("has first and second derivatives of finite differences", async () => {
    const inputs = [float64([-2, 0.3, 1.5]), float64([0.2, 0.9, 1])];
    await gradcheck((x, t) => binaryCrossEntropyWithLogits(x, t), inputs);
    await gradgradcheck((x, t) => binaryCrossEntropyWithLogits(x, t), inputs);
  });

  it("says what does not fit", () => {
    expect(() => binaryCrossEntropyWithLogits(zeros([8, 1]), zeros([8]))).toThrow(
      "binaryCrossEntropyWithLogits: logits and targets must have one shape: logits [8, 1], targets [8]. Reshape one of them.",
    );
  });
});

describe("meanSquaredError", () => {
  it("is the mean of squares", async () => {
    const loss = meanSquaredError(float64([1, 2, 3]), float64([1, 4, 0]));
    expect(await loss.item()).toBeCloseTo(13 / 3, 12);
    await gradcheck((x, t) => meanSquaredError(x, t), [float64([1, 2]), float64([0, 3])]);
  });

  it("does not broadcast", () => {
    expect(() => meanSquaredError(zeros([8, 1]), zeros([8]))).toThrow(
      "meanSquaredError: predictions and targets must have one shape: predictions [8, 1], targets [8]. Reshape one of them.",
    );
  });
});
