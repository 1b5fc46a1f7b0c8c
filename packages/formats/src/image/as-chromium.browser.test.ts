import { describe, expect, it } from "vitest";
import { exifOrientation } from "../../test/exif-orientation.ts";
import {
  adobe,
  exif,
  jfif,
  jpegFile,
  jpegFiles,
  withoutSegment,
  withSegment,
} from "../../test/jpeg-files.ts";
import { depthsOf, pngChunk, pngFile, type PngColor } from "../../test/png-file.ts";
import { decodeImage } from "./decode-in-node.ts";
import { decodeInPage } from "./decode-in-page.ts";
import type { DecodedImage } from "./decoded-image.ts";

/** What Chromium itself makes of the whole file, turned as it shows it. */
async function byChromium(file: Uint8Array<ArrayBuffer>): Promise<DecodedImage> {
  const bitmap = await createImageBitmap(new Blob([file]), {
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
    imageOrientation: "from-image",
  });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", {
    willReadFrequently: true,
  })!;
  context.drawImage(bitmap, 0, 0);
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}

/** Both decoders against Chromium; a canvas keeps colours only as far as they are opaque. */
async function expectAgreement(file: Uint8Array<ArrayBuffer>, tolerance: number): Promise<void> {
  const right = await byChromium(file);
  for (const decode of [decodeImage, decodeInPage]) {
    const { width, height, data } = await decode(file);
    expect([width, height]).toEqual([right.width, right.height]);
    const differences = Array.from(data, (value, i) => {
      const opacity = data[i | 3]!;
      const slack = i % 4 === 3 || opacity === 255 ? 0 : opacity === 0 ? 255 : 1 + 255 / opacity;
      return Math.max(Math.abs(value - right.data[i]!) - slack, 0);
    });
    expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance);
  }
}

describe("PNG as Chromium reads it", () => {
  const colors: readonly PngColor[] = [0, 2, 3, 4, 6];
  const kinds = colors.flatMap((color) =>
    depthsOf[color].flatMap((depth) =>
      [false, true].map((isInterlaced) => ({ color, depth, isInterlaced })),
    ),
  );

  it.each(kinds)("colour type $color, $depth bits, interlaced $isInterlaced", async (kind) => {
    for (const hasTransparency of kind.color > 3 ? [false] : [false, true])
      for (const [width, height] of [
        [1, 1],
        [3, 2],
        [5, 9],
        [9, 5],
        [9, 9],
      ] as const)
        await expectAgreement(
          (await pngFile({ ...kind, width, height, hasTransparency })).bytes,
          0,
        );
  });

  it.each(Array.from({ length: 10 }, (_, i) => i))("orientation %i", async (orientation) => {
    const chunk = pngChunk("eXIf", exifOrientation(orientation, true));
    const kind = { width: 3, height: 2, depth: 8, color: 2, isInterlaced: false } as const;
    await expectAgreement((await pngFile({ ...kind, chunks: [chunk] })).bytes, 0);
  });
});

describe("JPEG as Chromium reads it", () => {
  it.each(Object.keys(jpegFiles) as (keyof typeof jpegFiles)[])("%s", async (name) => {
    await expectAgreement(jpegFile(name), 3);
  });

  const rgb = jpegFile("rgb");
  const ycc = jpegFile("ycc");
  const cmyk = withoutSegment(jpegFile("cmyk"));
  it.each<[string, Uint8Array<ArrayBuffer>]>([
    ["red, green and blue by their names alone", withoutSegment(rgb)],
    ["the same names in a JFIF file", withSegment(rgb, 0xe0, jfif)],
    ["Adobe's remark of 1", withSegment(withoutSegment(ycc), 0xee, adobe(1))],
    ["Adobe's remark of 2", withSegment(withoutSegment(ycc), 0xee, adobe(2))],
    [
      "Adobe's remark of 0, of brightness and differences",
      withSegment(withoutSegment(ycc), 0xee, adobe(0)),
    ],
    ["Adobe's remark of 0, in a JFIF file", withSegment(ycc, 0xee, adobe(0))],
    ["four colours, three as brightness and differences", withSegment(cmyk, 0xee, adobe(2))],
    ["four colours, by an unknown remark", withSegment(cmyk, 0xee, adobe(1))],
  ])("%s", async (_, file) => {
    await expectAgreement(file, 3);
  });

  it.each(Array.from({ length: 10 }, (_, i) => i))("orientation %i", async (orientation) => {
    for (const isLittle of [false, true])
      await expectAgreement(
        withSegment(ycc, 0xe1, exif(exifOrientation(orientation, isLittle))),
        3,
      );
  });
});
