// Writes PNG files of every kind with the pixels that they stand for, for tests in Node and in pages.

/** What a PNG file begins with. */
export const pngSignature: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10];

/** Colour types, by their numbers in a file. */
export type PngColor = 0 | 2 | 3 | 4 | 6;

export interface PngKind {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly color: PngColor;
  readonly isInterlaced: boolean;
  /** Whether a chunk tRNS says what is transparent. */
  readonly hasTransparency?: boolean;
  readonly chunks?: readonly Uint8Array[];
}

export interface PngFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Red, green, blue and opacity of each pixel, row by row. */
  readonly pixels: readonly number[];
}

const channelsOf: Readonly<Record<PngColor, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
export const depthsOf: Readonly<Record<PngColor, readonly PngKind["depth"][]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

type SampleAt = (x: number, y: number, c: number) => number;

/** What the numbers in a file mean. */
interface Meaning {
  readonly most: number;
  readonly colors: readonly (readonly number[])[];
  /** Of the first colours of a palette. */
  readonly opacities: readonly number[];
  /** The samples that are transparent. */
  readonly key: readonly number[];
}

export async function pngFile(kind: PngKind): Promise<PngFile> {
  const { width, height, depth, color, isInterlaced, hasTransparency = false, chunks = [] } = kind;
  const most = 2 ** depth - 1;
  const sampleAt: SampleAt = (x, y, c) =>
    (Math.imul(x * 73 + y * 151 + c * 211 + 7, 0x9e3779b1) >>> 9) % (most + 1);
  const colors = Array.from({ length: color === 3 ? most + 1 : 0 }, (_, i) =>
    [i * 37, 255 - i * 11, i * 101 + 5].map((value) => value & 255),
  );
  // The first pixel is transparent.
  const key = Array.from({ length: channelsOf[color] }, (_, c) => sampleAt(0, 0, c));
  const opacities = colors.map((_, i) => (i * 53) & 255).slice(0, Math.ceil(colors.length / 2));
  const unused = depth < 16 ? 0xff : 0; // the bits above the depth, which must not count
  const transparency =
    color === 3 ? opacities : key.flatMap((value) => [(value >> 8) | unused, value & 255]);
  const header = [...uint32(width), ...uint32(height), depth, color, 0, 0, isInterlaced ? 1 : 0];
  const parts = [
    pngSignature,
    pngChunk("IHDR", header),
    ...chunks,
    ...(color === 3 ? [pngChunk("PLTE", colors.flat())] : []),
    ...(hasTransparency ? [pngChunk("tRNS", transparency)] : []),
    pngChunk("IDAT", await deflate(Uint8Array.from(packedRows(kind, sampleAt)))),
    pngChunk("IEND", []),
  ];
  return {
    bytes: Uint8Array.from(parts.flatMap((part) => Array.from(part))),
    pixels: pixelsOf(kind, sampleAt, { most, colors, opacities, key }),
  };
}

function pixelsOf(kind: PngKind, sampleAt: SampleAt, meaning: Meaning): number[] {
  const { width, height, depth, color, hasTransparency = false } = kind;
  const { most, colors, opacities, key } = meaning;
  const pixels: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const samples = key.map((_, c) => sampleAt(x, y, c));
      const bytes = samples.map((value) => (depth === 16 ? value >> 8 : (value * 255) / most));
      const isKey = hasTransparency && samples.every((value, c) => value === key[c]);
      const [first = 0] = samples;
      const [grey = 0] = bytes;
      if (color === 3)
        pixels.push(...colors[first]!, hasTransparency ? (opacities[first] ?? 255) : 255);
      else if (color === 0) pixels.push(grey, grey, grey, isKey ? 0 : 255);
      else if (color === 4) pixels.push(grey, grey, grey, bytes[1]!);
      else if (color === 2) pixels.push(...bytes, isKey ? 0 : 255);
      else pixels.push(...bytes);
    }
  return pixels;
}

/** The rows of every pass, before they are compressed; each filter in turn. */
function packedRows(kind: PngKind, sampleAt: SampleAt): number[] {
  const { width, height, depth, color, isInterlaced } = kind;
  const raw: number[] = [];
  for (const [left, top, across, down] of isInterlaced ? interlacing : inOnePass) {
    if (left >= width) continue;
    let above: number[] = [];
    for (let y = top; y < height; y += down) {
      let bits = "";
      for (let x = left; x < width; x += across)
        for (let c = 0; c < channelsOf[color]; c++)
          bits += sampleAt(x, y, c).toString(2).padStart(depth, "0");
      const row = Array.from(bits.matchAll(/.{1,8}/g), ([byte]) =>
        Number.parseInt(byte.padEnd(8, "0"), 2),
      );
      const step = Math.max((channelsOf[color] * depth) >> 3, 1);
      raw.push(...filtered(row, above, step, raw.length % 5));
      above = row;
    }
  }
  return raw;
}

const inOnePass = [[0, 0, 1, 1]] as const;
/** The passes of an interlaced image: first column and row, and steps between them. */
export const interlacing = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** A row with its filter, 0 to 4, before it. */
function filtered(
  row: readonly number[],
  above: readonly number[],
  step: number,
  filter: number,
): number[] {
  return [
    filter,
    ...row.map((value, i) => {
      const a = row[i - step] ?? 0;
      const b = above[i] ?? 0;
      const c = above[i - step] ?? 0;
      const nearest = [a, b, c].toSorted(
        (p, q) => Math.abs(a + b - c - p) - Math.abs(a + b - c - q),
      )[0]!;
      const prediction = [0, a, b, Math.floor((a + b) / 2), nearest][filter]!;
      return (value - prediction) & 255;
    }),
  ];
}

export function pngChunk(type: string, content: ArrayLike<number>): Uint8Array {
  const named = [...new TextEncoder().encode(type), ...Array.from(content)];
  let crc = -1;
  for (const byte of named) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return Uint8Array.from([...uint32(content.length), ...named, ...uint32(~crc)]);
}

/** The most significant byte first. */
export const uint32 = (value: number): number[] =>
  [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);

async function deflate(raw: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([raw]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
