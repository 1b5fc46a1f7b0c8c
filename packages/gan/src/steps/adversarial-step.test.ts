import { cpu } from "@dl/backend-cpu";
import { Independent, Normal } from "@dl/distributions";
import { LatentGenerator } from "@dl/generator";
import { LeakyReLU, Linear, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, normal, tensor, zeros, type Tensor } from "@dl/tensor";
import { fit } from "@dl/training";
import { beforeAll, expect, it } from "vitest";
import { hinge, leastSquares, nonSaturating, relativisticAverage } from "../losses/losses.ts";
import { adversarialStep } from "./adversarial-step.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const network = (inputs: number, outputs: number, generator: Generator): Sequential =>
  new Sequential(
    new Linear(inputs, 16, { generator }),
    new LeakyReLU(0.2),
    new Linear(16, outputs, { generator }),
  );

it.each(Object.entries({ nonSaturating, leastSquares, hinge, relativisticAverage }))(
  "makes points near the drawn ones by %s",
  async (_, loss) => {
    const generator = new Generator(5);
    const model = new LatentGenerator(
      network(2, 2, generator),
      new Independent(new Normal(zeros([2]), 1), 1),
    );
    const discriminator = network(2, 1, generator);
    const adam = { learningRate: 0.005, beta1: 0.5, beta2: 0.99 };
    const step = adversarialStep<Tensor>(model, discriminator, {
      optimizers: {
        generator: new Adam(model.parameters(), adam),
        discriminator: new Adam(discriminator.parameters(), adam),
      },
      loss,
      generator,
    });
    const center = tensor([2, -1]);
    const data = Array.from({ length: 20 }, () =>
      normal([32, 2], { generator }).mul(0.5).add(center),
    );
    await fit(step, { data, epochs: 40, generators: [generator] });
    const made = model.sample(500, { generator });
    const distance = await made.mean(0).sub(center).norm().item();
    expect(distance).toBeLessThan(0.5);
    expect(step.parts!.map(({ refusal }) => refusal)).toEqual([undefined, undefined]);
  },
);
