import { cpu } from "@dl/backend-cpu";
import { Independent, Normal } from "@dl/distributions";
import { BatchNorm, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, normal, zeros, type Tensor } from "@dl/tensor";
import { checkpoints, fit, ModelAverage, type TrainerState } from "@dl/training";
import { beforeAll, describe, expect, it } from "vitest";
import { freshAverage, freshStatistics, LatentGenerator, naiveStep } from "./index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const generator = (seed = 1): Generator => new Generator(seed);
const latent = (): Independent => new Independent(new Normal(zeros([2]), 1), 1);
const network = (): LatentGenerator => {
  const random = { generator: generator() };
  const layers = new Sequential(
    new Linear(2, 8, random),
    new BatchNorm(8),
    new ReLU(),
    new Linear(8, 3, random),
  );
  return new LatentGenerator(layers, latent());
};
const layerOf = (model: LatentGenerator): BatchNorm =>
  (model.network as Sequential)[1] as BatchNorm;

describe("a generator with batch norm and averaged weights", () => {
  it("has the statistics of its own weights, for sampling and in checkpoints alike", async () => {
    const model = network();
    const average = new ModelAverage(model, { decay: 0.95 });
    const data: Tensor[] = Array.from({ length: 30 }, () => normal([32, 3]).mul(3).add(5));
    const optimizer = new Adam(model.parameters(), { learningRate: 0.05 });
    const states: TrainerState[] = [];
    const callbacks = [
      freshAverage(average, { generator: generator(7) }),
      checkpoints({ last: (state) => void states.push(state) }),
    ];
    const history = await fit(naiveStep(model, { optimizer }), {
      data,
      epochs: 2,
      averages: average,
      callbacks,
    });
    expect(history[1]!.training.loss).toBeLessThan(history[0]!.training.loss);

    // What the layer sees of many other latents has the statistics it keeps.
    const seen = (average.model.network as Sequential)[0]!.forward(latent().sample([20_000]));
    const { runningMean, runningVariance } = layerOf(average.model);
    expect(await runningMean!.sub(seen.mean(0)).abs().amax().item()).toBeLessThan(0.1);
    expect(await runningVariance!.div(seen.var(0)).sub(1).abs().amax().item()).toBeLessThan(0.1);

    const kept = states.at(-1)!.averages[0]!.averages;
    const tensors = [
      ...average.model.namedParameters().values(),
      ...average.model.namedBuffers().values(),
    ];
    expect(kept).toHaveLength(tensors.length);
    for (const [i, tensor] of tensors.entries())
      expect(await kept[i]!.toArray()).toEqual(await tensor.toArray());
    expect(average.model.sample(4).shape).toEqual([4, 3]);
  });

  it("refuses where there is nothing to take", async () => {
    const plain = new LatentGenerator(new Linear(2, 3), latent());
    await expect(freshStatistics(plain)).rejects.toThrow("no layer of the model keeps running");
    await expect(freshStatistics(network(), { batchSize: 1 })).rejects.toThrow(
      "batchSize must be a whole number of at least 2",
    );
  });
});
