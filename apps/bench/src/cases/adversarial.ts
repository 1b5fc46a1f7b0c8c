import { gradientsOf, noGrad, noWeightGradients } from "@dl/autograd";
import { Conv2d, ConvTranspose2d } from "@dl/conv";
import {
  BatchNorm,
  binaryCrossEntropyWithLogits,
  Flatten,
  LeakyReLU,
  Linear,
  ReLU,
  Sequential,
  SpectralNorm,
  Tanh,
  Unflatten,
} from "@dl/nn";
import { Adam } from "@dl/optim";
import { compile, Generator, ones, uniform, zeros, type Tensor } from "@dl/tensor";
import type { BenchCase, Setting } from "./bench-case.ts";
import { gameWork } from "./game-work.ts";
import { noiseSource } from "./random-noise.ts";

const seed = 1;

interface RandomSetting extends Setting {
  readonly generator: Generator;
}

/** From 64 numbers to [1, 28, 28]. */
function generatorNetwork(options: RandomSetting): Sequential {
  const { generator: _, ...setting } = options;
  const halves = { stride: 2, padding: 1, ...options };
  return new Sequential(
    new Linear(64, 3136, options),
    new Unflatten(1, [64, 7, 7]),
    new BatchNorm(64, setting),
    new ReLU(),
    new ConvTranspose2d(64, 32, 4, halves),
    new BatchNorm(32, setting),
    new ReLU(),
    new ConvTranspose2d(32, 1, 4, halves),
    new Tanh(),
  );
}

/** A generator and a discriminator, each updated once. */
export const dcgan: BenchCase = {
  id: "dcgan",
  group: "training",
  definition:
    "generator 64-3136, BN, ReLU, transposed convolution to 32, BN, ReLU, to 1, tanh; discriminator convolution to 32, LeakyReLU(0.2), to 64, BN, LeakyReLU(0.2), 3136-1; all 4x4, stride 2, padding 1; cross-entropy with logits; Adam(2e-4, 0.5, 0.999) each; one update on real and detached fake, one of the generator; batch 64",
  kind: "dcgan",
  params: { batch: 64 },
  samples: 64,
  checkParams: { batch: 4 },
  build(setting, { batch, fixedNoise }) {
    const options = { ...setting, generator: new Generator(seed) };
    const halves = { stride: 2, padding: 1, ...options };
    const generator = generatorNetwork(options);
    const discriminator = new Sequential(
      new Conv2d(1, 32, 4, halves),
      new LeakyReLU(0.2),
      new Conv2d(32, 64, 4, halves),
      new BatchNorm(64, setting),
      new LeakyReLU(0.2),
      new Flatten(),
      new Linear(3136, 1, options),
    );
    const adam = { learningRate: 2e-4, beta1: 0.5, beta2: 0.999 };
    const generatorOptimizer = new Adam(generator.parameters(), adam);
    const discriminatorOptimizer = new Adam(discriminator.parameters(), adam);
    const images = uniform([batch!, 1, 28, 28], { low: -1, high: 1, ...options });
    const [draw, kept] = noiseSource([batch!, 64], options, fixedNoise);
    const [real, fake] = [ones([batch!, 1], setting), zeros([batch!, 1], setting)];
    const judge = (x: Tensor): Tensor => discriminator.forward(x);
    const update = compile(() => {
      const made = generator.forward(draw());
      const discriminatorLoss = binaryCrossEntropyWithLogits(judge(images), real).add(
        binaryCrossEntropyWithLogits(judge(made.detach()), fake),
      );
      discriminatorOptimizer.zeroGrad();
      discriminatorLoss.backward();
      discriminatorOptimizer.step();
      const generatorLoss = binaryCrossEntropyWithLogits(judge(made), real);
      generatorOptimizer.zeroGrad();
      generatorLoss.backward();
      generatorOptimizer.step();
      return { discriminatorLoss, generatorLoss };
    });
    return gameWork(
      update,
      [...randomParameters(generator), ...randomParameters(discriminator), images, ...kept],
      generator,
    );
  },
};

/** A critic held by a penalty on its slope, updated five times for one update of the generator. */
export const wganGp: BenchCase = {
  id: "wgan-gp",
  group: "training",
  definition:
    "networks of `dcgan`, the critic without BN; five updates of the critic on real and detached fake by Wasserstein's loss and 10 (slope - 1)^2 at points between, one of the generator; Adam(1e-4, 0.5, 0.9) each; batch 64",
  kind: "wgan-gp",
  params: { batch: 64, critic: 5 },
  samples: 64,
  checkParams: { batch: 4, critic: 2 },
  build(setting, { batch, critic: updates, fixedNoise }) {
    const options = { ...setting, generator: new Generator(seed) };
    const halves = { stride: 2, padding: 1, ...options };
    const generator = generatorNetwork(options);
    const critic = new Sequential(
      new Conv2d(1, 32, 4, halves),
      new LeakyReLU(0.2),
      new Conv2d(32, 64, 4, halves),
      new LeakyReLU(0.2),
      new Flatten(),
      new Linear(3136, 1, options),
    );
    const adam = { learningRate: 1e-4, beta1: 0.5, beta2: 0.9 };
    const generatorOptimizer = new Adam(generator.parameters(), adam);
    const criticOptimizer = new Adam(critic.parameters(), adam);
    const images = uniform([batch!, 1, 28, 28], { low: -1, high: 1, ...options });
    const [draw, kept] = noiseSource([batch!, 64], options, fixedNoise);
    const share = uniform([batch!, 1, 1, 1], options);
    const shares = (): Tensor => (fixedNoise === 1 ? share : uniform([batch!, 1, 1, 1], options));
    const penalty = (made: Tensor): Tensor => {
      const between = images.lerp(made, shares()).detach().requireGrad();
      const [slope] = gradientsOf(critic.forward(between).sum(), [between], { createGraph: true });
      return slope!.flatten(1).norm(2, 1).sub(1).square().mean().mul(10);
    };
    const update = compile(() => {
      let criticLoss: Tensor | undefined;
      for (let i = 0; i < updates!; i++) {
        const made = noGrad(() => generator.forward(draw()));
        criticLoss = critic
          .forward(made)
          .mean()
          .sub(critic.forward(images).mean())
          .add(penalty(made));
        criticOptimizer.zeroGrad();
        criticLoss.backward();
        criticOptimizer.step();
      }
      const generatorLoss = critic.forward(generator.forward(draw())).mean().neg();
      generatorOptimizer.zeroGrad();
      noWeightGradients(critic.parameters(), () => generatorLoss.backward());
      generatorOptimizer.step();
      return { discriminatorLoss: criticLoss!, generatorLoss };
    });
    return gameWork(
      update,
      [
        ...randomParameters(generator),
        ...randomParameters(critic),
        images,
        ...(fixedNoise === 1 ? [share] : []),
        ...kept,
      ],
      generator,
    );
  },
};

/** A discriminator held by the spectral norm of its layers. */
export const sngan: BenchCase = {
  id: "sngan",
  group: "training",
  definition:
    "generator of `dcgan`; discriminator the same without BN, each layer divided by its spectral norm (one power iteration a pass); hinge loss; Adam(2e-4, 0.5, 0.999) each; one update on real and detached fake, one of the generator; batch 64",
  kind: "sngan",
  params: { batch: 64 },
  samples: 64,
  checkParams: { batch: 4 },
  build(setting, { batch, fixedNoise }) {
    const options = { ...setting, generator: new Generator(seed) };
    const { generator: random } = options;
    const halves = { stride: 2, padding: 1, ...options };
    const generator = generatorNetwork(options);
    const layers = [
      new Conv2d(1, 32, 4, halves),
      new Conv2d(32, 64, 4, halves),
      new Linear(3136, 1, options),
    ].map((layer) => new SpectralNorm(layer, { generator: random }));
    const discriminator = new Sequential(
      layers[0]!,
      new LeakyReLU(0.2),
      layers[1]!,
      new LeakyReLU(0.2),
      new Flatten(),
      layers[2]!,
    );
    // A reading of what a peer starts from must come before the first pass changes it.
    const vectors = layers.flatMap(({ u, v }) => [u.clone(), v.clone()]);
    const adam = { learningRate: 2e-4, beta1: 0.5, beta2: 0.999 };
    const generatorOptimizer = new Adam(generator.parameters(), adam);
    const discriminatorOptimizer = new Adam(discriminator.parameters(), adam);
    const images = uniform([batch!, 1, 28, 28], { low: -1, high: 1, ...options });
    const [draw, kept] = noiseSource([batch!, 64], options, fixedNoise);
    const update = compile(() => {
      const made = noGrad(() => generator.forward(draw()));
      const [onReal, onFake] = [discriminator.forward(images), discriminator.forward(made)];
      const discriminatorLoss = onReal.neg().add(1).relu().mean().add(onFake.add(1).relu().mean());
      discriminatorOptimizer.zeroGrad();
      discriminatorLoss.backward();
      discriminatorOptimizer.step();
      const generatorLoss = discriminator.forward(generator.forward(draw())).mean().neg();
      generatorOptimizer.zeroGrad();
      noWeightGradients(discriminator.parameters(), () => generatorLoss.backward());
      generatorOptimizer.step();
      return { discriminatorLoss, generatorLoss };
    });
    return gameWork(
      update,
      [
        ...randomParameters(generator),
        ...layers.flatMap((layer) => layer.parameters()),
        ...vectors,
        images,
        ...kept,
      ],
      generator,
    );
  },
};

/** Normalisation begins with ones and zeros in every library. */
function randomParameters(model: Sequential): Tensor[] {
  const layers = [...model.children()].map(([, layer]) => layer);
  return layers.flatMap((layer) => (layer instanceof BatchNorm ? [] : layer.parameters()));
}
