import { gradcheck } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { Independent, Normal } from "@dl/distributions";
import { LatentGenerator } from "@dl/generator";
import { LeakyReLU, Linear, Sequential } from "@dl/nn";
import { Adam, SGD, SWA } from "@dl/optim";
import {
  compile,
  configure,
  Generator,
  normal,
  ones,
  tensor,
  zeros,
  type Tensor,
} from "@dl/tensor";
import { fit } from "@dl/training";
import { beforeAll, describe, expect, it } from "vitest";
import { wasserstein } from "../losses/losses.ts";
import { adversarialStep } from "../steps/adversarial-step.ts";
import type { AdversarialStepOptions } from "../steps/adversarial-options.ts";
import { clipWeights } from "./clip-weights.ts";
import { featureMatching } from "./feature-matching.ts";
import { historicalAveraging } from "./historical-averaging.ts";
import { InstanceNoise } from "./instance-noise.ts";
import { MinibatchDeviation } from "./minibatch-deviation.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

/** A small game by the given options, after so many steps. */
async function played(
  steps: number,
  optionsOf: (discriminator: Sequential) => Partial<AdversarialStepOptions<Tensor>>,
) {
  const generator = new Generator(1);
  const layers = (outputs: number): Sequential =>
    new Sequential(
      new Linear(2, 8, { generator }),
      new LeakyReLU(0.2),
      new Linear(8, outputs, { generator }),
    );
  const latent = new Independent(new Normal(zeros([2]), 1), 1);
  const model = new LatentGenerator(layers(2), latent);
  const discriminator = layers(1);
  const optimizers = {
    generator: new Adam(model.parameters(), { learningRate: 0.01 }),
    discriminator: new Adam(discriminator.parameters(), { learningRate: 0.01 }),
  };
  const options = { optimizers, generator, ...optionsOf(discriminator) };
  const step = adversarialStep<Tensor>(model, discriminator, options);
  const data = Array.from({ length: steps }, () => normal([16, 2], { generator }));
  await fit(step, { data, epochs: 1, generators: [generator] });
  expect(step.parts!.map(({ refusal }) => refusal)).toEqual([undefined, undefined]);
  return { discriminator, step };
}

describe("clipWeights", () => {
  it("bounds a critic after each of its updates, also compiled", async () => {
    const { discriminator } = await played(20, (critic) => ({
      loss: wasserstein,
      afterDiscriminator: () => clipWeights(critic.parameters(), 0.05),
    }));
    for (const parameter of discriminator.parameters())
      expect(await parameter.abs().max().item()).toBeCloseTo(0.05, 6);
    expect(() => clipWeights([], 0)).toThrow("the limit must be above 0: received 0");
  });
});

describe("InstanceNoise", () => {
  it("falls to nothing, also compiled, and is kept with the training", async () => {
    const noise = new InstanceNoise({ std: 0.5, steps: 20, generator: new Generator(2) });
    const { step } = await played(15, () => ({
      augment: (x) => noise.forward(x),
      afterDiscriminator: () => noise.advance(),
      modules: { noise },
    }));
    expect(await noise.level().item()).toBeCloseTo(0.125, 6);
    expect(step.modules["noise"]).toBe(noise);
    expect([...noise.namedBuffers().keys()]).toEqual(["stepCount"]);
    const made = noise.forward(zeros([4000]));
    expect(await made.std().item()).toBeCloseTo(0.125, 2);
    for (let i = 0; i < 9; i++) noise.advance();
    expect(await noise.forward(ones([3])).toArray()).toEqual([1, 1, 1]);
    expect(() => new InstanceNoise({ std: -1 })).toThrow("std must be a finite number");
  });

  it("leaves samples as they are in evaluation", async () => {
    const noise = new InstanceNoise({ std: 9 }).eval();
    expect(await noise.forward(ones([3])).toArray()).toEqual([1, 1, 1]);
  });
});

describe("MinibatchDeviation", () => {
  it("tells of each group how much its samples differ", async () => {
    const layer = new MinibatchDeviation({ groupSize: 2 });
    // Samples 0 and 2 make a group, 1 and 3 another.
    const inputs = tensor([[1, 0], [4, 4], [3, 8], [4, 4]]); // prettier-ignore
    const rows = await layer.forward(inputs).toArray<number[][]>();
    expect(rows.map((row) => row.slice(0, 2))).toEqual(await inputs.toArray());
    const expected = [(1 + 4) / 2, 1e-4, (1 + 4) / 2, 1e-4];
    rows.forEach((row, i) => expect(row[2]).toBeCloseTo(expected[i]!, 5));
  });

  it("takes pictures, several channels, and batches that the group size does not divide", () => {
    const layer = new MinibatchDeviation({ groupSize: 4, channels: 2 });
    for (const batch of [1, 3, 6, 8])
      expect(layer.forward(ones([batch, 6, 4, 5])).shape).toEqual([batch, 8, 4, 5]);
    expect(() => layer.forward(ones([4, 3, 2, 2]))).toThrow(
      "needs samples with channels that 2 parts evenly: received [4, 3, 2, 2]",
    );
  });

  it("has the gradients of differences", async () => {
    const layer = new MinibatchDeviation({ groupSize: 3 });
    const random = { generator: new Generator(1), dtype: "float64", backend: reference() } as const;
    await gradcheck((x) => layer.forward(x), [normal([6, 2, 2, 2], random)]);
  });
});

describe("featureMatching", () => {
  it("is the squared distance of the mean features, and moves the generated samples alone", async () => {
    const weight = tensor([[1], [2]]).requireGrad();
    const term = featureMatching((x) => x.matmul(weight), { weight: 3 });
    const fake = zeros([4, 2]).requireGrad();
    const loss = term(fake, { inputs: ones([5, 2]) });
    expect(await loss.item()).toBe(27);
    loss.backward();
    // d/dx of 3 (m − 3)², m the mean of 4: 6 · (−3) · weight / 4.
    expect((await fake.grad!.toArray<number[][]>())[0]).toEqual([-4.5, -9]);
  });

  it("is a part of a game", async () => {
    const { step } = await played(20, (discriminator) => ({
      generatorTerms: [featureMatching<Tensor>((x) => discriminator[0]!.forward(x))],
    }));
    expect(step.parts).toHaveLength(2);
  });
});

describe("historicalAveraging", () => {
  it("pulls towards the mean of the past, which a compiled step follows", async () => {
    const x = tensor([0]).requireGrad();
    const history = new SWA([x]);
    const term = historicalAveraging([x], history, { weight: 0.5 });
    const optimizer = new SGD([x], { learningRate: 0 });
    const step = compile(() => {
      optimizer.zeroGrad();
      const loss = term();
      loss.backward();
      optimizer.step();
      return loss;
    });
    const means: number[] = [];
    let sum = 0;
    for (let i = 1; i <= 6; i++) {
      x.assign(tensor([i]));
      history.update();
      sum += i;
      means.push(0.5 * (i - sum / i) ** 2);
      expect(await step().item()).toBeCloseTo(means.at(-1)!, 5);
    }
    expect(step.report.plainInRow).toBe(0);
    expect(() => historicalAveraging([x, x], history)).toThrow("received 1 means of 2 parameters");
  });
});
