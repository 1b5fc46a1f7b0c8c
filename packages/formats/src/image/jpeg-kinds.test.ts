import { describe, expect, it } from "vitest";
import {
  adobe,
  colorsOfJpegs,
  exif,
  jfif,
  jpegFile,
  jpegFiles,
  withoutSegment,
  withSegment,
} from "../../test/jpeg-files.ts";
import { exifOrientation, turned } from "../../test/exif-orientation.ts";
import { decodeImage } from "./decode-in-node.ts";
import type { DecodedImage } from "./decoded-image.ts";
import { inspectImage } from "./inspect-image.ts";

/** Mean colours of the squares of 8 by 8 pixels, row by row. */
function squaresOf({ width, height, data }: DecodedImage): number[][] {
  const squares: number[][] = [];
  for (let top = 0; top < height; top += 8)
    for (let left = 0; left < width; left += 8)
      squares.push(
        [0, 1, 2].map((c) => {
          let sum = 0;
          for (let y = top; y < top + 8; y++)
            for (let x = left; x < left + 8; x++) sum += data[4 * (y * width + x) + c]!;
          return sum / 64;
        }),
      );
  return squares;
}

function expectColors(image: DecodedImage, colors: readonly (readonly number[])[]): void {
  const squares = squaresOf(image);
  colors.forEach((color, i) =>
    color.forEach((value, c) => expect(Math.abs(squares[i]![c]! - value)).toBeLessThan(3)),
  );
}

const greys = colorsOfJpegs.map(([red, green, blue]) => {
  const grey = 0.299 * red + 0.587 * green + 0.114 * blue;
  return [grey, grey, grey];
});
const rgb = jpegFile("rgb");
const ycc = jpegFile("ycc");

describe("JPEG files of every kind", () => {
  it.each(Object.keys(jpegFiles) as (keyof typeof jpegFiles)[])("%s", async (name) => {
    expectColors(
      await decodeImage(jpegFile(name)),
      name.startsWith("grey") ? greys : colorsOfJpegs,
    );
  });

  it.each<[string, Uint8Array]>([
    ["red, green and blue by their names alone", withoutSegment(rgb)],
    ["brightness and differences, with nothing that says so", withoutSegment(ycc)],
    [
      "brightness and differences by Adobe's remark",
      withSegment(withoutSegment(ycc), 0xee, adobe(1)),
    ],
    ["JFIF, whatever Adobe's remark says", withSegment(ycc, 0xee, adobe(0))],
    [
      "a remark behind the scan",
      Uint8Array.from([
        ...ycc.subarray(0, -2),
        ...withSegment(ycc, 0xee, adobe(0)).subarray(2, 18),
        0xff,
        0xd9,
      ]),
    ],
  ])("%s", async (_, file) => {
    expectColors(await decodeImage(file), colorsOfJpegs);
  });

  it("red, green and blue in a file that is said to be JFIF are brightness and differences", async () => {
    // As Chromium reads it; ITU-T T.871, section 6.2.
    const [red] = squaresOf(await decodeImage(withSegment(rgb, 0xe0, jfif)));
    [240, 40, 40].forEach((value, c) => {
      const expected = [
        240 + 1.402 * (40 - 128),
        240 - 0.3441 * (40 - 128) - 0.7141 * (40 - 128),
        240 + 1.772 * (40 - 128),
      ];
      expect(Math.abs(red![c]! - Math.min(expected[c]!, 255))).toBeLessThan(value / 10);
    });
  });

  it.each<[string, Uint8Array, string]>([
    [
      "four colours of no name",
      withoutSegment(jpegFile("cmyk")),
      "four colours, and no remark of Adobe's",
    ],
    [
      "sampling factors that do not divide",
      ycc
        .with(ycc.findIndex((byte, i) => byte === 0xff && ycc[i + 1] === 0xc0) + 11, 0x31)
        .with(ycc.findIndex((byte, i) => byte === 0xff && ycc[i + 1] === 0xc0) + 14, 0x21),
      "sampling factors that do not divide",
    ],
    [
      "quantization tables that change",
      Uint8Array.from([...ycc.subarray(0, -2), ...ycc.subarray(20, 89), 0xff, 0xd9]),
      "a quantization table behind a scan",
    ],
  ])("refuses %s", async (_, file, message) => {
    await expect(decodeImage(file)).rejects.toMatchObject({
      name: "FormatError",
      message: expect.stringContaining(message) as string,
    });
  });
});

describe("JPEG files that are to be turned", () => {
  it.each(Array.from({ length: 10 }, (_, i) => i))("orientation %i", async (orientation) => {
    for (const isLittle of [false, true]) {
      const file = withSegment(ycc, 0xe1, exif(exifOrientation(orientation, isLittle)));
      const image = await decodeImage(file);
      const isTurned = orientation >= 5 && orientation <= 8;
      expect([image.width, image.height]).toEqual(isTurned ? [16, 24] : [24, 16]);
      expectColors(image, turned(colorsOfJpegs, orientation));
      expect(await inspectImage(file)).toMatchObject({ width: 24, height: 16 });
    }
  });
});
