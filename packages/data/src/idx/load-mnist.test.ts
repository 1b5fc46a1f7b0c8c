import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadMnist } from "./load-mnist.ts";

const images = (count: number): number[] =>
  [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 1].concat(
    Array.from({ length: 2 * count }, (_, i) => (51 * i) % 256),
  );
const labels = (...classes: number[]): number[] =>
  [0, 0, 8, 1, 0, 0, 0, classes.length].concat(classes);
const load = (imageBytes: number[], labelBytes: number[]): ReturnType<typeof loadMnist> =>
  loadMnist({ images: Uint8Array.from(imageBytes), labels: Uint8Array.from(labelBytes) });

describe("loadMnist", () => {
  it("joins images and labels", async () => {
    const set = await load(images(3), labels(9, 0, 4));
    expect(set.length).toBe(3);
    expect(set.get(1)).toEqual({
      inputs: { data: Float32Array.of(0.4, 0.6), shape: [1, 2, 1] },
      targets: 0,
    });
    expect(set.getBatch!([2, 0])).toEqual({
      inputs: { data: Float32Array.of(0.8, 1, 0, 0.2), shape: [2, 1, 2, 1] },
      targets: { data: Int32Array.of(4, 9), shape: [2] },
    });
    expect(() => set.get(3)).toThrow(
      "loadMnist.get: index must be a whole number from 0 to 2: received 3.",
    );
  });

  it.each<[imageBytes: number[], labelBytes: number[], message: string]>([
    [images(3), labels(1, 2), "loadMnist: the files do not belong together: 3 images, 2 labels."],
    [
      images(3),
      labels(1, 10, 2),
      "loadMnist: labels must be from 0 to 9: received 10 at position 1.",
    ],
    [
      labels(1, 2),
      images(2),
      "loadMnist: images must be uint8 with 3 axes (magic 0x803): received uint8 [2]. This looks like the labels file: swap them.",
    ],
    [
      images(2),
      images(2),
      "loadMnist: labels must be uint8 with 1 axis (magic 0x801): received uint8 [2, 2, 1]. This looks like the images file: swap them.",
    ],
    [
      [0, 0, 9, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1],
      labels(),
      "loadMnist: images must be uint8 with 3 axes (magic 0x803): received int8 [0, 2, 1].",
    ],
    [
      images(2),
      labels(1, 2).slice(0, -1),
      "readIdx: the file is truncated: shape [2] needs 2 bytes after the header, received 1. Fetch it again.",
    ],
  ])("refuses files that are not MNIST %#", async (imageBytes, labelBytes, message) => {
    await expect(load(imageBytes, labelBytes)).rejects.toMatchObject({
      name: "FormatError",
      message,
    });
  });
});

const folder = fileURLToPath(new URL("../../../../../shared/data/mnist/", import.meta.url));

describe("the real MNIST", () => {
  it("has 60,000 and 10,000 digits with the known pixels and classes", async (context) => {
    if (!existsSync(folder)) context.skip("skipped: data folder absent");
    const read = (name: string): Uint8Array => readFileSync(`${folder}${name}.gz`);
    const [train, test] = await Promise.all(
      ["train", "t10k"].map((split) =>
        loadMnist({
          images: read(`${split}-images-idx3-ubyte`),
          labels: read(`${split}-labels-idx1-ubyte`),
        }),
      ),
    );
    expect([train!.length, test!.length]).toEqual([60_000, 10_000]);
    const first = Array.from({ length: 10 }, (_, i) => i);
    expect(Array.from(train!.getBatch!(first).targets.data)).toEqual([
      5, 0, 4, 1, 9, 2, 1, 3, 1, 4,
    ]);

    const { inputs, targets } = train!.getBatch!(Array.from({ length: 60_000 }, (_, i) => i));
    expect(inputs.shape).toEqual([60_000, 1, 28, 28]);
    let sum = 0;
    for (const value of inputs.data) sum += value;
    // The mean that every MNIST recipe standardises by.
    expect(sum / inputs.data.length).toBeCloseTo(0.1307, 4);
    const counts = Array.from({ length: 10 }, () => 0);
    for (const target of targets.data) counts[target]!++;
    expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  });
});
