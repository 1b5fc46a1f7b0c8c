import { Independent, Normal } from "@dl/distributions";
import { cpu } from "@dl/backend-cpu";
import { BatchNorm, Dropout, Linear, Sequential } from "@dl/nn";
import { configure, Generator, memory, normal, tensor, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  classHistogram,
  collectFeatures,
  formatSampleQuality,
  perceptualPathLength,
  sampleQuality,
  type GenerativeModel,
} from "../index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const gaussian = (count: number, width: number, seed: number): Tensor =>
  normal([count, width], { generator: new Generator(seed) });

describe("collectFeatures", () => {
  it("gives the same of one tensor, of batches, and of loaders' objects", async () => {
    const network = new Sequential(new Linear(4, 8), new BatchNorm(8), new Dropout(0.5));
    const x = gaussian(70, 4, 1);
    const all = await collectFeatures(network, x, { batchSize: 32 });
    expect(all.shape).toEqual([70, 8]);
    expect(await collectFeatures(network, x.chunk(3))).toEqual(all);
    async function* loader(): AsyncGenerator<{ readonly inputs: Tensor }> {
      for (const inputs of x.split(9)) yield await Promise.resolve({ inputs });
    }
    expect(await collectFeatures(network, loader())).toEqual(all);
    const first = await collectFeatures(network, loader(), { count: 20 });
    expect(first.shape).toEqual([20, 8]);
    // The last digit may depend on how many rows a product has.
    first.data.forEach((feature, i) => expect(Math.abs(feature - all.data[i]!)).toBeLessThan(1e-6));
    // In evaluation: no dropout, and statistics as they were; then as before.
    expect(network.modules().every((module) => module.isTraining)).toBe(true);
    expect(Array.from(await network[1]!.namedBuffers().get("runningMean")!.data())).toEqual(
      new Array(8).fill(0),
    );
  });

  it("makes a model's samples by its generator, and flattens what a function gives", async () => {
    const base = new Independent(new Normal(zeros([2, 3]), 1), 2);
    const model: GenerativeModel = {
      sample: (count, options) => base.sample([count], options),
    };
    const run = (seed: number): Promise<unknown> =>
      collectFeatures((x) => x, model, {
        count: 25,
        batchSize: 10,
        generator: new Generator(seed),
      });
    expect(await run(1)).toMatchObject({ shape: [25, 6] });
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });

  it("holds no more than a batch on the device", async () => {
    const model: GenerativeModel = { sample: (count) => normal([count, 1000]) };
    const before = memory().bytes;
    let most = 0;
    await collectFeatures(
      (x) => {
        most = Math.max(most, memory().bytes - before);
        return x.narrow(1, 0, 2);
      },
      model,
      { count: 20_000, batchSize: 500 },
    );
    // 80 MB of samples in all, 2 MB in a batch; the collector has its turn after 96 MiB.
    expect(most).toBeLessThan(220e6);
  });

  it("refuses what it cannot collect from", async () => {
    const network = new Linear(2, 3);
    const model: GenerativeModel = { sample: (count) => zeros([count, 2]) };
    const cases: readonly (readonly [Promise<unknown>, string])[] = [
      [collectFeatures(network, model), "count must say how many samples the model is to make"],
      [collectFeatures(network, zeros([0, 2])), "must have at least 1 samples: received 0"],
      [collectFeatures(network, zeros([3, 2]), { count: 4 }), "at least 4 samples: received 3"],
      [collectFeatures(network, []), "must have at least 1 samples: received 0"],
      [collectFeatures(network, 3 as never), "needs a tensor, batches or a model with sample()"],
      [collectFeatures(3 as never, zeros([1, 2])), "a network must be a module or a function"],
      [collectFeatures((x) => x.sum(), zeros([3, 2])), "must give a row for each of 3 samples"],
      [collectFeatures(network, zeros([3, 2]), { batchSize: 0 }), "batchSize must be a whole"],
      [collectFeatures((x) => x.log(), zeros([3, 2])), "feature 0 of sample 0 is -Infinity"],
      [
        collectFeatures((async (x: Tensor) => x) as never, zeros([3, 2])),
        "the function is asynchronous",
      ],
    ];
    for (const [call, message] of cases) {
      const error: unknown = await call.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(String(error)).toContain(message);
    }
  });
});

describe("sampleQuality", () => {
  it("has every measure with its floor, the same each time, and prints them side by side", async () => {
    const reference = gaussian(1200, 4, 1);
    const options = { neighborSamples: 300 };
    const good = await sampleQuality(gaussian(1000, 4, 2), reference, options);
    expect(await sampleQuality(gaussian(1000, 4, 2), reference, options)).toEqual(good);
    const bad = await sampleQuality(gaussian(1000, 4, 2).mul(0.3), reference, options);
    // What comes from the same distribution is no worse than the halves, but for chance.
    expect(good.frechet.value.distance).toBeLessThan(2 * good.frechet.floor.distance);
    expect(bad.frechet.value.distance).toBeGreaterThan(20 * bad.frechet.floor.distance);
    expect(bad.kernel.value.distance).toBeGreaterThan(good.kernel.value.distance + 0.1);
    expect(bad.precisionRecall.value.recall).toBeLessThan(0.4);
    expect(bad.precisionRecall.floor.recall).toBeGreaterThan(0.8);
    expect(bad.densityCoverage.floor).toEqual(good.densityCoverage.floor);
    const lines = formatSampleQuality(bad).split("\n");
    const begins = lines.map((line) => line.split("  ")[0]);
    expect(begins).toEqual([
      "",
      "Fréchet distance",
      "kernel distance",
      "precision",
      "recall",
      "density",
      "coverage",
    ]);
    expect(lines[1]).toMatch(/ [\d.]+, bias [\d.]+ +[\d.]+, bias [\d.]+$/);
    expect(lines[2]).toMatch(/ [\d.]+ ± [\d.]+ +-?[\de.-]+$/);
    await expect(sampleQuality(reference, reference, { neighborSamples: 2 })).rejects.toThrow(
      "neighborSamples must be a whole number of at least 6: received 2.",
    );
  });
});

describe("classHistogram", () => {
  it("counts classes and tells entropy, the rarest and confidence", async () => {
    const sure = 40;
    const histogram = await classHistogram(
      tensor([
        [sure, 0, 0],
        [0, sure, 0],
        [0, sure, 0],
        [0, Math.log(2), 0],
      ]),
    );
    expect(histogram.counts).toEqual([1, 3, 0]);
    expect(histogram.entropy).toBeCloseTo(-0.25 * Math.log(0.25) - 0.75 * Math.log(0.75), 12);
    expect([histogram.rarest, histogram.rarestShare, histogram.sure]).toEqual([2, 0, 0.75]);
    expect(histogram.confidence).toBeCloseTo((3 + 0.5) / 4, 6);
  });

  it("keeps to finite numbers where logits are large", async () => {
    const { confidence, entropy } = await classHistogram(tensor([[1e30, -1e30]]));
    expect([confidence, entropy]).toEqual([1, 0]);
    await expect(classHistogram(tensor([[Infinity, 0]]))).rejects.toThrow("not finite");
  });
});

describe("perceptualPathLength", () => {
  it("is the squared slope of a line, and of an arc", async () => {
    const weight = tensor([
      [1, 2],
      [0, 3],
    ]);
    const [from, to] = [gaussian(300, 2, 1), gaussian(300, 2, 2)];
    const pixels = (x: Tensor): Tensor => x;
    const step = await to.sub(from).matmul(weight).square().sum(1).mean().item();
    const line = await perceptualPathLength((z) => z.matmul(weight), pixels, from, to, {
      path: "linear",
      epsilon: 1e-2,
      trim: 0,
    });
    expect(line.steps).toBe(300);
    expect(Math.abs(line.length / step - 1)).toBeLessThan(1e-3);
    // A quarter of a turn at radius 2 has length π.
    const [east, north] = [tensor([[2, 0]]), tensor([[0, 2]])];
    const arc = await perceptualPathLength((z) => z, pixels, east, north, { epsilon: 1e-3 });
    expect(Math.abs(arc.length / Math.PI ** 2 - 1)).toBeLessThan(2e-3);
    expect(arc.spread).toBe(0);
  });

  it("leaves out the longest and the shortest", async () => {
    const from = zeros([100, 1]);
    const to = tensor(Array.from({ length: 100 }, (_, i) => [i === 0 ? 1000 : i]));
    const options = { path: "linear", epsilon: 1e-2, generator: new Generator(3) } as const;
    const all = await perceptualPathLength(
      (z) => z,
      (x) => x,
      from,
      to,
      { ...options, trim: 0 },
    );
    const kept = await perceptualPathLength(
      (z) => z,
      (x) => x,
      from,
      to,
      options,
    );
    expect(kept.steps).toBe(98);
    expect(kept.length).toBeLessThan(all.length / 2);
  });

  it("refuses ends that differ and steps that are none", async () => {
    const call = (to: Tensor, options = {}): Promise<unknown> =>
      perceptualPathLength(
        (z) => z,
        (x) => x,
        zeros([2, 3]),
        to,
        options,
      );
    await expect(call(zeros([2, 2]))).rejects.toThrow("received [2, 3] and [2, 2]");
    await expect(call(zeros([2, 3]), { epsilon: 0 })).rejects.toThrow("epsilon must lie between");
    await expect(call(zeros([2, 3]), { trim: 0.5 })).rejects.toThrow("trim between 0 and 0.5");
    await expect(call(zeros([2, 3]), { batchSize: 0 })).rejects.toThrow("batchSize must be");
  });
});
