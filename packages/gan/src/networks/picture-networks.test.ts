import { cpu } from "@dl/backend-cpu";
import { BatchNorm } from "@dl/nn";
import { configure, Generator, normal, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { patchDiscriminator } from "./patch-discriminator.ts";
import { resnetGenerator } from "./resnet-generator.ts";
import { unetGenerator } from "./unet-generator.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const generator = new Generator(1);
const differ = async (a: Tensor, b: Tensor): Promise<number> => await a.sub(b).abs().mean().item();

describe("unetGenerator", () => {
  it("has the paper's channels and as many parameters as its figure", () => {
    const unet = unetGenerator();
    const channelsOf = (side: "down" | "up"): number[] =>
      [...unet.namedParameters()].flatMap(([path, { shape }]) =>
        path.startsWith(side) && path.endsWith("weight") ? [shape[side === "down" ? 0 : 1]!] : [],
      );
    expect(channelsOf("down")).toEqual([64, 128, 256, 512, 512, 512, 512, 512]);
    expect(channelsOf("up")).toEqual([512, 512, 512, 512, 256, 128, 64, 3]);
    // The input of each layer on the way up is as wide as two on the way down.
    expect(unet.namedParameters().get("up.7.1.weight")!.shape).toEqual([128, 3, 4, 4]);
  });

  it("is random by dropout, in evaluation too, and not without", async () => {
    const x = normal([2, 3, 16, 16], { generator });
    const random = unetGenerator({ width: 4, depth: 4, generator }).eval();
    expect(await differ(random.forward(x), random.forward(x))).toBeGreaterThan(0);
    const still = unetGenerator({ width: 4, depth: 4, dropout: 0, generator }).eval();
    expect(await differ(still.forward(x), still.forward(x))).toBe(0);
  });

  it("is random by noise, which can be given", async () => {
    const sizes = { width: 4, depth: 2, dropout: 0, noiseChannels: 2, generator };
    const unet = unetGenerator(sizes);
    const x = normal([2, 3, 16, 16], { generator });
    expect(await differ(unet.forward(x), unet.forward(x))).toBeGreaterThan(0);
    const noise = normal([2, 2, 16, 16], { generator });
    expect(await differ(unet.forward(x, noise), unet.forward(x, noise))).toBe(0);
  });

  it("takes other norms and sizes, and knows what it cannot halve", () => {
    const unet = unetGenerator({
      inChannels: 1,
      outChannels: 2,
      width: 4,
      depth: 3,
      norm: (channels) => new BatchNorm(channels),
    });
    expect(unet.forward(zeros([2, 1, 8, 24])).shape).toEqual([2, 2, 8, 24]);
    expect(unet.namedBuffers().size).toBe(6);
    expect(() => unet.forward(zeros([2, 1, 8, 20]))).toThrow(
      "unetGenerator: needs pictures [batch, 1, height, width] whose sides are multiples of 8, since they are halved 3 times: received [2, 1, 8, 20]. Resize or pad them, or build a network of other sizes.",
    );
    expect(() => unetGenerator({ depth: 1 })).toThrow("depth must be at least 2");
    expect(() => unetGenerator({ dropout: 1 })).toThrow("dropout in [0, 1)");
  });
});

describe("patchDiscriminator", () => {
  it("judges patches of the paper's sizes: the pixels that move a score", async () => {
    for (const [layers, side] of [
      [1, 16],
      [2, 34],
      [3, 70],
    ] as const) {
      const judge = patchDiscriminator({
        inChannels: 1,
        width: 2,
        layers,
        generator,
        norm: (c) => new BatchNorm(c).eval(),
      });
      const x = normal([1, 1, 96, 96], { generator }).requireGrad();
      const scores = judge.forward(x);
      const size = 96 / 2 ** layers - 2;
      expect(scores.shape).toEqual([1, 1, size, size]);
      const middle = Math.floor(size / 2);
      scores
        .slice([null, null, [middle, middle + 1], [middle, middle + 1]])
        .sum()
        .backward();
      const rows = await x.grad!.abs().sum([0, 1, 3]).toArray<number[]>();
      const touched = rows.flatMap((value, row) => (value > 0 ? [row] : []));
      expect(touched.at(-1)! - touched[0]! + 1).toBe(side);
    }
  });
});

describe("resnetGenerator", () => {
  it("keeps the size, goes from channels to channels, and mirrors at the edges", async () => {
    const sizes = { inChannels: 1, width: 4, blocks: 2, generator };
    const resnet = resnetGenerator(sizes);
    expect(resnet.forward(zeros([2, 1, 16, 20])).shape).toEqual([2, 3, 16, 20]);
    const parameters = [...resnetGenerator({ blocks: 6 }).namedParameters().values()];
    // c7s1-64, d128, d256, six times R256 with two convolutions, u128, u64, c7s1-3 with its bias.
    expect(parameters.map(({ shape }) => shape[0])).toEqual([
      64,
      128,
      256,
      ...Array.from({ length: 12 }, () => 256),
      256,
      128,
      3,
      3,
    ]);
  });

  it("knows what it cannot halve", () => {
    expect(() => resnetGenerator({ width: 2, blocks: 1 }).forward(zeros([1, 3, 10, 10]))).toThrow(
      "whose sides are multiples of 4",
    );
    expect(() => resnetGenerator({ kernelSize: 4 })).toThrow(
      "resnetGenerator: kernelSize must be odd, so that the size stays: received 4.",
    );
  });
});
