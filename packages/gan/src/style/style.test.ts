import { cpu } from "@dl/backend-cpu";
import { conv2d, interpolate } from "@dl/conv";
import { Adam } from "@dl/optim";
import { configure, Generator, normal, ones, uniform, zeros } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { r1Penalty } from "../penalties/zero-centered.ts";
import { styleStep } from "../steps/style-step.ts";
import { EqualizedConv2d } from "./equalized-conv2d.ts";
import { lazyRates } from "./lazy-rates.ts";
import { modulatedConv2d } from "./modulate.ts";
import { projectStyles } from "./project-styles.ts";
import { StyleDiscriminator } from "./style-discriminator.ts";
import { StyleGenerator } from "./style-generator.ts";
import { mixAtRandom, mixStyles } from "./style-mixing.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const channels = [8, 6, 4];
const makeModel = (generator = new Generator(1)): StyleGenerator =>
  new StyleGenerator({ channels, width: 16, mappingLayers: 2, generator });

describe("convolutions that change a picture's size", () => {
  it("enlarge to the nearest pixel and convolve, without the enlarged picture", async () => {
    const generator = new Generator(2);
    const [pictures, weight] = [
      normal([2, 3, 5, 5], { generator }),
      normal([4, 3, 3, 3], { generator }),
    ];
    const once = modulatedConv2d(pictures, weight, ones([2, 3]), {
      demodulate: false,
      enlarge: [1, 1],
    });
    const twice = conv2d(interpolate(pictures, { scaleFactor: 2 }), weight, undefined, {
      padding: 1,
    });
    expect(await once.sub(twice).abs().max().item()).toBeLessThan(1e-5);
  });

  it("halve by stride, and refuse kernels that reach farther to one side", () => {
    const shapeOf = (size: number, options: object): readonly number[] =>
      new EqualizedConv2d(3, 5, size, { stride: 2, ...options }).forward(zeros([1, 3, 8, 8])).shape;
    expect(shapeOf(4, {})).toEqual([1, 5, 4, 4]);
    expect(shapeOf(3, { taps: [1, 1] })).toEqual([1, 5, 4, 4]);
    expect(shapeOf(1, { taps: [1, 3, 3, 1] })).toEqual([1, 5, 4, 4]);
    expect(() => new EqualizedConv2d(3, 5, 4)).toThrow("kernelSize must be odd here");
    expect(() => new EqualizedConv2d(3, 5, 3, { stride: 2 })).toThrow("kernelSize must be even");
    expect(() => new EqualizedConv2d(3, 5, 3, { taps: [1, 2] })).toThrow(
      "equalizedConv2d: taps must be an even number of numbers, symmetric",
    );
  });
});

describe("StyleGenerator", () => {
  it("draws the same pictures from the same generator, other ones with other noise", async () => {
    const model = makeModel();
    for (const block of model.synthesis.blocks) block.noiseStrength.assign(ones([]));
    const of = async (seed: number): Promise<Float32Array> =>
      (await model.sample(3, { generator: new Generator(seed) }).data()) as Float32Array;
    expect(await of(5)).toEqual(await of(5));
    const styles = model.styles(normal([2, 16], { generator: new Generator(3) }));
    const noise = model.synthesis.drawNoise(1, { generator: new Generator(4) });
    const given = (): Promise<unknown> => model.synthesis.forward(styles, noise).toArray();
    expect(await given()).toEqual(await given());
    expect(await model.synthesis.forward(styles).toArray()).not.toEqual(await given());
  });

  it("follows the mean style in training, and truncates towards it up to the cutoff", async () => {
    const model = makeModel();
    const latents = normal([64, 16], { generator: new Generator(3) });
    for (let i = 0; i < 40; i++) model.styles(latents);
    const mean = model.mapping.forward(latents).mean(0);
    const followed = model.meanStyle.div(1 - 0.995 ** 40);
    expect(await followed.sub(mean).abs().max().item()).toBeLessThan(1e-4);
    model.eval();
    const half = model.styles(latents, { truncation: 0.5, cutoff: 2 });
    const whole = model.styles(latents);
    const middle = model.meanStyle.add(whole).mul(0.5);
    expect(
      await half
        .narrow(1, 0, 2)
        .sub(middle.narrow(1, 0, 2))
        .abs()
        .max()
        .item(),
    ).toBeLessThan(1e-5);
    expect(
      await half
        .narrow(1, 2, 4)
        .sub(whole.narrow(1, 2, 4))
        .abs()
        .max()
        .item(),
    ).toBe(0);
    expect(() => model.styles(latents, { cutoff: 9 })).toThrow(
      "styleGenerator: cutoff must be a whole number from 0 to 6: received 9.",
    );
  });

  it("refuses styles and noise that do not fit its layers", () => {
    const { synthesis } = makeModel();
    expect(() => synthesis.forward(zeros([2, 5, 16]))).toThrow("styles must be [batch, 6, 16]");
    expect(() => synthesis.forward(zeros([2, 6, 16]), [])).toThrow(
      "synthesisNetwork: needs noise for each of 5 layers: received 0. Make it with drawNoise(count).",
    );
  });

  it("has projected styles that come closer the longer they are looked for", async () => {
    const model = makeModel().eval();
    const generator = new Generator(8);
    const wanted = model.sample(3, { generator });
    const { styles, losses, errors } = await projectStyles(model, wanted, {
      steps: 60,
      perLayer: true,
      generator,
    });
    expect(styles.shape).toEqual([3, 6, 16]);
    expect(errors).toHaveLength(3);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 4);
  });
});

describe("style mixing", () => {
  it("takes the source's styles in the range that is asked for", async () => {
    const mixed = mixStyles(zeros([1, 5, 1]), ones([1, 5, 1]), { from: 3 });
    expect(await mixed.flatten().toArray()).toEqual([0, 0, 0, 1, 1]);
    expect(() => mixStyles(zeros([1, 5, 1]), ones([1, 4, 1]))).toThrow("must have the same shape");
  });

  it("mixes nine pictures in ten, from each layer but the first equally often", async () => {
    const [first, second] = [zeros([20_000, 5, 1]), ones([20_000, 5, 1])];
    const mixed = mixAtRandom(first, second, 0.9, { generator: new Generator(6) });
    const shares = await mixed.mean(0).flatten().toArray<number[]>();
    // A crossing at 1, 2, 3 or 4: layer k is the second's with probability 0.9 k / 4.
    shares.forEach((share, layer) => {
      expect(Math.abs(share - 0.225 * layer), `layer ${layer}`).toBeLessThan(0.02);
    });
  });
});

it("a compiled style step has the bits of a plain one, and its state resumes to the same bits", async () => {
  const play = async (steps: number, isPlain = false, stopAt = Infinity): Promise<number[]> => {
    const generator = new Generator(1);
    const model = makeModel(generator);
    const discriminator = new StyleDiscriminator({ channels, depth: 1, generator });
    const rates = { learningRate: 2e-3, beta1: 0, beta2: 0.99 };
    const optimizers = {
      generator: new Adam(model.parameters(), lazyRates(rates, 4)),
      discriminator: new Adam(discriminator.parameters(), lazyRates(rates, 4)),
    };
    const make = (): ReturnType<typeof styleStep> =>
      styleStep(model, discriminator, {
        optimizers,
        lazyPenalties: [{ penalty: r1Penalty(), every: 4 }],
        pathLengthEvery: 4,
        generator,
      });
    let step = make();
    const losses: number[] = [];
    for (let i = 0; i < steps; i++) {
      if (i === stopAt) {
        const state = step.stateDict!();
        step = make();
        step.loadStateDict!(state);
      }
      const inputs = uniform([4, 3, 16, 16], { generator });
      const stranger = { inputs, runsPlain: () => {} };
      const told = await step.step(isPlain ? stranger : inputs);
      for (const scalar of Object.values(told)) losses.push(await scalar!.item());
    }
    if (!isPlain)
      expect(step.parts!.map(({ refusal }) => refusal)).toEqual(Array(4).fill(undefined));
    return losses;
  };
  const compiled = await play(10);
  expect(await play(10, true)).toEqual(compiled);
  expect(await play(10, false, 6)).toEqual(compiled);
});
