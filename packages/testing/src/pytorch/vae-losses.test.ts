import { cpu } from "@dl/backend-cpu";
import { Independent, Normal } from "@dl/distributions";
import { Head } from "@dl/generator";
import { Adam } from "@dl/optim";
import { configure, tensor, type Tensor } from "@dl/tensor";
import { mlpVae, variationalStep } from "@dl/vae";
import { beforeAll, expect, it } from "vitest";
import { readFixture } from "./fixtures.ts";
import { NumberStream } from "./number-stream.ts";

/** Normals that take the noise they are given instead of drawing it. */
class GivenNoise extends Normal {
  readonly noise: Tensor;

  constructor(loc: Tensor, scale: Tensor, noise: Tensor) {
    super(loc, scale);
    this.noise = noise;
  }

  protected override draw(): Tensor {
    return this.loc.add(this.noise.mul(this.scale));
  }
}

/** Mean and log-variance, with the noise of the batch. */
class GivenNoiseHead extends Head {
  noise: Tensor | undefined;

  outputsFor(size: number): number {
    return 2 * size;
  }

  forward(outputs: Tensor): Independent {
    const [mean, logVariance] = outputs.chunk(2, 1) as [Tensor, Tensor];
    return new Independent(new GivenNoise(mean, logVariance.mul(0.5).exp(), this.noise!), 1);
  }
}

const batch = 16;

beforeAll(async () => configure({ backend: await cpu() }));

it("a variational autoencoder 784-400-20 has PyTorch's losses for 40 steps", async () => {
  const { losses } = readFixture<{ losses: readonly number[] }>("vae-losses");
  const stream = new NumberStream();
  const posterior = new GivenNoiseHead();
  const vae = mlpVae({ posterior });
  let bound = 0;
  for (const parameter of vae.parameters()) {
    // A bias follows its weight, and starts within the same bounds.
    if (parameter.ndim === 2) bound = parameter.shape[1]! ** -0.5;
    const numbers = stream.shares(parameter.elementCount).map((share) => (2 * share - 1) * bound);
    parameter.assign(tensor(Float32Array.from(numbers), { shape: parameter.shape }));
  }
  const patterns = stream.shares(7840).map((share) => (share < 0.2 ? 0.85 : 0) + 0.05);
  const optimizer = new Adam(vae.parameters(), { learningRate: 1e-3 });
  const { step } = variationalStep<Tensor>(vae, { optimizer });
  let worst = 0;
  for (const loss of losses) {
    const classes = stream.shares(batch).map((share) => Math.floor(10 * share));
    const pixels = stream
      .shares(batch * 784)
      .map((share, i) =>
        Number(share < patterns[classes[Math.floor(i / 784)]! * 784 + (i % 784)]!),
      );
    const shares = stream.shares(12 * batch * 20);
    const noise = Float32Array.from({ length: batch * 20 }, (_, i) => {
      let sum = -6;
      for (let k = 0; k < 12; k++) sum += shares[k * batch * 20 + i]!;
      return sum;
    });
    posterior.noise = tensor(noise, { shape: [batch, 20] });
    const pictures = tensor(Float32Array.from(pixels), { shape: [batch, 784] });
    const { loss: ours } = await step(pictures);
    worst = Math.max(worst, Math.abs((await ours.item()) - loss));
  }
  process.stdout.write(
    `vae: losses differ from PyTorch's by ${worst.toExponential(1)} nats at most\n`,
  );
  expect(worst).toBeLessThan(1e-4);
});
