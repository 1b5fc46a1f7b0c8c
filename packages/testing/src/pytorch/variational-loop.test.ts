import type { Backend, DType } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import type { Distribution } from "@dl/distributions";
import { BernoulliHead, DiagonalNormalHead, DistributionNetwork } from "@dl/generator";
import { Linear, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { compile, tensor, type CreationOptions, type Tensor } from "@dl/tensor";
import { elbo, VariationalAutoencoder, variationalStep, type LatentModel } from "@dl/vae";
import { expect, it } from "vitest";
import { numbersOf, readFixture, type PackedTensor } from "./fixtures.ts";

type Named<Value> = Readonly<Record<string, Value>>;

const { variational } = readFixture<{
  loops: Named<{
    readonly weights: Named<Named<PackedTensor>>;
    readonly data: Named<PackedTensor>;
    readonly losses: Named<readonly number[]>;
  }>;
}>("loops").loops;

/** The posterior whose draws have this noise. */
function withNoise(posterior: Distribution, noise: Tensor): Distribution {
  const drawn = Object.create(posterior) as Distribution;
  const rsample = (): Tensor => posterior.mean.add(noise.mul(posterior.std));
  return Object.defineProperty(drawn, "rsample", { value: rsample });
}

it.each<[string, Backend, DType, number]>([
  ["reference", reference(), "float64", 1e-9],
  ["cpu", await cpu(), "float32", 1e-4],
])(
  "%s: the losses of 40 steps are PyTorch's, from the same weights, data and noise",
  async (_name, backend, dtype, tolerance) => {
    const options: CreationOptions = { backend, dtype };
    const tensorOf = (packed: PackedTensor): Tensor =>
      tensor(numbersOf(packed), { ...options, shape: packed.shape });
    const half = (name: string, inputs: number, outputs: number): Sequential => {
      const network = new Sequential(
        new Linear(inputs, 12, options),
        new ReLU(),
        new Linear(12, outputs, options),
      );
      const weights = Object.entries(variational!.weights[name]!);
      network.loadStateDict(new Map(weights.map(([path, packed]) => [path, tensorOf(packed)])));
      return network;
    };
    const vae = new VariationalAutoencoder(
      new DistributionNetwork(half("encoder", 16, 4), new DiagonalNormalHead()),
      new DistributionNetwork(half("decoder", 2, 16), new BernoulliHead()),
    );
    const given = (noise: Tensor): LatentModel => ({
      encode: (x) => withNoise(vae.encode(x), noise),
      decode: (latents) => vae.decode(latents),
      prior: (posterior) => vae.prior(posterior),
    });
    const step = variationalStep<{ x: Tensor; noise: Tensor }>(vae, {
      optimizer: new Adam(vae.parameters(), { learningRate: 0.01 }),
      bound: ({ x, noise }) => elbo(given(noise), x),
    });
    const x = tensorOf(variational!.data["inputs"]!);
    const compiled = compile((noise: Tensor) => step.step({ x, noise }) as { loss: Tensor });
    const noises = tensorOf(variational!.data["noise"]!).unbind(0);
    const expected = variational!.losses["loss"]!;
    expect(noises).toHaveLength(40);
    for (const [i, noise] of noises.entries()) {
      const loss = await compiled(noise.clone()).loss.item();
      expect(Math.abs(loss / expected[i]! - 1), `step ${i}`).toBeLessThan(tolerance);
    }
  },
);
