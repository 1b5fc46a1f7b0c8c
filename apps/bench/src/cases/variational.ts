import { Conv2d, ConvTranspose2d } from "@dl/conv";
import {
  binaryCrossEntropyWithLogits,
  Flatten,
  Linear,
  ReLU,
  Sequential,
  Unflatten,
  type Parameter,
} from "@dl/nn";
import { Adam } from "@dl/optim";
import { Generator, logsumexp, uniform, type Tensor } from "@dl/tensor";
import type { BenchCase, Setting, Work } from "./bench-case.ts";
import { noiseSource } from "./random-noise.ts";
import { trainingWork } from "./training.ts";

const seed = 1;
const latentSize = 20;

type Options = Setting & { readonly generator: Generator };

/** Two heads on an encoder's features, and a decoder from latents to logits of pixels. */
interface Network {
  readonly encoder: Sequential;
  readonly meanHead: Linear;
  readonly logVarianceHead: Linear;
  readonly decoder: Sequential;
}

function denseNetwork(options: Options): Network {
  return {
    encoder: new Sequential(new Linear(784, 400, options), new ReLU()),
    meanHead: new Linear(400, latentSize, options),
    logVarianceHead: new Linear(400, latentSize, options),
    decoder: new Sequential(
      new Linear(latentSize, 400, options),
      new ReLU(),
      new Linear(400, 784, options),
    ),
  };
}

function convolutionalNetwork(options: Options): Network {
  const halves = { stride: 2, padding: 1, ...options };
  return {
    encoder: new Sequential(
      new Conv2d(1, 16, 4, halves),
      new ReLU(),
      new Conv2d(16, 32, 4, halves),
      new ReLU(),
      new Flatten(),
      new Linear(1568, 128, options),
      new ReLU(),
    ),
    meanHead: new Linear(128, latentSize, options),
    logVarianceHead: new Linear(128, latentSize, options),
    decoder: new Sequential(
      new Linear(latentSize, 128, options),
      new ReLU(),
      new Linear(128, 1568, options),
      new ReLU(),
      new Unflatten(1, [32, 7, 7]),
      new ConvTranspose2d(32, 16, 4, halves),
      new ReLU(),
      new ConvTranspose2d(16, 1, 4, halves),
    ),
  };
}

function parametersOf({ encoder, meanHead, logVarianceHead, decoder }: Network): Parameter[] {
  return [encoder, meanHead, logVarianceHead, decoder].flatMap((part) => part.parameters());
}

/** Negative evidence bound as a sum over the batch, one sample for each image. */
function elboWork(
  network: Network,
  imageShape: readonly number[],
  options: Options,
  fixedNoise: number | undefined,
): Work {
  const { encoder, meanHead, logVarianceHead, decoder } = network;
  const parameters = parametersOf(network);
  const images = uniform(imageShape, options);
  const [draw, kept] = noiseSource([imageShape[0]!, latentSize], options, fixedNoise);
  return trainingWork(
    () => {
      const features = encoder.forward(images);
      const mean = meanHead.forward(features);
      const logVariance = logVarianceHead.forward(features);
      const latent = mean.add(draw().mul(logVariance.mul(0.5).exp()));
      const reconstruction = binaryCrossEntropyWithLogits(decoder.forward(latent), images, {
        reduction: "sum",
      });
      const divergence = logVariance.exp().add(mean.square()).sub(1).sub(logVariance).sum();
      return reconstruction.add(divergence.mul(0.5));
    },
    new Adam(parameters, { learningRate: 1e-3 }),
    parameters,
    [images, ...kept],
  );
}

const vae: BenchCase = {
  id: "vae",
  group: "training",
  definition:
    "784-400, ReLU, mean and log-variance 20, sample, 20-400-784, ReLU, cross-entropy with logits and KL as sums, Adam(1e-3), batch 128, fresh noise each step",
  kind: "vae",
  params: { batch: 128 },
  samples: 128,
  learns: true,
  flops: 6 * 128 * (784 * 400 + 2 * 400 * 20 + 20 * 400 + 400 * 784),
  checkParams: { batch: 8 },
  build(setting, { batch, fixedNoise }) {
    const options = { ...setting, generator: new Generator(seed) };
    return elboWork(denseNetwork(options), [batch!, 784], options, fixedNoise);
  },
};

const vaeConv: BenchCase = {
  id: "vae-conv",
  group: "training",
  definition:
    "convolution to 16, ReLU, to 32, ReLU, 1568-128, ReLU, mean and log-variance 20, sample, 20-128-1568, ReLU after each, transposed convolution to 16, ReLU, to 1; all 4x4, stride 2, padding 1; loss and optimiser of `vae`; batch 128 of 28x28",
  kind: "vae-conv",
  params: { batch: 128 },
  samples: 128,
  learns: true,
  flops:
    6 * 128 * 2 * (196 * 16 * 16 + 49 * 32 * 256 + 1568 * 128) + 6 * 128 * (3 * latentSize * 128),
  checkParams: { batch: 4 },
  build(setting, { batch, fixedNoise }) {
    const options = { ...setting, generator: new Generator(seed) };
    return elboWork(convolutionalNetwork(options), [batch!, 1, 28, 28], options, fixedNoise);
  },
};

/**
 * Importance-weighted bound: the logarithm of the mean weight of k latents for each image.
 *
 * Source: Burda et al. 2016, arXiv:1509.00519, equation 8.
 */
const iwae: BenchCase = {
  id: "iwae-16",
  group: "training",
  definition:
    "network of `vae`; 16 latents for each image; negative importance-weighted bound, ln of the mean of p(x|z) p(z) / q(z|x), as a mean over the batch; Adam(1e-3), batch 64, fresh noise each step",
  kind: "iwae",
  params: { batch: 64, latents: 16 },
  samples: 64,
  learns: true,
  flops: 6 * 64 * (784 * 400 + 2 * 400 * 20 + 16 * (20 * 400 + 400 * 784)),
  checkParams: { batch: 4, latents: 3 },
  build(setting, { batch, latents, fixedNoise }) {
    const options = { ...setting, generator: new Generator(seed) };
    const network = denseNetwork(options);
    const { encoder, meanHead, logVarianceHead, decoder } = network;
    const parameters = parametersOf(network);
    const images = uniform([batch!, 784], options);
    const [draw, kept] = noiseSource([latents!, batch!, latentSize], options, fixedNoise);
    const logWeights = (): Tensor => {
      const features = encoder.forward(images);
      const mean = meanHead.forward(features);
      const logVariance = logVarianceHead.forward(features);
      const noise = draw();
      const latent = mean.add(noise.mul(logVariance.mul(0.5).exp())); // [latents, batch, 20]
      const logits = decoder.forward(latent); // [latents, batch, 784]
      const likelihood = binaryCrossEntropyWithLogits(logits, images.expand(logits.shape), {
        reduction: "none",
      })
        .sum(-1)
        .neg();
      // ln p(z) - ln q(z|x): both are normal, and their constants cancel.
      const ratio = noise.square().add(logVariance).sub(latent.square()).sum(-1).mul(0.5);
      return likelihood.add(ratio); // [latents, batch]
    };
    return trainingWork(
      () => logsumexp(logWeights(), 0).sub(Math.log(latents!)).mean().neg(),
      new Adam(parameters, { learningRate: 1e-3 }),
      parameters,
      [images, ...kept],
    );
  },
};

export const variationalCases: readonly BenchCase[] = [vae, vaeConv, iwae];
