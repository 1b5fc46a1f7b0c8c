import { cpu } from "@dl/backend-cpu";
import { BatchNorm, SpectralNorm } from "@dl/nn";
import { configure, Generator, normal } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { dcganDiscriminator } from "./dcgan-discriminator.ts";
import { dcganGenerator } from "./dcgan-generator.ts";

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
