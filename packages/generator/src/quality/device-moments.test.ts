import { cpu } from "@dl/backend-cpu";
import { configure, Generator, normal, tensor, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { featureMoments, frechetDistance, readFeatures } from "../index.ts";
import { deviceMoments } from "./device-moments.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const width = 24;
const gaussian = (count: number, seed: number, features = width): Tensor =>
  normal([count, features], { generator: new Generator(seed) });
const mix = (features = width): Tensor =>
  normal([features, width], { generator: new Generator(99) });

/** Features as they come, and as they come rarely. */
const kinds: Readonly<Record<string, (count: number, seed: number) => Tensor>> = {
  "of a normal": (count, seed) => gaussian(count, seed),
  "of a network": (count, seed) => gaussian(count, seed).matmul(mix()).add(2).relu(),
  "far from 0": (count, seed) => gaussian(count, seed).add(1000),
  "with heavy tails": (count, seed) => gaussian(count, seed).mul(3).exp(),
  "of low rank": (count, seed) => gaussian(count, seed, 4).matmul(mix(4)),
  "that are tiny": (count, seed) => gaussian(count, seed).mul(1e-30),
  "that are large": (count, seed) => gaussian(count, seed).mul(1e30),
  "of which one never varies": (count, seed) =>
    gaussian(count, seed).mul(tensor(Array.from({ length: width }, (_, i) => Number(i > 0)))),
};

describe.each(Object.entries(kinds))("features %s", (_, make) => {
  it.each([3000, 3072])("have the covariance that float64 gives, %i samples", async (count) => {
    const x = make(count, 1);
    const [found, expected] = [(await deviceMoments(x))!, await featureMoments(x)];
    for (let i = 0; i < width; i++) {
      const deviation = Math.sqrt(expected.covariance[i * (width + 1)]!);
      expect(Math.abs(found.mean[i]! - expected.mean[i]!)).toBeLessThanOrEqual(1e-8 * deviation);
      for (let j = 0; j < width; j++) {
        const scale = deviation * Math.sqrt(expected.covariance[j * (width + 1)]!);
        const at = i * width + j;
        const off = Math.abs(found.covariance[at]! - expected.covariance[at]!);
        expect(off).toBeLessThanOrEqual(3e-8 * scale);
      }
    }
  });

  it.each([1, 1.001, 1.5])("have the distance that float64 gives, scaled by %f", async (scale) => {
    const [x, y] = [make(3000, 1), scale === 1 ? make(3000, 2) : make(3000, 1).mul(scale)];
    const found = await frechetDistance(x, y);
    const expected = await frechetDistance(await readFeatures(x), await readFeatures(y));
    expect(Math.abs(found.distance / expected.distance - 1)).toBeLessThan(1e-6);
    expect(Math.abs(found.bias / expected.bias - 1)).toBeLessThan(1e-6);
  });
});

it("is left to float64, which says where, if a feature is not finite", async () => {
  const x = gaussian(3000, 1);
  const wrong = x.mul(tensor(Array.from({ length: width }, (_, i) => (i === 5 ? Infinity : 1))));
  expect(await deviceMoments(wrong)).toBeUndefined();
  await expect(frechetDistance(wrong, x)).rejects.toThrow("feature 5 of sample 0 is");
  await expect(frechetDistance(x, gaussian(3000, 1, 4))).rejects.toThrow("received 24 and 4");
});
