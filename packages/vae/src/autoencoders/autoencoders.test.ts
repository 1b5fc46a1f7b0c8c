import { gradcheck, jacobian } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { cpu } from "@dl/backend-cpu";
import { Linear, Sequential, Tanh } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, full, Generator, normal, ones, tensor, zeros, type Tensor } from "@dl/tensor";
import { fit } from "@dl/training";
import { beforeEach, describe, expect, it } from "vitest";
import {
  Autoencoder,
  autoencoderStep,
  contractivePenalty,
  contractivePenaltyEstimate,
  gaussianCorruption,
  gaussianKernel,
  inverseMultiquadraticKernel,
  maskingCorruption,
  maximumMeanDiscrepancy,
  reconstructionError,
  sparsityPenalty,
  wassersteinLoss,
  type AutoencoderScalars,
} from "../index.ts";

const backend = await cpu();
const exact = reference();
beforeEach(() => {
  configure({ backend: exact });
});
const float64 = { dtype: "float64" } as const;
const draws = (seed = 1): { generator: Generator } => ({ generator: new Generator(seed) });
const random = (shape: number[], seed = 1): Tensor => normal(shape, { ...float64, ...draws(seed) });

describe("contractivePenalty", () => {
  it("is the squared length of the Jacobian, and its estimate comes near", async () => {
    const generator = new Generator(1);
    const encoder = new Sequential(new Linear(4, 3, { ...float64, generator }), new Tanh());
    const x = random([5, 4]);
    let expected = 0;
    for (let i = 0; i < 5; i++) {
      const whole = jacobian((row: Tensor) => encoder.forward(row.unsqueeze(0)).select(0, 0));
      expected += (await whole(x.select(0, i)).square().sum().item()) / 5;
    }
    const encode = (inputs: Tensor): Tensor => encoder.forward(inputs);
    expect(await contractivePenalty(encode, x).item()).toBeCloseTo(expected, 10);
    // One layer of sigmoids or tanhs has a closed form, Rifai et al. 2011, section 3.
    const slopes = encoder.forward(x).square().neg().add(1).square();
    const weights = (encoder[0] as Linear).weight.square().sum(1);
    expect(await slopes.mul(weights).sum().div(5).item()).toBeCloseTo(expected, 10);
    const estimate = contractivePenaltyEstimate(encode, x, { probes: 400, ...draws(3) });
    expect(Math.abs((await estimate.item()) / expected - 1)).toBeLessThan(0.1);
  });

  it("can be differentiated by the encoder's weights", async () => {
    const x = random([3, 2]);
    await gradcheck(
      (weight) => contractivePenalty((inputs) => inputs.matmul(weight).tanh(), x),
      [random([2, 2], 4)],
    );
  });

  it("refuses latents that are no rows", () => {
    expect(() => contractivePenalty((x) => x.sum(), ones([2, 2]))).toThrow(
      "must give a row of numbers for each sample: received []",
    );
  });
});

describe("sparsityPenalty", () => {
  it("is the divergence of the mean activities from the target", async () => {
    const kl = (p: number, q: number): number =>
      p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    const activations = tensor([0.2, 0.5, 0.4, 0.1], float64).reshape([2, 2]);
    const found = await sparsityPenalty(activations, { target: 0.1 }).item();
    expect(found).toBeCloseTo(kl(0.1, 0.3) + kl(0.1, 0.3), 10);
    expect(Number.isFinite(await sparsityPenalty(zeros([2, 2])).item())).toBe(true);
    expect(() => sparsityPenalty(zeros([2, 2]), { target: 1 })).toThrow("between 0 and 1");
  });
});

describe("corruptions", () => {
  it("mask that share and add that noise", async () => {
    configure({ backend });
    const masked = maskingCorruption(ones([20_000]), { share: 0.3, ...draws() });
    expect(Math.abs((await masked.mean().item()) - 0.7)).toBeLessThan(0.015);
    const noisy = gaussianCorruption(zeros([20_000]), { std: 0.5, ...draws() });
    expect(Math.abs((await noisy.std().item()) - 0.5)).toBeLessThan(0.01);
    expect(() => maskingCorruption(ones([2]), { share: 2 })).toThrow("share must lie between");
    expect(() => gaussianCorruption(ones([2]), { std: -1 })).toThrow("std must be a number");
  });
});

describe("maximumMeanDiscrepancy", () => {
  it("is the sum over pairs written out", async () => {
    const [x, y] = [random([4, 2]), random([3, 2], 2)];
    const [a, b] = [await x.toArray<number[][]>(), await y.toArray<number[][]>()];
    const k = (p: number[], q: number[]): number =>
      Math.exp(-((p[0]! - q[0]!) ** 2 + (p[1]! - q[1]!) ** 2) / (2 * 0.7 ** 2));
    const pairs = (p: number[][], q: number[][], isWithin: boolean): number => {
      const terms = p.flatMap((u, i) =>
        q.flatMap((v, j) => (isWithin && i === j ? [] : [k(u, v)])),
      );
      return terms.reduce((sum, term) => sum + term) / terms.length;
    };
    const expected = pairs(a, a, true) + pairs(b, b, true) - 2 * pairs(a, b, false);
    const kernel = gaussianKernel(0.7);
    expect(await maximumMeanDiscrepancy(x, y, kernel).item()).toBeCloseTo(expected, 10);
    await gradcheck((points) => maximumMeanDiscrepancy(points, y, kernel), [x]);
  });

  it("is nothing on average for one distribution, and much for two", async () => {
    configure({ backend });
    const kernel = inverseMultiquadraticKernel();
    const points = (seed: number): Tensor => normal([500, 4], draws(seed));
    expect(
      Math.abs(await maximumMeanDiscrepancy(points(1), points(2), kernel).item()),
    ).toBeLessThan(0.02);
    const away = maximumMeanDiscrepancy(points(1), points(2).add(1), kernel);
    expect(await away.item()).toBeGreaterThan(0.3);
    expect(() => maximumMeanDiscrepancy(zeros([1, 2]), zeros([3, 2]), kernel)).toThrow(
      "needs at least 2 points on each side",
    );
  });
});

describe("autoencoderStep", () => {
  /** Points on a plane in 6 dimensions. */
  const plane = (): Tensor =>
    normal([128, 2], draws(1))
      .matmul(normal([2, 6], draws(2)))
      .add(normal([6], draws(3)));
  const network = (): Autoencoder => {
    const generator = new Generator(4);
    return new Autoencoder(new Linear(6, 2, { generator }), new Linear(2, 6, { generator }));
  };
  type LossOf = (model: Autoencoder) => ((x: Tensor) => AutoencoderScalars) | undefined;

  it.each<[string, LossOf, number]>([
    ["plain", () => undefined, 0.05],
    [
      "denoising",
      (model) => (x) => {
        const reconstruction = reconstructionError(model, x, gaussianCorruption(x, { std: 0.1 }));
        return { loss: reconstruction, reconstruction };
      },
      0.3,
    ],
    [
      "contractive",
      (model) => (x) => {
        const reconstruction = reconstructionError(model, x);
        const penalty = contractivePenalty((inputs) => model.encode(inputs), x);
        return { loss: reconstruction.add(penalty.mul(1e-3)), reconstruction, penalty };
      },
      0.3,
    ],
    ["Wasserstein", (model) => (x) => wassersteinLoss(model, x, { lambda: 1 }), 0.3],
  ])("%s: learns a plane, compiled", async (_name, lossOf, most) => {
    configure({ backend });
    const model = network();
    const optimizer = new Adam(model.parameters(), { learningRate: 0.05 });
    const loss = lossOf(model);
    const step = autoencoderStep<Tensor>(model, { optimizer, ...(loss && { loss }) });
    const data = [plane()];
    const history = await fit(step, { data, validation: data, epochs: 150 });
    expect(history[0]!.training.loss).toBeGreaterThan(1);
    expect(history.at(-1)!.validation!["reconstruction"]).toBeLessThan(most);
  });

  it("refuses batches without samples, and decoders of another shape", () => {
    configure({ backend });
    const model = network();
    const step = autoencoderStep(model, { optimizer: new Adam(model.parameters()) });
    expect(() => step.step({ images: plane() } as never)).toThrow(
      "autoencoderStep: a batch must be a tensor of samples, or have one as inputs: received { images }",
    );
    const wrong = new Autoencoder(new Linear(6, 2), new Linear(2, 5));
    expect(() => reconstructionError(wrong, full([3, 6], 1))).toThrow(
      "the decoder gives another shape than the samples have: received [3, 5] for [3, 6]",
    );
    expect(() => new Autoencoder(undefined as never, model)).toThrow(
      "the encoder must be a module",
    );
  });
});
