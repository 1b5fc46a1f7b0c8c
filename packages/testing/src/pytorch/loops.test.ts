import { gradientsOf } from "@dl/autograd";
import type { Backend, DType } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { Conv2d, ConvTranspose2d, MaxPool2d } from "@dl/conv";
import * as nn from "@dl/nn";
import { Adam, RMSprop, SGD } from "@dl/optim";
import { tensor, type CreationOptions, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { numbersOf, readFixture, type PackedTensor } from "./fixtures.ts";

type Named<Value> = Readonly<Record<string, Value>>;

interface Loop {
  /** By model, then by parameter. */
  readonly weights: Named<Named<PackedTensor>>;
  readonly data: Named<PackedTensor>;
  /** One number per step, but `evaluated` has one. */
  readonly losses: Named<readonly number[]>;
}

const { loops } = readFixture<{ loops: Named<Loop> }>("loops");
const targets: [string, Backend, DType, number][] = [
  ["reference", reference(), "float64", 1e-7],
  ["cpu", await cpu(), "float32", 1e-4],
];

/** A loop's numbers on one backend. */
class Setting {
  readonly options: CreationOptions;
  readonly #loop: Loop;

  constructor(loop: Loop, options: CreationOptions) {
    this.#loop = loop;
    this.options = options;
  }

  tensor(packed: PackedTensor): Tensor {
    const { kind, shape } = packed;
    const dtype = kind === "float" ? this.options.dtype! : kind;
    return tensor(numbersOf(packed), { ...this.options, shape, dtype });
  }

  data(name: string): Tensor {
    return this.tensor(this.#loop.data[name]!);
  }

  /** The layers with the weights that PyTorch started from; its names are ours. */
  model(name: string, ...layers: nn.Module[]): nn.Sequential {
    const model = new nn.Sequential(...(layers as nn.Layer[]));
    const weights = Object.entries(this.#loop.weights[name]!);
    const state = new Map(weights.map(([key, packed]) => [key, this.tensor(packed)]));
    // Running statistics start the same everywhere and are not in the file.
    const { missing } = model.loadStateDict(state, { strict: false });
    const wrong = missing.filter((key) => !key.includes("running"));
    if (wrong.length > 0) throw new Error(`${name}: the fixture has no ${wrong.join(", ")}`);
    return model;
  }
}

type Losses = Named<Tensor>;

interface Stepper {
  zeroGrad(): void;
  step(): void;
}

function minimize(optimizer: Stepper, loss: Tensor): Tensor {
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss.detach();
}

/** By the fixture's name: what is built once, and what a step does. */
const programs: Named<(setting: Setting) => (step: number) => Losses> = {
  mlp(setting) {
    const { options } = setting;
    const model = setting.model(
      "model",
      new nn.Linear(2, 16, options),
      new nn.Tanh(),
      new nn.Linear(16, 16, options),
      new nn.ReLU(),
      new nn.Linear(16, 3, options),
    );
    const optimizer = new Adam(model.parameters(), { learningRate: 0.02, weightDecay: 1e-3 });
    const [inputs, classes] = [setting.data("inputs"), setting.data("targets")];
    return () => ({
      loss: minimize(optimizer, nn.crossEntropy(model.forward(inputs), classes)),
    });
  },

  convolution(setting) {
    const { options } = setting;
    const model = setting.model(
      "model",
      new Conv2d(1, 4, 3, { padding: 1, ...options }),
      new nn.BatchNorm(4, options),
      new nn.ReLU(),
      new MaxPool2d(2),
      new Conv2d(4, 8, 3, { padding: 1, ...options }),
      new nn.GroupNorm(2, 8, options),
      new nn.ReLU(),
      new nn.Flatten(),
      new nn.Linear(128, 4, options),
    );
    const optimizer = new SGD(model.parameters(), {
      learningRate: 0.05,
      momentum: 0.9,
      nesterov: true,
    });
    const [inputs, classes] = [setting.data("inputs"), setting.data("targets")];
    const steps = loops["convolution"]!.losses["loss"]!.length;
    return (step) => {
      const batch = (x: Tensor): Tensor => x.roll(step, 0).narrow(0, 0, 8);
      const loss = minimize(
        optimizer,
        nn.crossEntropy(model.forward(batch(inputs)), batch(classes)),
      );
      if (step < steps - 1) return { loss };
      model.eval();
      return { loss, evaluated: nn.crossEntropy(model.forward(inputs), classes) };
    };
  },

  variational(setting) {
    const { options } = setting;
    const half = [new nn.Linear(16, 12, options), new nn.ReLU(), new nn.Linear(12, 4, options)];
    const encoder = setting.model("encoder", ...half);
    const decoder = setting.model(
      "decoder",
      new nn.Linear(2, 12, options),
      new nn.ReLU(),
      new nn.Linear(12, 16, options),
    );
    const optimizer = new Adam([...encoder.parameters(), ...decoder.parameters()], {
      learningRate: 0.01,
    });
    const [inputs, noise] = [setting.data("inputs"), setting.data("noise")];
    return (step) => {
      const [mean, logVariance] = encoder.forward(inputs).chunk(2, 1) as [Tensor, Tensor];
      const latent = mean.add(logVariance.div(2).exp().mul(noise.select(0, step)));
      const logits = decoder.forward(latent);
      const reconstruction = nn.binaryCrossEntropyWithLogits(logits, inputs, { reduction: "sum" });
      const divergence = logVariance.exp().add(mean.square()).sub(1).sub(logVariance).sum().div(2);
      return { loss: minimize(optimizer, reconstruction.add(divergence).div(12)) };
    };
  },

  autoencoder(setting) {
    const { options } = setting;
    const model = setting.model(
      "model",
      new Conv2d(1, 4, 3, { stride: 2, padding: 1, ...options }),
      new nn.LeakyReLU(0.2),
      new Conv2d(4, 6, 3, { stride: 2, padding: 1, ...options }),
      new nn.LeakyReLU(0.2),
      new ConvTranspose2d(6, 4, 4, { stride: 2, padding: 1, ...options }),
      new nn.LeakyReLU(0.2),
      new ConvTranspose2d(4, 1, 3, { stride: 2, padding: 1, outputPadding: 1, ...options }),
      new nn.Sigmoid(),
    );
    const optimizer = new RMSprop(model.parameters(), {
      learningRate: 3e-3,
      alpha: 0.9,
      epsilon: 1e-4,
      centered: true,
      momentum: 0.5,
    });
    const inputs = setting.data("inputs");
    return () => ({
      loss: minimize(optimizer, nn.meanSquaredError(model.forward(inputs), inputs)),
    });
  },

  wasserstein(setting) {
    const { options } = setting;
    const generator = setting.model(
      "generator",
      new nn.Linear(2, 12, options),
      new nn.ReLU(),
      new nn.Linear(12, 2, options),
    );
    const critic = setting.model(
      "critic",
      new nn.Linear(2, 16, options),
      new nn.LeakyReLU(0.2),
      new nn.Linear(16, 16, options),
      new nn.Tanh(),
      new nn.Linear(16, 1, options),
    );
    const adam = { learningRate: 5e-3, beta1: 0, beta2: 0.9 };
    const ofGenerator = new Adam(generator.parameters(), adam);
    const ofCritic = new Adam(critic.parameters(), adam);
    const real = setting.data("real");
    const [noises, between] = [setting.data("noise"), setting.data("between")];
    return (step) => {
      const [noise, share] = [noises.select(0, step), between.select(0, step)];
      const fake = generator.forward(noise).detach();
      const mixed = fake.add(share.mul(real.sub(fake))).requireGrad();
      const [slope] = gradientsOf(critic.forward(mixed).sum(), [mixed], { createGraph: true });
      const penalty = slope!.norm(2, 1).sub(1).square().mean();
      const gap = critic.forward(fake).mean().sub(critic.forward(real).mean());
      return {
        penalty: penalty.detach(),
        critic: minimize(ofCritic, gap.add(penalty.mul(10))),
        generator: minimize(ofGenerator, critic.forward(generator.forward(noise)).mean().neg()),
      };
    };
  },
};

describe("PyTorch: whole loops, loss by loss", () => {
  it("every loop of the file has its program here", () => {
    expect(Object.keys(programs)).toEqual(Object.keys(loops));
  });

  const cases = Object.keys(programs).flatMap((name) =>
    targets.map((target) => [name, target[0], target] as const),
  );
  it.each(cases)("%s on %s", async (name, backendName, [, backend, dtype, tolerance]) => {
    const loop = loops[name]!;
    const takeStep = programs[name]!(new Setting(loop, { backend, dtype }));
    const steps = Math.max(...Object.values(loop.losses).map((list) => list.length));
    const received: Record<string, number[]> = {};
    for (let step = 0; step < steps; step++)
      for (const [key, loss] of Object.entries(takeStep(step)))
        (received[key] ??= []).push(await loss.item());
    expect(Object.keys(received).toSorted()).toEqual(Object.keys(loop.losses).toSorted());
    let worst = 0;
    for (const [key, wanted] of Object.entries(loop.losses)) {
      expect(received[key]).toHaveLength(wanted.length);
      for (const [step, loss] of wanted.entries())
        worst = Math.max(worst, Math.abs(received[key]![step]! - loss));
    }
    process.stdout.write(`loop ${name} on ${backendName}: ${worst.toExponential(1)} at most\n`);
    expect(worst).toBeLessThan(tolerance);
  });
});
