import { gradientsOf } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import {
  cycleStep,
  ImagePool,
  pairStep,
  patchDiscriminator,
  resnetGenerator,
  unetGenerator,
} from "@dl/gan";
import type { Layer, Module } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, tensor, type Tensor } from "@dl/tensor";
import type { SupervisedBatch } from "@dl/training";
import { beforeAll, describe, expect, it } from "vitest";
import { numbersOf, readFixture, type PackedTensor } from "./fixtures.ts";
import { NumberStream } from "./number-stream.ts";

type Named<Value> = Readonly<Record<string, Value>>;

const { networks, losses } = readFixture<{
  readonly networks: Named<{
    readonly outputs: PackedTensor;
    /** Of the inputs, then of the parameters. */
    readonly gradients: readonly PackedTensor[];
  }>;
  readonly losses: Named<Named<readonly number[]>>;
}>("picture-networks");

const [batch, side] = [2, 16];
const picture = [batch, 3, side, side];

beforeAll(async () => configure({ backend: await cpu() }));

class Numbers extends NumberStream {
  /** From −1 to 1. */
  around(shape: readonly number[]): Tensor {
    const count = shape.reduce((product, size) => product * size, 1);
    return tensor(
      this.shares(count).map((share) => 2 * share - 1),
      { shape, dtype: "float32" },
    );
  }

  start<Network extends Module>(model: Network): Network {
    for (const parameter of model.parameters()) {
      const count = parameter.elementCount;
      const numbers = this.shares(count).map((share) => 0.3 * Math.fround(2 * share - 1));
      parameter.assign(tensor(Float32Array.from(numbers), { shape: parameter.shape }));
    }
    return model;
  }
}

const unet = () => unetGenerator({ width: 2, depth: 3, dropout: 0, noiseChannels: 1 });
const patch = (inChannels: number) => patchDiscriminator({ inChannels, width: 4, layers: 2 });
const resnet = (width: number) => resnetGenerator({ width, blocks: 1, halvings: 1, kernelSize: 5 });

/** The largest difference, as a share of the largest number that was wanted. */
async function expectNear(received: Tensor, wanted: PackedTensor): Promise<void> {
  expect(received.shape).toEqual(wanted.shape);
  const numbers = numbersOf(wanted);
  const largest = Math.max(...numbers.map(Math.abs));
  const differences = Array.from(await received.data(), (value, i) =>
    Math.abs(value - numbers[i]!),
  );
  const worst = Math.max(...differences);
  expect(worst / largest).toBeLessThan(2e-5);
}

describe("PyTorch: outputs and every gradient", () => {
  it("of a U-Net, a PatchGAN and a ResNet generator", async () => {
    const numbers = new Numbers();
    const cases: readonly [string, Module & { forward(...x: Tensor[]): Tensor }, number[][]][] = [
      [
        "unet",
        unet(),
        [
          [batch, 3, 8, 8],
          [batch, 1, 8, 8],
        ],
      ],
      ["patch", patch(3), [picture]],
      ["resnet", resnet(2), [[batch, 3, 8, 8]]],
    ];
    for (const [name, model, shapes] of cases) {
      numbers.start(model);
      const inputs = shapes.map((shape) => numbers.around(shape).requireGrad());
      const outputs = model.forward(...inputs);
      const { outputs: wanted, gradients } = networks[name]!;
      await expectNear(outputs, wanted);
      const sum = outputs.mul(numbers.around(outputs.shape)).sum();
      const received = gradientsOf(sum, [...inputs, ...model.parameters()]);
      expect(received).toHaveLength(gradients.length);
      for (const [i, gradient] of received.entries()) await expectNear(gradient, gradients[i]!);
    }
  });
});

const adam = (...models: readonly Module[]): Adam =>
  new Adam(
    models.flatMap((model) => model.parameters()),
    { learningRate: 2e-3, beta1: 0.5 },
  );

/** Makes the steps of the file and holds every scalar to it. */
async function expectLosses(name: string, step: () => Named<Tensor | undefined>): Promise<void> {
  const wanted = losses[name]!;
  const steps = Object.values(wanted)[0]!.length;
  expect(steps).toBe(20);
  let worst = 0;
  for (let i = 0; i < steps; i++) {
    const told = step();
    for (const [key, list] of Object.entries(wanted))
      worst = Math.max(worst, Math.abs((await told[key]!.item()) - list[i]!));
  }
  process.stdout.write(
    `${name}: losses differ from PyTorch's by ${worst.toExponential(1)} at most\n`,
  );
  expect(worst).toBeLessThan(1e-4);
}

describe("PyTorch: the losses of 20 steps", () => {
  it("on pairs", async () => {
    const numbers = new Numbers();
    const model = numbers.start(unet());
    const discriminator = numbers.start(patch(6));
    const step = pairStep(model, discriminator, {
      optimizers: { generator: adam(model), discriminator: adam(discriminator) },
      generate: ({ inputs, noise }: SupervisedBatch & { readonly noise?: Tensor }) =>
        model.forward(inputs, noise),
    });
    await expectLosses("pair", () => {
      const [inputs, targets] = [numbers.around(picture), numbers.around(picture)];
      const given = { inputs, targets, noise: numbers.around([batch, 1, side, side]) };
      return step.step(given) as Named<Tensor>;
    });
    expect(step.parts!.map(({ refusal }) => refusal)).toEqual([undefined]);
  });

  it("on bags, from pools that give back what was made a step before", async () => {
    const numbers = new Numbers();
    const networkOf = <N extends Layer>(network: N): N => numbers.start(network);
    const generators = { aToB: networkOf(resnet(4)), bToA: networkOf(resnet(4)) };
    const discriminators = { a: networkOf(patch(3)), b: networkOf(patch(3)) };
    const pool = () => new ImagePool(batch, picture.slice(1), { swapped: 1 });
    const step = cycleStep(generators, discriminators, {
      optimizers: {
        generator: adam(generators.aToB, generators.bToA),
        discriminator: adam(discriminators.a, discriminators.b),
      },
      identityWeight: 5,
      pools: { a: pool(), b: pool() },
    });
    await expectLosses("cycle", () => {
      const given = { a: numbers.around(picture), b: numbers.around(picture) };
      return step.step(given) as Named<Tensor>;
    });
    expect(step.parts!.map(({ refusal }) => refusal)).toEqual([undefined]);
  });
});
