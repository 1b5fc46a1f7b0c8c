import { describe, expect, it } from "vitest";
import { exifOrientation, turned } from "../../test/exif-orientation.ts";
import { depthsOf, pngChunk, pngFile, type PngColor } from "../../test/png-file.ts";
import { decodeImage } from "./decode-in-node.ts";
import { decodeInPage } from "./decode-in-page.ts";
import { inspectImage } from "./inspect-image.ts";

const kinds = ([0, 2, 3, 4, 6] as PngColor[]).flatMap((color) =>
  depthsOf[color].flatMap((depth) =>
    [false, true].map((isInterlaced) => ({ color, depth, isInterlaced })),
  ),
);

describe("PNG files of every kind and size", () => {
  it.each(kinds)("colour type $color, $depth bits, interlaced $isInterlaced", async (kind) => {
    for (const hasTransparency of kind.color > 3 ? [false] : [false, true])
      for (let width = 1; width <= 9; width++)
        for (let height = 1; height <= 9; height++) {
          const { bytes, pixels } = await pngFile({ ...kind, width, height, hasTransparency });
          const image = await decodeImage(bytes);
          expect([image.width, image.height]).toEqual([width, height]);
          expect(Array.from(image.data)).toEqual(pixels);
        }
  });

  it("an interlaced white image of one bit, as another writer has it", async () => {
    const file = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAQAAAAHCCGshAAAADUlEQVR4nGNoYADBBwAIaAJhYCw+KwAAAABJRU5ErkJggg==",
      "base64",
    );
    for (const decode of [decodeImage, decodeInPage])
      expect((await decode(file)).data).toEqual(new Uint8ClampedArray(24).fill(255));
  });
});

describe("PNG files that are to be turned", () => {
  const kind = { width: 3, height: 2, depth: 8, color: 0, isInterlaced: false } as const;

  it.each(Array.from({ length: 10 }, (_, i) => i))("orientation %i", async (orientation) => {
    const { pixels } = await pngFile(kind);
    const upright = pixels.filter((_, i) => i % 4 === 0);
    for (const isLittle of [false, true]) {
      const exif = pngChunk("eXIf", exifOrientation(orientation, isLittle));
      const { bytes } = await pngFile({ ...kind, chunks: [exif] });
      const { width, height, data } = await decodeImage(bytes);
      const isTurned = orientation >= 5 && orientation <= 8;
      expect([width, height]).toEqual(isTurned ? [2, 3] : [3, 2]);
      expect(Array.from(data).filter((_, i) => i % 4 === 0)).toEqual(turned(upright, orientation));
      const info = await inspectImage(bytes);
      expect([info.width, info.height, info.orientation]).toEqual([
        3,
        2,
        orientation >= 2 && orientation <= 8 ? orientation : 1,
      ]);
      // What decoders get besides must not turn the pixels once more.
      expect((await inspectImage(info.essential)).orientation).toBe(1);
    }
  });

  it("Exif data of any other kind is passed over", async () => {
    const whole = exifOrientation(6, true);
    const anything = [
      ...Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length)).slice(
        0,
        22,
      ),
      whole.with(2, 43),
      whole.with(4, 255),
      whole.with(12, 4),
      whole.with(14, 2),
      Uint8Array.of(0x45, 0x78, 0x69, 0x66, 0, 0, ...whole),
    ];
    for (const content of anything) {
      const { bytes } = await pngFile({ ...kind, chunks: [pngChunk("eXIf", content)] });
      expect((await inspectImage(bytes)).orientation).toBe(1);
    }
    const damaged = await pngFile({ ...kind, chunks: [pngChunk("eXIf", whole).with(20, 9)] });
    await expect(decodeImage(damaged.bytes)).rejects.toThrow("chunk eXIf is damaged");
  });
});
