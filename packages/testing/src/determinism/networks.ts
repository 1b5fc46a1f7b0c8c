import type { Backend } from "@dl/backend";
import { Conv2d, ConvTranspose2d, MaxPool2d } from "@dl/conv";
import {
  BatchNorm,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  Dropout,
  Flatten,
  LeakyReLU,
  Linear,
  type Module,
  ReLU,
  Sequential,
  Tanh,
  Unflatten,
} from "@dl/nn";
import { Adam, cosineSchedule, NAdam, Scheduler, SGD } from "@dl/optim";
import { Generator, integers, normal, onesLike, uniform, zerosLike, type Tensor } from "@dl/tensor";

interface Setting {
  readonly backend: Backend;
  readonly generator: Generator;
}

/** A network with all that a step needs: each call trains one step and gives its loss. */
interface Training {
  readonly models: readonly Module[];
  readonly step: () => Tensor;
}

const steps = 3;

/** Losses, then parameters, running statistics and the last gradients after a few steps. */
export async function trained(
  build: (setting: Setting) => Training,
  backend: Backend,
): Promise<Tensor[]> {
  const { models, step } = build({ backend, generator: new Generator(1) });
  const losses: Tensor[] = [];
  for (let i = 0; i < steps; i++) losses.push(step());
  const states = models.flatMap((model) => [...model.stateDict().values()]);
  const gradients = models.flatMap((model) => [...model.parameters()].map(({ grad }) => grad!));
  return [...losses, ...states, ...gradients];
}

interface Stepper {
  zeroGrad(): void;
  step(): void;
}

function descend(loss: Tensor, optimizer: Stepper): Tensor {
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss;
}

/** Large enough that products, updates and element-wise work are shared among threads. */
export const networks: Readonly<Record<string, (setting: Setting) => Training>> = {
  mlp(setting) {
    const model = new Sequential(
      new Linear(784, 160, setting),
      new ReLU(),
      new Dropout(0.2, { generator: setting.generator }),
      new Linear(160, 10, setting),
    );
    const inputs = uniform([128, 784], setting);
    const targets = integers(0, 10, [128], setting);
    const optimizer = new Adam(model.parameters(), { learningRate: 1e-3 });
    const scheduler = new Scheduler(optimizer, cosineSchedule({ steps: 7 }));
    return {
      models: [model],
      step() {
        const loss = descend(crossEntropy(model.forward(inputs), targets), optimizer);
        scheduler.step();
        return loss;
      },
    };
  },

  /** Kernels of 3x3 and 5x5 take Winograd's way. */
  cnn(setting) {
    const model = new Sequential(
      new Conv2d(1, 16, 5, { padding: 2, ...setting }),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(16, 32, 3, { padding: 1, ...setting }),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(32, 32, 5, { padding: 2, ...setting }),
      new Flatten(),
      new Linear(1568, 10, setting),
    );
    const inputs = uniform([16, 1, 28, 28], setting);
    const targets = integers(0, 10, [16], setting);
    const optimizer = new SGD(model.parameters(), { learningRate: 0.01, momentum: 0.9 });
    return {
      models: [model],
      step: () => descend(crossEntropy(model.forward(inputs), targets), optimizer),
    };
  },

  vae(setting) {
    const encoder = new Linear(784, 128, setting);
    const [meanHead, logVarianceHead] = [
      new Linear(128, 16, setting),
      new Linear(128, 16, setting),
    ];
    const decoder = new Sequential(
      new Linear(16, 128, setting),
      new Tanh(),
      new Linear(128, 784, setting),
    );
    const models = [encoder, meanHead, logVarianceHead, decoder];
    const images = uniform([64, 784], setting);
    const optimizer = new NAdam(models.flatMap((model) => [...model.parameters()]));
    return {
      models,
      step() {
        const features = encoder.forward(images).relu();
        const mean = meanHead.forward(features);
        const logVariance = logVarianceHead.forward(features);
        const noise = normal([64, 16], setting);
        const latent = mean.add(noise.mul(logVariance.mul(0.5).exp()));
        const reconstruction = binaryCrossEntropyWithLogits(decoder.forward(latent), images, {
          reduction: "sum",
        });
        const divergence = logVariance.exp().add(mean.square()).sub(1).sub(logVariance).sum();
        return descend(reconstruction.add(divergence.mul(0.5)), optimizer);
      },
    };
  },

  dcgan(setting) {
    const halves = { stride: 2, padding: 1, ...setting };
    const generator = new Sequential(
      new Linear(32, 1568, setting),
      new Unflatten(1, [32, 7, 7]),
      new BatchNorm(32, { backend: setting.backend }),
      new ReLU(),
      new ConvTranspose2d(32, 16, 4, halves),
      new BatchNorm(16, { backend: setting.backend }),
      new ReLU(),
      new ConvTranspose2d(16, 1, 4, halves),
      new Tanh(),
    );
    const discriminator = new Sequential(
      new Conv2d(1, 16, 4, halves),
      new LeakyReLU(0.2),
      new Conv2d(16, 32, 4, halves),
      new BatchNorm(32, { backend: setting.backend }),
      new LeakyReLU(0.2),
      new Flatten(),
      new Linear(1568, 1, setting),
    );
    const adam = { learningRate: 2e-4, beta1: 0.5 };
    const forGenerator = new Adam(generator.parameters(), adam);
    const forDiscriminator = new Adam(discriminator.parameters(), adam);
    const images = uniform([16, 1, 28, 28], { low: -1, high: 1, ...setting });
    return {
      models: [generator, discriminator],
      step() {
        const made = generator.forward(normal([16, 32], setting));
        const [onReal, onMade] = [images, made.detach()].map((x) => discriminator.forward(x));
        const judged = binaryCrossEntropyWithLogits(onReal!, onesLike(onReal!)).add(
          binaryCrossEntropyWithLogits(onMade!, zerosLike(onMade!)),
        );
        descend(judged, forDiscriminator);
        const believed = discriminator.forward(made);
        return descend(binaryCrossEntropyWithLogits(believed, onesLike(believed)), forGenerator);
      },
    };
  },
};
