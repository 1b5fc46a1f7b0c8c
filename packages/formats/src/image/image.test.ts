import { deflateSync } from "node:zlib";
import { encode as encodePng } from "fast-png";
import { encode as encodeJpeg } from "jpeg-js";
import { describe, expect, it } from "vitest";
import { interlacing, pngChunk, pngSignature, uint32 } from "../../test/png-file.ts";
import { decodeImage } from "./decode-in-node.ts";
import { imageToArray } from "./decoded-image.ts";
import { inspectImage } from "./inspect-image.ts";

const chunk = (type: string, content: ArrayLike<number> = []): number[] =>
  Array.from(pngChunk(type, content));
const header = (width: number, height: number, depth = 8, colorType = 0, interlace = 0): number[] =>
  chunk("IHDR", [...uint32(width), ...uint32(height), depth, colorType, 0, 0, interlace]);
const data = (raw: ArrayLike<number>): number[] =>
  chunk("IDAT", deflateSync(Uint8Array.from(Array.from(raw))));
const png = (...parts: readonly number[][]): Uint8Array =>
  Uint8Array.from([...pngSignature, ...parts.flat(), ...chunk("IEND")]);
/** Two grey pixels side by side. */
const plain = png(header(2, 1), data([0, 10, 250]));

const jpegOf = (width: number, height: number): Uint8Array => {
  const pixels = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++)
    pixels.set([(i % width) * 8, Math.floor(i / width) * 8, 60, 255], 4 * i);
  return new Uint8Array(encodeJpeg({ width, height, data: pixels }, 90).data);
};
const replaced = (bytes: Uint8Array, at: number, ...values: number[]): Uint8Array => {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
};
/** Where the first segment with this marker begins. */
const markerAt = (bytes: Uint8Array, marker: number): number =>
  bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === marker);

describe("decodeImage of PNG", () => {
  it("reads every kind of pixel", async () => {
    const kinds: [number[], number[]][] = [
      [
        [...header(2, 1, 8, 0), ...data([0, 10, 250])],
        [10, 10, 10, 255, 250, 250, 250, 255],
      ],
      [
        [...header(3, 1, 1, 0), ...data([0, 0b10100000])],
        [255, 255, 255, 255, 0, 0, 0, 255, 255, 255, 255, 255],
      ],
      [
        [...header(1, 2, 4, 0), ...data([0, 0xf0, 0, 0x30])],
        [255, 255, 255, 255, 51, 51, 51, 255],
      ],
      [
        [...header(1, 1, 16, 0), ...data([0, 128, 0])],
        [128, 128, 128, 255],
      ],
      [
        [...header(1, 1, 8, 2), ...data([0, 1, 2, 3])],
        [1, 2, 3, 255],
      ],
      [
        [
          ...header(3, 1, 8, 2),
          ...chunk("tRNS", [0, 1, 0, 2, 0, 3]),
          ...data([0, 1, 2, 3, 1, 2, 4, 1, 2, 3]),
        ],
        [1, 2, 3, 0, 1, 2, 4, 255, 1, 2, 3, 0],
      ],
      [
        [...header(1, 1, 8, 4), ...data([0, 7, 9])],
        [7, 7, 7, 9],
      ],
      [
        [...header(1, 1, 8, 6), ...data([0, 1, 2, 3, 4])],
        [1, 2, 3, 4],
      ],
      [
        [...header(2, 1, 2, 3), ...chunk("PLTE", [1, 2, 3, 4, 5, 6]), ...data([0, 0b01000000])],
        [4, 5, 6, 255, 1, 2, 3, 255],
      ],
      [
        [
          ...header(2, 1, 8, 3),
          ...chunk("PLTE", [1, 2, 3, 4, 5, 6]),
          ...chunk("tRNS", [77]),
          ...data([0, 1, 0]),
        ],
        [4, 5, 6, 255, 1, 2, 3, 77],
      ],
      [
        [...header(1, 1, 8, 0, 1), ...data([0, 42])],
        [42, 42, 42, 255],
      ],
    ];
    for (const [parts, pixels] of kinds)
      expect(Array.from((await decodeImage(png(parts))).data)).toEqual(pixels);
  });

  it("passes over remarks, and gives the decoder none of them", async () => {
    const remark = chunk("tEXt", new TextEncoder().encode("Title\0A picture"));
    const bomb = chunk("iCCP", [65, 0, 0, ...deflateSync(new Uint8Array(100_000))]);
    const file = png(header(2, 1), remark, bomb, data([0, 10, 250]));
    const { essential } = await inspectImage(Uint8Array.from([...file, 1, 2, 3]));
    expect(essential).toEqual(plain);
  });

  it("reads interlaced files", async () => {
    const [width, height] = [11, 9];
    const raw: number[] = [];
    for (const [left, top, across, down] of interlacing)
      for (let y = top; y < height; y += down) {
        if (left < width) raw.push(0);
        for (let x = left; x < width; x += across) raw.push(y * width + x);
      }
    const { data: pixels } = await decodeImage(png(header(width, height, 8, 0, 1), data(raw)));
    expect(Array.from(pixels).filter((_, i) => i % 4 === 0)).toEqual(
      Array.from({ length: width * height }, (_, i) => i),
    );
    await expect(
      decodeImage(png(header(width, height, 8, 0, 1), data(raw.slice(1)))),
    ).rejects.toThrow("holds 117 of 118 bytes of pixels");
  });

  it("agrees with the encoder on a larger image", async () => {
    const pixels = Uint8Array.from({ length: 4 * 37 * 23 }, (_, i) => (i * 7919) & 255);
    const file = encodePng({ width: 37, height: 23, data: pixels, channels: 4 });
    expect(Array.from((await decodeImage(file)).data)).toEqual(Array.from(pixels));
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(0), /neither PNG nor JPEG: the file begins with nothing/],
    ["a signature", Uint8Array.from(pngSignature), /does not begin with a header/],
    ["a cut file", plain.subarray(0, -5), /truncated/],
    ["a wrong checksum", replaced(plain, 24 + 8, 9), /damaged|colour|method/],
    ["a size of none", png(header(0, 5), data([])), /no pixels: 0 x 5/],
    [
      "a huge size",
      png(header(2 ** 31 - 1, 2 ** 31 - 1), data([0])),
      /too large: 2147483647 x 2147483647 pixels/,
    ],
    [
      "a size the data cannot fill",
      png(header(4000, 4000), data([0])),
      /bytes of data cannot hold 4000 x 4000/,
    ],
    ["too little data", png(header(2, 1), data([0, 10])), /holds 2 of 3 bytes/],
    ["too much data", png(header(2, 1), data(new Uint8Array(1_000_000))), /longer than it says/],
    ["no data", png(header(2, 1)), /holds no data/],
    ["a wrong depth", png(header(2, 1, 4, 2), data([0])), /colour type 2 with 4 bits/],
    ["no palette", png(header(2, 1, 8, 3), data([0, 0, 0])), /palette is missing/],
    [
      "a large palette",
      png(header(2, 1, 1, 3), chunk("PLTE", new Uint8Array(9)), data([0, 0])),
      /a palette of 9 bytes/,
    ],
    [
      "a pixel outside the palette",
      png(header(1, 1, 8, 3), chunk("PLTE", [1, 2, 3]), data([0, 7])),
      /a pixel outside its palette/,
    ],
    ["an unknown filter", png(header(2, 1), data([9, 0, 0])), /a row of unknown filter 9/],
    ["two headers", png(header(2, 1), header(2, 1), data([0, 1, 2])), /two chunks IHDR/],
    [
      "an unknown needed chunk",
      png(header(2, 1), chunk("ABCD"), data([0, 1, 2])),
      /unknown chunk ABCD/,
    ],
    [
      "data in pieces",
      png(header(2, 1), data([0, 1, 2]), chunk("tIME", [1]), data([0])),
      /not in one piece/,
    ],
  ])("refuses %s", async (_, bytes, problem) => {
    const failure = await decodeImage(bytes).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "FormatError" });
    expect((failure as Error).message).toMatch(problem);
  });
});

describe("decodeImage of JPEG", () => {
  const file = jpegOf(24, 16);

  it("reads pixels, and drops remarks and what follows the end", async () => {
    const { width, height, data: pixels } = await decodeImage(file);
    expect([width, height]).toEqual([24, 16]);
    const at = 4 * (10 * 24 + 12);
    [96, 80, 60].forEach((value, c) => expect(Math.abs(pixels[at + c]! - value)).toBeLessThan(9));
    const remark = [0xff, 0xe1, 0, 6, 1, 2, 3, 4];
    const padded = Uint8Array.from([...file.subarray(0, 2), ...remark, ...file.subarray(2), 5, 6]);
    const [{ essential }, { essential: expected }] = await Promise.all([
      inspectImage(padded),
      inspectImage(file),
    ]);
    expect(essential).toEqual(expected);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["a cut file", file.subarray(0, -2), /truncated/],
    ["a cut header", file.subarray(0, 30), /truncated/],
    ["a size of none", replaced(file, markerAt(file, 0xc0) + 5, 0, 0), /no pixels/],
    [
      "a size the data cannot fill",
      replaced(file, markerAt(file, 0xc0) + 5, 8, 0, 8, 0),
      /its data ends before its pixels do/,
    ],
    [
      "a huge size",
      replaced(file, markerAt(file, 0xc0) + 5, 255, 255, 255, 255),
      /too large: 65535 x 65535/,
    ],
    [
      "a bad sampling factor",
      replaced(file, markerAt(file, 0xc0) + 11, 0),
      /sampling factors 0 x 0/,
    ],
    ["12 bits", replaced(file, markerAt(file, 0xc0) + 4, 12), /12 bits per sample/],
    ["a full Huffman table", replaced(file, markerAt(file, 0xc4) + 5, 200), /Huffman table/],
    ["an unknown frame", replaced(file, markerAt(file, 0xc0) + 1, 0xc3), /unknown kind 0xc3/],
    ["no frame", Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), /holds no image/],
  ])("refuses %s", async (_, bytes, problem) => {
    const failure = await decodeImage(bytes).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "FormatError" });
    expect((failure as Error).message).toMatch(problem);
  });

  it("reads a progressive file, here one that Pillow 12 wrote", async () => {
    const progressive = Buffer.from(
      "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAIABADAREAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAABP/EABYBAQEBAAAAAAAAAAAAAAAAAAYEBf/aAAwDAQACEAMQAAABNLuETHv/xAAUEAEAAAAAAAAAAAAAAAAAAAAQ/9oACAEBAAEFAj//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAEDAQE/AT//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAECAQE/AT//xAAUEAEAAAAAAAAAAAAAAAAAAAAQ/9oACAEBAAY/Aj//xAAUEAEAAAAAAAAAAAAAAAAAAAAQ/9oACAEBAAE/IT//2gAMAwEAAgADAAAAEO//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAEDAQE/ED//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAECAQE/ED//xAAUEAEAAAAAAAAAAAAAAAAAAAAQ/9oACAEBAAE/ED//2Q==",
      "base64",
    );
    const { width, height, data: pixels } = await decodeImage(progressive);
    expect([width, height]).toEqual([16, 8]);
    for (const [x, color] of [
      [3, [240, 40, 40]],
      [12, [40, 40, 240]],
    ] as const)
      color.forEach((value, c) =>
        expect(Math.abs(pixels[4 * (4 * 16 + x) + c]! - value)).toBeLessThan(12),
      );
    const larger = replaced(progressive, markerAt(progressive, 0xc2) + 5, 0, 64, 0, 64);
    await expect(decodeImage(larger)).rejects.toThrow("the JPEG file is malformed: its data");
  });

  it("refuses a file of very many scans", async () => {
    const scan = file.subarray(markerAt(file, 0xda), file.length - 2);
    const many = [...file.subarray(0, -2)];
    for (let i = 0; i < 64; i++) many.push(...scan);
    await expect(decodeImage(Uint8Array.from([...many, 0xff, 0xd9]))).rejects.toThrow(
      "more than 64 scans",
    );
  });
});

describe("imageToArray", () => {
  const image = (width: number, height: number, grey: (i: number) => number) => ({
    width,
    height,
    data: Uint8Array.from({ length: 4 * width * height }, (_, i) =>
      i % 4 === 3 ? 255 : grey(i >> 2),
    ),
  });

  it("keeps the numbers of an image of the right size", () => {
    const { data: numbers, shape } = imageToArray(
      image(3, 2, (i) => i * 51),
      3,
      [2, 3],
    );
    expect(shape).toEqual([3, 2, 3]);
    expect(Array.from(numbers.subarray(0, 6))).toEqual(
      [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => Math.fround(value)),
    );
  });

  it("takes means when it shrinks, and keeps a constant whatever the sizes", () => {
    const checkers = imageToArray(
      image(64, 64, (i) => ((i + (i >> 6)) % 2) * 255),
      1,
      [8, 8],
    );
    for (const value of checkers.data) expect(Math.abs(value - 0.5)).toBeLessThan(0.02);
    for (const size of [
      [5, 9],
      [1, 1],
      [40, 30],
    ] as const)
      for (const value of imageToArray(
        image(13, 17, () => 102),
        4,
        size,
      ).data.subarray(0, 3))
        expect(value).toBeCloseTo(0.4, 6);
  });

  it("cuts the longer side on both ends alike", () => {
    const { data: numbers } = imageToArray(
      image(4, 2, (i) => (i % 4) * 10),
      1,
      [2, 2],
    );
    [10, 20, 10, 20].forEach((value, i) => expect(numbers[i]! * 255).toBeCloseTo(value, 3));
  });
});
