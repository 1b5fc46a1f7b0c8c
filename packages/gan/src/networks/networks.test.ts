import { cpu } from "@dl/backend-cpu";
import { BatchNorm, SpectralNorm } from "@dl/nn";
import { configure, Generator, normal, tensor, zeros } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { dcganDiscriminator } from "./dcgan-discriminator.ts";
import { dcganGenerator } from "./dcgan-generator.ts";
import { snganDiscriminator } from "./sngan-discriminator.ts";
import { SnganGenerator } from "./sngan-generator.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

describe("dcgan", () => {
  it.each([28, 32, 64] as const)("makes and judges pictures of %d pixels", async (size) => {
    const generator = new Generator(1);
    const made = dcganGenerator({ size, channels: 3, width: 4, latent: 8, generator }).forward(
      normal([2, 8], { generator }),
    );
    expect(made.shape).toEqual([2, 3, size, size]);
    expect(await made.abs().max().item()).toBeLessThanOrEqual(1);
    for (const normalization of ["batch", "spectral", "none"] as const) {
      const sizes = { size, channels: 3, width: 4, generator };
      const judge = dcganDiscriminator({ ...sizes, normalization });
      expect(judge.forward(made).shape).toEqual([2, 1]);
      const count = (Kind: typeof BatchNorm | typeof SpectralNorm): number =>
        judge.modules().filter((module) => module instanceof Kind).length;
      const halvings = { 28: 2, 32: 3, 64: 4 }[size];
      expect(count(BatchNorm)).toBe(normalization === "batch" ? halvings - 1 : 0);
      expect(count(SpectralNorm)).toBe(normalization === "spectral" ? halvings + 1 : 0);
    }
  });

  it("starts as the paper says", async () => {
    const generator = new Generator(2);
    const options = { size: 64, generator } as const;
    for (const model of [dcganGenerator(options), dcganDiscriminator(options)])
      for (const [path, module] of model.namedModules()) {
        const [weight, bias] = ["weight", "bias"].map((name) =>
          model.namedParameters().get(`${path}.${name}`),
        );
        if (bias !== undefined) expect(await bias.abs().max().item(), path).toBe(0);
        if (weight === undefined || weight.elementCount < 500) continue;
        expect(module instanceof BatchNorm).toBe(false);
        expect(await weight.std().item(), path).toBeCloseTo(0.02, 2);
      }
    const scales = new BatchNorm(1000);
    const wide = dcganGenerator({ size: 28, width: 500, latent: 1, generator });
    const norm = wide.modules().find((module) => module instanceof BatchNorm);
    expect(scales.weight!.shape).toEqual(norm!.weight!.shape);
    expect(await norm!.weight!.mean().item()).toBeCloseTo(1, 2);
    expect(await norm!.weight!.std().item()).toBeCloseTo(0.02, 2);
  });

  it("says which sizes there are", () => {
    expect(() => dcganGenerator({ size: 30 as never })).toThrow(
      "dcganGenerator: size must be 28, 32 or 64: received 30",
    );
    expect(() => dcganDiscriminator({ width: 0 })).toThrow("width");
    expect(() => dcganDiscriminator({ normalization: "layer" as never })).toThrow("normalization");
  });
});

describe("sngan", () => {
  it.each([28, 32, 64] as const)("makes and judges pictures of %d pixels", async (size) => {
    const generator = new Generator(1);
    const sizes = { size, channels: 3, width: 4, generator };
    const network = new SnganGenerator({ ...sizes, latent: 8 });
    const latents = normal([2, 8], { generator });
    const made = network.forward(latents);
    expect(made.shape).toEqual([2, 3, size, size]);
    expect(await made.abs().max().item()).toBeLessThanOrEqual(1);
    const judge = snganDiscriminator(sizes);
    expect(judge.forward(made).shape).toEqual([2, 1]);
    // Blocks of two convolutions and a shortcut that changes something, and the last layer.
    const norms = judge.modules().filter((module) => module instanceof SpectralNorm);
    expect(norms).toHaveLength(size === 64 ? 3 * 3 + 2 * 2 + 1 : 2 * 3 + 2 * 2 + 1);
  });

  it("has slopes of the size that its norms allow", async () => {
    const generator = new Generator(4);
    const judge = snganDiscriminator({ size: 28, width: 8, generator });
    const x = normal([4, 1, 28, 28], { generator });
    for (let i = 0; i < 30; i++) judge.forward(x);
    judge.eval();
    const step = normal([4, 1, 28, 28], { generator }).mul(1e-3);
    const moved = judge.forward(x.add(step)).sub(judge.forward(x)).abs().max();
    // No convolution's matrix lengthens anything; its taps overlap 9 times, the last sum is of 49 places.
    expect(await moved.item()).toBeLessThan(100 * (await step.norm().item()));
    expect(await moved.item()).toBeGreaterThan(0);
  });

  it("makes other pictures of other classes, where it knows classes", async () => {
    const generator = new Generator(2);
    const network = new SnganGenerator({ size: 28, width: 4, latent: 8, classes: 3, generator });
    const latents = normal([2, 8], { generator });
    const classes = (...numbers: number[]) => tensor(numbers, { dtype: "int32" });
    network.blocks[0]!.norm1.parameters()[0]!.assign(normal([3, 4], { generator }));
    const [same, other] = [
      network.forward(latents, classes(0, 0)),
      network.forward(latents, classes(0, 2)),
    ];
    expect(
      await same
        .narrow(0, 1, 1)
        .sub(other.narrow(0, 1, 1))
        .abs()
        .max()
        .item(),
    ).toBeGreaterThan(1e-4);
    expect(() => network.forward(latents)).toThrow("the network knows 3 classes: received none");
    expect(() =>
      new SnganGenerator({ size: 28, width: 4 }).forward(zeros([1, 64]), classes(0)),
    ).toThrow("the network knows no classes: received some");
  });
});
