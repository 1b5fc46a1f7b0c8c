import { describe, expect, it } from "vitest";
import { decodeImage } from "./decode-in-node.ts";
import { encodePng } from "./encode-png.ts";

describe("encodePng", () => {
  it.each([1, 3, 4])("is read back, with %i channels", async (channels) => {
    const [height, width] = [5, 7];
    const bytes = Array.from({ length: channels * height * width }, (_, i) => (i * 89) % 256);
    const picture = { data: Float32Array.from(bytes, (byte) => byte / 255) };
    const read = await decodeImage(
      await encodePng({ ...picture, shape: [channels, height, width] }),
    );
    expect([read.width, read.height]).toEqual([width, height]);
    const pixels = Array.from({ length: height * width }, (_, i) => {
      const samples = Array.from(
        { length: channels },
        (_channel, c) => bytes[c * height * width + i]!,
      );
      const color = channels === 1 ? [samples[0]!, samples[0]!, samples[0]!] : samples.slice(0, 3);
      return [...color, samples[3] ?? 255];
    });
    expect(Array.from(read.data)).toEqual(pixels.flat());
  });

  it("clips what lies outside, and NaN is black", async () => {
    const data = Float32Array.of(-1, 2, NaN, Infinity, -Infinity, 0.5);
    const { data: read } = await decodeImage(await encodePng({ data, shape: [1, 2, 3] }));
    const grey = Array.from(read).filter((_, i) => i % 4 === 0);
    expect(grey).toEqual([0, 255, 0, 255, 0, 128]);
  });

  it.each([[[2, 2, 2]], [[1, 2]], [[1, 2, 5]], [[1, 0, 4]]])("refuses shape %j", async (shape) => {
    await expect(encodePng({ data: new Float32Array(8), shape })).rejects.toThrow(
      `received shape [${shape.join(", ")}] and 8 numbers`,
    );
  });
});
