// Writes PNG files of every kind with the pixels that they stand for, for tests in Node and in pages.

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

export async function pngFile(kind: PngKind): Promise<PngFile> {
  const { width, height, depth, color, isInterlaced, hasTransparency = false, chunks = [] } = kind;
  const channels = channelsOf[color];
  const most = 2 ** depth - 1;
  const sampleAt = (x: number, y: number, c: number): number =>
    (Math.imul(x * 73 + y * 151 + c * 211 + 7, 0x9e3779b1) >>> 9) % (most + 1);
  const colors = Array.from({ length: color === 3 ? most + 1 : 0 }, (_, i) =>
    [i * 37, 255 - i * 11, i * 101 + 5].map((value) => value & 255),
  );
  // The first pixel is transparent; the bits above the depth must not count.
  const key = Array.from({ length: channels }, (_, c) => sampleAt(0, 0, c));
  const opacities = colors.map((_, i) => (i * 53) & 255).slice(0, Math.ceil(colors.length / 2));

  const pixels: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const samples = Array.from({ length: channels }, (_, c) => sampleAt(x, y, c));
      const bytes = samples.map((value) => (depth === 16 ? value >> 8 : (value * 255) / most));
      const isKey = hasTransparency && samples.every((value, c) => value === key[c]);
      if (color === 3)
        pixels.push(
          ...colors[samples[0]!]!,
          hasTransparency ? (opacities[samples[0]!] ?? 255) : 255,
        );
      else if (color === 0) pixels.push(bytes[0]!, bytes[0]!, bytes[0]!, isKey ? 0 : 255);
      else if (color === 4) pixels.push(bytes[0]!, bytes[0]!, bytes[0]!, bytes[1]!);
      else pixels.push(bytes[0]!, bytes[1]!, bytes[2]!, color === 6 ? bytes[3]! : isKey ? 0 : 255);
    }

  const passes = isInterlaced ? ["0088", "4088", "0448", "2044", "0224", "1022", "0112"] : ["0011"];
  const raw: number[] = [];
  for (const pass of passes) {
    const [left, top, across, down] = [...pass].map(Number) as [number, number, number, number];
    let above: number[] = [];
    for (let y = top; y < height; y += down) {
      const bits: string[] = [];
      for (let x = left; x < width; x += across)
        for (let c = 0; c < channels; c++)
          bits.push(sampleAt(x, y, c).toString(2).padStart(depth, "0"));
      const row = (bits.join("").match(/.{1,8}/g) ?? []).map((byte) =>
        Number.parseInt(byte.padEnd(8, "0"), 2),
      );
      if (row.length > 0)
        raw.push(...filtered(row, above, Math.max((channels * depth) >> 3, 1), raw.length % 5));
      above = row;
    }
  }
  const transparency =
    color === 3
      ? opacities
      : key.flatMap((value) => [(value | (depth < 16 ? 0xff00 : 0)) >> 8, value & 255]);
  const bytes = [
    ...[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    ...pngChunk("IHDR", [
      ...uint32(width),
      ...uint32(height),
      depth,
      color,
      0,
      0,
      isInterlaced ? 1 : 0,
    ]),
    ...chunks.flatMap((chunk) => [...chunk]),
    ...(color === 3 ? pngChunk("PLTE", colors.flat()) : []),
    ...(hasTransparency ? pngChunk("tRNS", transparency) : []),
    ...pngChunk("IDAT", await deflate(Uint8Array.from(raw))),
    ...pngChunk("IEND", []),
  ];
  return { bytes: Uint8Array.from(bytes), pixels };
}

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

const uint32 = (value: number): number[] =>
  [value >>> 24, value >>> 16, value >>> 8, value].map((x) => x & 255);

async function deflate(raw: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([raw]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A TIFF file that holds an orientation and nothing else: what Exif data consists of. */
export function exifOrientation(orientation: number, isLittle: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(26));
  view.setUint16(0, isLittle ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, isLittle);
  view.setUint32(4, 8, isLittle);
  view.setUint16(8, 1, isLittle);
  view.setUint16(10, 0x112, isLittle);
  view.setUint16(12, 3, isLittle);
  view.setUint32(14, 1, isLittle);
  view.setUint16(18, orientation, isLittle);
  return new Uint8Array(view.buffer);
}
