import { gradientsOf } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { Independent, Normal } from "@dl/distributions";
import * as gan from "@dl/gan";
import { LatentGenerator } from "@dl/generator";
import { Flatten, Linear, Sequential, Tanh, type Module } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, tensor, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { readFixture } from "./fixtures.ts";
import { NumberStream } from "./number-stream.ts";

interface GanFixture {
  readonly losses: Readonly<
    Record<
      string,
      {
        readonly losses: readonly [discriminator: number, generator: number];
        readonly discriminator: readonly number[];
        readonly generator: readonly number[];
      }
    >
  >;
  readonly penalties: Readonly<
    Record<string, { readonly value: number; readonly gradient: readonly number[] }>
  >;
  readonly deviations: readonly {
    readonly groupSize: number;
    readonly channels: number;
    readonly told: readonly number[];
    readonly gradient: readonly number[];
  }[];
  readonly residual: Readonly<
    Record<"scores" | "pictures" | "latents" | "output" | "first", readonly number[]>
  >;
  readonly steps: Readonly<Record<string, readonly (readonly [told: number, passed: number])[]>>;
}

const fixture = readFixture<GanFixture>("gan");
const batch = 6;
const mlp = (inputs: number, outputs: number): Sequential =>
  new Sequential(new Linear(inputs, 4), new Tanh(), new Linear(4, outputs));

beforeAll(async () => configure({ backend: await cpu() }));

function start(stream: NumberStream, scale: number, ...models: Module[]): void {
  for (const model of models)
    for (const parameter of model.parameters())
      parameter.assign(stream.draw(parameter.shape, scale));
}

/** Two small players, real samples and noise, as the script has them. */
function players() {
  const stream = new NumberStream();
  const [generator, discriminator] = [mlp(3, 5), mlp(5, 1)];
  start(stream, 1, generator, discriminator);
  const [real, noise] = [stream.draw([batch, 5]), stream.draw([batch, 3])];
  return { generator, discriminator, real, fake: generator.forward(noise) };
}

/** PyTorch's own tolerance. */
function expectNear(received: ArrayLike<number>, expected: readonly number[]): void {
  expect(received.length).toBe(expected.length);
  expected.forEach((value, i) =>
    expect(Math.abs(received[i]! - value), `number ${i}`).toBeLessThan(
      1e-5 + 1.3e-6 * Math.abs(value),
    ),
  );
}

async function flat(tensors: readonly Tensor[]): Promise<number[]> {
  const all = await Promise.all(tensors.map((x) => x.data()));
  return all.flatMap((data) => Array.from(data as Float32Array));
}

const losses: Readonly<Record<string, gan.AdversarialLoss>> = {
  minimax: gan.minimax,
  nonSaturating: gan.nonSaturating,
  labelSmoothing: gan.labelSmoothing({ real: 0.9, fake: 0.1 }),
  leastSquares: gan.leastSquares,
  hinge: gan.hinge,
  wasserstein: gan.wasserstein,
  relativisticAverage: gan.relativisticAverage,
};

describe("two players have PyTorch's numbers", () => {
  it.each(Object.entries(fixture.losses))("loss %s", async (name, expected) => {
    const { generator, discriminator, real, fake } = players();
    const loss = losses[name]!;
    const told = loss.discriminator(
      discriminator.forward(real),
      discriminator.forward(fake.detach()),
    );
    const passed = loss.generator(discriminator.forward(fake), () => discriminator.forward(real));
    expectNear(await flat([told, passed]), expected.losses);
    expectNear(await flat(gradientsOf(told, discriminator.parameters())), expected.discriminator);
    expectNear(await flat(gradientsOf(passed, generator.parameters())), expected.generator);
  });

  const penalties: Readonly<Record<string, () => gan.Penalty>> = {
    "two-sided": () => gan.gradientPenalty({ generator: new Generator(7) }),
    "one-sided": () =>
      gan.gradientPenalty({ target: 0.9, sided: "one", generator: new Generator(7) }),
    DRAGAN: () => gan.draganPenalty({ generator: new Generator(7) }),
    R1: () => gan.r1Penalty({ weight: 2 }),
    R2: () => gan.r2Penalty({ weight: 2 }),
  };
  it.each(Object.entries(fixture.penalties))("penalty %s", async (name, { value, gradient }) => {
    const { generator, discriminator, real, fake } = players();
    const judge = (x: Tensor): Tensor => discriminator.forward(x);
    const penalty = penalties[name]!()(judge, real, fake.detach(), undefined);
    expectNear(await flat([penalty]), [value]);
    expectNear(await flat(gradientsOf(penalty, discriminator.parameters())), gradient);
    expect(generator.parameters().every(({ grad }) => grad === null)).toBe(true);
  });

  it.each(fixture.deviations)(
    "minibatch deviation of $groupSize, $channels channels",
    async ({ groupSize, channels, told, gradient }) => {
      const stream = new NumberStream();
      const inputs = stream.draw([8, 4, 3, 2]).requireGrad();
      const weight = stream.draw([8, 6, 3, 2]).narrow(1, 0, 4 + channels);
      const made = new gan.MinibatchDeviation({ groupSize, channels }).forward(inputs);
      expectNear(await flat([made.narrow(1, 4, channels).select(3, 0).select(2, 0)]), told);
      const [dx] = gradientsOf(made.mul(weight).sum(), [inputs]);
      expectNear(await flat([dx!]), gradient);
    },
  );

  it("residual networks told the class, with spectral norm", async () => {
    const stream = new NumberStream();
    const sizes = { size: 28, width: 4 } as const;
    const generator = new gan.SnganGenerator({ ...sizes, latent: 4, classes: 3 });
    const judge = new gan.ProjectionDiscriminator(new gan.SnganFeatures(sizes), 4, 3);
    start(stream, 0.5, generator, judge);
    const latents = stream.draw([4, 4]).requireGrad();
    const classes = tensor([2, 0, 1, 2], { dtype: "int32" });
    const weight = stream.draw([4, 1]);
    // Until the power iterations have found the largest singular values.
    for (let i = 0; i < 100; i++) await judge.forward(zeros([4, 1, 28, 28]), classes).data();
    const made = generator.forward(latents, classes);
    const scores = judge.forward(made, classes);
    const output = generator.output.weight;
    const first = judge.namedParameters().get("features.blocks.0.conv1.layer.weight")!;
    const asked = [latents, output, first];
    const gradients = gradientsOf(scores.mul(weight).sum(), asked);
    const { residual } = fixture;
    const names = ["latents", "output", "first"] as const;
    expectNear(await flat([made.mean([1, 2, 3])]), residual.pictures);
    const found = [await flat([scores]), ...(await Promise.all(gradients.map((x) => flat([x]))))];
    for (const [i, expected] of [
      residual.scores,
      ...names.map((name) => residual[name]),
    ].entries()) {
      const most = Math.max(...expected.map(Math.abs));
      expected.forEach((value, j) =>
        expect(Math.abs(found[i]![j]! - value)).toBeLessThan(1e-4 * most),
      );
    }
  });

  it.each(Object.entries(fixture.steps))("20 steps, %s", async (name, expected) => {
    const stream = new NumberStream();
    const isPlain = name === "plain";
    const sizes = { size: 28, width: 2 } as const;
    const network = gan.dcganGenerator({ ...sizes, latent: 4 });
    const discriminator = isPlain
      ? gan.dcganDiscriminator(sizes)
      : new Sequential(new Flatten(), new Linear(784, 4), new Tanh(), new Linear(4, 1));
    start(stream, 0.3, network, discriminator);
    const model = new LatentGenerator(network, new Independent(new Normal(zeros([4]), 1), 1));
    const adam = { learningRate: 1e-3, beta1: 0.5, beta2: 0.99 };
    interface Given {
      readonly inputs: Tensor;
      readonly noise: Tensor;
    }
    const { step, parts } = gan.adversarialStep<Given>(model, discriminator, {
      optimizers: {
        generator: new Adam(model.parameters(), adam),
        discriminator: new Adam(discriminator.parameters(), adam),
      },
      samples: ({ inputs }) => inputs,
      generate: ({ noise }) => network.forward(noise),
      lazyPenalties: isPlain ? [] : [{ penalty: gan.r1Penalty({ weight: 2 }), every: 4 }],
    });
    let worst = 0;
    for (const [told, passed] of expected) {
      const inputs = stream.draw([batch, 1, 28, 28]);
      const scalars = step({ inputs, noise: stream.draw([batch, 4]) });
      const ours = await flat([scalars.discriminatorLoss, scalars.generatorLoss!]);
      worst = Math.max(worst, Math.abs(ours[0]! - told), Math.abs(ours[1]! - passed));
    }
    process.stdout.write(`gan, ${name}: losses differ by ${worst.toExponential(1)} at most\n`);
    expect(worst).toBeLessThan(1e-4);
    expect(parts!.map(({ refusal }) => refusal)).toEqual(parts!.map(() => undefined));
  });
});
