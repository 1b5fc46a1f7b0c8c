import { cpu } from "@dl/backend-cpu";
import { BatchNorm, Linear, Sequential, Tanh } from "@dl/nn";
import { configure, Generator, memory, normal, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { invert, type InversionProgress } from "../index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const decoder = (seed = 1): Sequential => {
  const generator = new Generator(seed);
  return new Sequential(
    new Linear(3, 16, { generator }),
    new BatchNorm(16),
    new Tanh(),
    new Linear(16, 20, { generator }),
  );
};
const latentsOf = (count: number, seed: number): Tensor =>
  normal([count, 3], { generator: new Generator(seed) });
const made = (network: Sequential, latents: Tensor): Tensor => {
  network.eval();
  const samples = network.forward(latents).detach();
  network.train();
  return samples;
};
const largest = async (x: Tensor): Promise<number> => await x.abs().max().item();

describe("invert", () => {
  it("finds the latents that samples were made of, and leaves the network as it is", async () => {
    const network = decoder();
    const truth = latentsOf(6, 2);
    const targets = made(network, truth);
    const before = await Promise.all(network.parameters().map((x) => x.toArray()));
    const start = zeros([6, 3]);
    const { latents, errors, losses } = await invert(network, targets, start, { steps: 400 });
    expect(Math.max(...errors)).toBeLessThan(1e-6);
    expect(await largest(latents.sub(truth))).toBeLessThan(1e-2);
    expect(losses).toHaveLength(400);
    expect(losses.at(-1)!).toBeLessThan(1e-3 * losses[0]!);
    expect(latents.requiresGrad).toBe(false);
    expect(await largest(start)).toBe(0);
    expect(await Promise.all(network.parameters().map((x) => x.toArray()))).toEqual(before);
    expect(network.parameters().every(({ grad }) => grad === null)).toBe(true);
    expect(network.modules().every((module) => module.isTraining)).toBe(true);
  });

  it("finds each sample as well alone as among others", async () => {
    const network = decoder();
    const targets = made(network, latentsOf(4, 3));
    const start = latentsOf(4, 4);
    const options = { steps: 60 };
    const all = await invert(network, targets, start, options);
    const one = await invert(network, targets.narrow(0, 2, 1), start.narrow(0, 2, 1), options);
    expect(await largest(all.latents.narrow(0, 2, 1).sub(one.latents))).toBeLessThan(1e-4);
  });

  it("starts where an encoder says", async () => {
    const network = decoder();
    const truth = latentsOf(4, 3);
    const nearly = truth.add(0.05);
    const targets = made(network, truth);
    const { losses } = await invert(network, targets, () => nearly, { steps: 20 });
    const far = await invert(network, targets, zeros([4, 3]), { steps: 20 });
    expect(losses[0]!).toBeLessThan(0.1 * far.losses[0]!);
  });

  it("holds latents back by a prior, and looks at features beside pixels", async () => {
    const network = decoder();
    const targets = made(network, latentsOf(5, 6).mul(2));
    const start = zeros([5, 3]);
    const free = await invert(network, targets, start, { steps: 150 });
    const held = await invert(network, targets, start, { steps: 150, priorWeight: 1 });
    const length = async (x: Tensor): Promise<number> => await x.square().mean().item();
    expect(await length(held.latents)).toBeLessThan(0.7 * (await length(free.latents)));
    // Pixels that count for nothing, features that do.
    const features = new Linear(20, 6, { generator: new Generator(8) });
    const others = made(network, latentsOf(5, 7));
    const by = await invert(network, others, start, {
      pixelLoss: (samples) => samples.flatten(1).sum(1).mul(0),
      features,
    });
    const gap = features.forward(made(network, by.latents)).sub(features.forward(others));
    expect(await largest(gap)).toBeLessThan(0.02);
    expect(features.parameters().every(({ grad }) => grad === null)).toBe(true);
  });

  it("tells how far it is, and stops when it is told to", async () => {
    const network = decoder();
    const targets = made(network, latentsOf(2, 3));
    const told: InversionProgress[] = [];
    await invert(network, targets, zeros([2, 3]), {
      steps: 50,
      onProgress: (progress) => told.push(progress),
    });
    expect(told.at(-1)).toMatchObject({ step: 50, steps: 50, secondsLeft: 0 });
    expect(told[0]!.stepsPerSecond).toBeGreaterThan(0);
    const controller = new AbortController();
    const stopped = invert(network, targets, zeros([2, 3]), {
      steps: 1e9,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toThrow("enough");
  });

  it("holds no more memory after many steps than after some", async () => {
    const network = decoder();
    const targets = made(network, latentsOf(50, 3));
    const seen: number[] = [];
    await invert(network, targets, zeros([50, 3]), {
      steps: 600,
      onProgress: () => seen.push(memory().bytes),
    });
    expect(Math.max(...seen)).toBeLessThan(seen[0]! + 20e6);
  });

  it("refuses starts, samples and losses that do not fit", async () => {
    const network = decoder();
    const targets = zeros([2, 20]);
    const cases: readonly (readonly [Promise<unknown>, string])[] = [
      [invert(network, targets, zeros([3, 3])), "a latent for each of 2 targets: received [3, 3]"],
      [
        invert(network, zeros([2, 19]), zeros([2, 3])),
        "samples of the targets' shape [2, 19]: received [2, 20]",
      ],
      [
        invert(network, targets, zeros([2, 3]), { pixelLoss: (x, y) => x.sub(y).abs().mean() }),
        "a number for each of 2 samples: received []",
      ],
      [invert(network, targets, zeros([2, 3]), { steps: 0 }), "steps must be a whole number"],
      [invert(network, targets, zeros([2, 3]), { priorWeight: -1 }), "weights must be 0 or above"],
      [invert({} as never, targets, zeros([2, 3])), "options stand where a network belongs"],
      [invert(network, targets, 3 as never), "a network must be a module or a function"],
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
