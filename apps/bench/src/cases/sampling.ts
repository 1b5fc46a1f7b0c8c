import { noGrad } from "@dl/autograd";
import { Linear, ReLU, Sequential, Sigmoid } from "@dl/nn";
import { compile, Generator } from "@dl/tensor";
import type { BenchCase, Values } from "./bench-case.ts";
import { noiseSource } from "./random-noise.ts";

const seed = 1;

/** Pictures out of a decoder, batch by batch, all of them read. */
export const sampleDecoder: BenchCase = {
  id: "sample-decoder",
  group: "sampling",
  definition:
    "10,000 samples of 20-400-784, ReLU, sigmoid, from fresh normal noise, in batches of 500, all read",
  kind: "sample-decoder",
  params: { count: 10_000, batch: 500 },
  samples: 10_000,
  flops: 2 * 10_000 * (20 * 400 + 400 * 784),
  checkParams: { count: 24, batch: 8 },
  build(setting, { count, batch, fixedNoise }) {
    const options = { ...setting, generator: new Generator(seed) };
    const decoder = new Sequential(
      new Linear(20, 400, options),
      new ReLU(),
      new Linear(400, 784, options),
      new Sigmoid(),
    );
    const [draw, kept] = noiseSource([batch!, 20], options, fixedNoise);
    const sample = compile(() => noGrad(() => decoder.forward(draw())));
    let pictures: Values[] = [];
    return {
      async step() {
        pictures = [];
        for (let made = 0; made < count!; made += batch!) pictures.push(await sample().data());
        return undefined;
      },
      results: async () => pictures,
      given: [...decoder.parameters(), ...kept],
    };
  },
};
