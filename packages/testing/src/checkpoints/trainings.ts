import { Conv2d } from "@dl/conv";
import { ProceduralDigits, DataLoader } from "@dl/data";
import { Independent, Normal } from "@dl/distributions";
import {
  AdaptiveAugmentation,
  cycleStep,
  dcganDiscriminator,
  dcganGenerator,
  hinge,
  ImagePool,
  lazyRates,
  patchDiscriminator,
  r1Penalty,
  resnetGenerator,
  StyleDiscriminator,
  StyleGenerator,
  styleStep,
  adversarialStep,
} from "@dl/gan";
import { LatentGenerator } from "@dl/generator";
import {
  BatchNorm,
  crossEntropy,
  Dropout,
  Flatten,
  Linear,
  ReLU,
  Sequential,
  type Layer,
} from "@dl/nn";
import { Adam, cosineSchedule, EMA, Scheduler } from "@dl/optim";
import { Generator, integers, normal, manualSeed, uniform, zeros, type Tensor } from "@dl/tensor";
import {
  ModelAverage,
  supervised,
  Trainer,
  type Callback,
  type TrainerOptions,
} from "@dl/training";
import { elbo, mlpVae, variationalStep } from "@dl/vae";

/** How long a training is, and what else is done. */
interface Length {
  readonly epochs: number;
  readonly callbacks?: readonly Callback[];
}

const rates = { learningRate: 2e-3, beta1: 0.5 };
const list = <T>(count: number, make: (generator: Generator) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(new Generator(i, 7)));
const pictures = (generator: Generator, size = 8): Tensor =>
  uniform([4, 1, size, size], { low: -1, high: 1, generator });

/** Small trainings of each kind, made anew at every call from the same seeds; each step draws numbers. */
export const trainings = {
  /** The schedule, and a loader that shuffles. */
  mlp(length: Length): Trainer<never> {
    const generator = new Generator(1);
    const model = new Sequential(
      new Flatten(),
      new Linear(784, 8, { generator }),
      new ReLU(),
      new Linear(8, 10, { generator }),
    );
    const optimizer = new Adam(model.parameters(), rates);
    const digits = new ProceduralDigits({ length: 40 });
    return made(supervised(model, { loss: crossEntropy, optimizer }), {
      ...length,
      data: new DataLoader(digits, { batchSize: 8, shuffle: true }),
      schedule: new Scheduler(optimizer, cosineSchedule({ steps: 50 })),
      generators: [generator],
    });
  },

  /** Batch norm, dropout from the default generator, averages of weights and of a whole model. */
  cnn(length: Length): Trainer<never> {
    manualSeed(5);
    const generator = new Generator(2);
    const model = new Sequential(
      new Conv2d(1, 4, 3, { generator }),
      new BatchNorm(4),
      new ReLU(),
      new Dropout(0.5),
      new Flatten(),
      new Linear(144, 3, { generator }),
    );
    const optimizer = new Adam(model.parameters(), rates);
    const data = list(5, (random) => ({
      inputs: pictures(random),
      targets: integers(0, 3, [4], { generator: random }),
    }));
    const averages = [new EMA(model.parameters()), new ModelAverage(model, { decay: 0.9 })];
    return made(supervised(model, { loss: crossEntropy, optimizer }), {
      ...length,
      data,
      averages,
    });
  },

  /** Spectral norms, augmentation that adapts, lazy penalties, several updates of the discriminator. */
  dcgan(length: Length): Trainer<never> {
    const generator = new Generator(3);
    const sizes = { size: 28, channels: 1, width: 2, generator } as const;
    const latent = new Independent(new Normal(zeros([4]), 1), 1);
    const model = new LatentGenerator(dcganGenerator({ ...sizes, latent: 4 }), latent);
    const discriminator = dcganDiscriminator({ ...sizes, normalization: "spectral" });
    const adaptive = new AdaptiveAugmentation({ pictures: 40, generator });
    const step = adversarialStep<Tensor>(model, discriminator, {
      optimizers: {
        generator: new Adam(model.parameters(), rates),
        discriminator: new Adam(discriminator.parameters(), rates),
      },
      loss: hinge,
      discriminatorSteps: 2,
      augment: (samples) => adaptive.forward(samples),
      afterDiscriminator: ({ real }) => adaptive.advance(real),
      modules: { adaptive },
      lazyPenalties: [{ penalty: r1Penalty({ weight: 0.1 }), every: 3 }],
      generator,
    });
    const data = list(5, (random) => pictures(random, 28));
    return made(step, { ...length, data, generators: [generator] });
  },

  /** The mean style, path lengths and their mean, styles that are mixed. */
  style(length: Length): Trainer<never> {
    const generator = new Generator(4);
    const model = new StyleGenerator({
      channels: [4, 4],
      colors: 1,
      width: 8,
      mappingLayers: 2,
      generator,
    });
    const discriminator = new StyleDiscriminator({ channels: [4, 4], colors: 1, generator });
    const adam = { learningRate: 2e-3, beta1: 0, beta2: 0.99 };
    const step = styleStep<Tensor>(model, discriminator, {
      optimizers: {
        generator: new Adam(model.parameters(), lazyRates(adam, 3)),
        discriminator: new Adam(discriminator.parameters(), lazyRates(adam, 4)),
      },
      lazyPenalties: [{ penalty: r1Penalty({ weight: 0.1 }), every: 4 }],
      pathLengthEvery: 3,
      generator,
    });
    return made(step, {
      ...length,
      data: list(5, (random) => pictures(random)),
      averages: new ModelAverage(model, { decay: 0.9 }),
      generators: [generator],
    });
  },

  /** Latents from a generator of their own. */
  vae(length: Length): Trainer<never> {
    const generator = new Generator(5);
    const vae = mlpVae({ inputs: 64, hidden: 8, latent: 2, generator });
    const optimizer = new Adam(vae.parameters(), rates);
    const step = variationalStep<Tensor>(vae, {
      optimizer,
      bound: (grey) => elbo(vae, grey, { generator }),
    });
    const data = list(5, (random) => uniform([8, 64], { generator: random }));
    return made(step, { ...length, data, generators: [generator] });
  },

  /** Pools of earlier pictures. */
  cycle(length: Length): Trainer<never> {
    const generator = new Generator(6);
    const sizes = { inChannels: 1, width: 4, generator };
    const translator = (): Layer =>
      resnetGenerator({ ...sizes, outChannels: 1, blocks: 1, halvings: 1, kernelSize: 3 });
    const judge = (): Layer => patchDiscriminator({ ...sizes, layers: 1 });
    const translators = { aToB: translator(), bToA: translator() };
    const judges = { a: judge(), b: judge() };
    const pool = (): ImagePool => new ImagePool(5, [1, 8, 8], { generator });
    const adam = (...networks: readonly Layer[]): Adam =>
      new Adam(
        networks.flatMap((network) => network.parameters()),
        rates,
      );
    const step = cycleStep(translators, judges, {
      optimizers: {
        generator: adam(...Object.values(translators)),
        discriminator: adam(...Object.values(judges)),
      },
      pools: { a: pool(), b: pool() },
    });
    const data = list(5, (random) => ({
      a: normal([2, 1, 8, 8], { generator: random }),
      b: normal([2, 1, 8, 8], { generator: random }),
    }));
    return made(step, { ...length, data, generators: [generator] });
  },
};

function made<Batch>(
  step: ConstructorParameters<typeof Trainer<Batch>>[0],
  options: TrainerOptions<Batch>,
): Trainer<never> {
  return new Trainer(step, options) as unknown as Trainer<never>;
}
