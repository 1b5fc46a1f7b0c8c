import { pgd as attack } from "@dl/gan";
import { crossEntropy } from "@dl/nn";
import { noGrad } from "@dl/autograd";
import { Generator, integers, uniform } from "@dl/tensor";
import type { BenchCase } from "./bench-case.ts";
import { smallCnn } from "./training.ts";

const seed = 1;

/** Pictures that a classifier gets wrong. */
export const pgd: BenchCase = {
  id: "pgd",
  group: "training",
  definition:
    "the network of `cnn`; 20 steps of 2.5 epsilon / 20 along the gradient's sign from the pictures, each projected to 0.3 around them and to [0, 1]; then the loss there; batch 64 of 28x28",
  kind: "pgd",
  params: { batch: 64, steps: 20 },
  samples: 64,
  checkParams: { batch: 4, steps: 3 },
  build(setting, { batch, steps }) {
    const options = { ...setting, generator: new Generator(seed) };
    const model = smallCnn(options);
    const inputs = uniform([batch!, 1, 28, 28], options);
    const { generator, backend } = options;
    const targets = integers(0, 10, [batch!], { generator, backend });
    let loss = NaN;
    return {
      async step() {
        const found = await attack(model, inputs, targets, {
          epsilon: 0.3,
          steps: steps!,
          randomStart: false,
          bounds: [0, 1],
        });
        return (loss = await noGrad(() => crossEntropy(model.forward(found), targets)).item());
      },
      results: () => Promise.resolve([[loss]]),
      given: [...model.parameters(), inputs, targets],
    };
  },
};
