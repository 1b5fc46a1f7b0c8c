import { crc32 } from "../bytes/crc32.ts";
import { inflate, mostInflation } from "../bytes/inflate.ts";
import { brokenImage, checkPixelCount, type ImageLimits, joinRanges } from "./image-info.ts";
import { orientationOf } from "./orientation.ts";

type Range = readonly [start: number, end: number];

const pngSignature: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10];

/** Samples per pixel and allowed bits per sample, by colour type. */
const colorTypes: ReadonlyMap<number, { channels: number; depths: readonly number[] }> = new Map([
  [0, { channels: 1, depths: [1, 2, 4, 8, 16] }],
  [2, { channels: 3, depths: [8, 16] }],
  [3, { channels: 1, depths: [1, 2, 4, 8] }],
  [4, { channels: 2, depths: [8, 16] }],
  [6, { channels: 4, depths: [8, 16] }],
]);
const indexed = 3;
const exif = "eXIf";
/** The chunks that pixels follow from. */
const known: ReadonlySet<string> = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);

type Steps = readonly [column: number, row: number, across: number, down: number];
const inOnePass: readonly Steps[] = [[0, 0, 1, 1]];
/** The seven passes of an interlaced image: first column and row, and steps between them. */
const interlacing: readonly Steps[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly depth: number;
  readonly colorType: number;
  /** Samples per pixel. */
  readonly channels: number;
  readonly isInterlaced: boolean;
}

/** What a sound PNG file holds, not decoded further than decompressed. */
export interface PngContent extends PngHeader {
  readonly essential: Uint8Array;
  /** The rows of every pass: a byte for the filter, then the samples, packed. */
  readonly raw: Uint8Array;
  /** Red, green and blue of each colour, where pixels are numbers of colours. */
  readonly palette: Uint8Array | undefined;
  /** What of the pixels is transparent: by colour of the palette, or the one sample that is. */
  readonly transparency: Uint8Array | undefined;
  readonly orientation: number;
}

/** The pixels `column + i * across`, `row + k * down` for i < columns and k < rows. */
interface PngPass {
  readonly column: number;
  readonly row: number;
  readonly across: number;
  readonly down: number;
  readonly columns: number;
  readonly rows: number;
  /** Bytes of a row, its filter left out. */
  readonly rowLength: number;
}

/**
 * Checks a PNG file down to the number of bytes its pixels decompress to.
 *
 * Source: PNG specification (W3C, third edition), sections 5, 10.1, 11.2 and 13.
 *
 * @throws {FormatError} if anything does not fit together, or the image is larger than the limit.
 */
export async function readPng(
  bytes: Uint8Array,
  limits: ImageLimits,
  op: string,
): Promise<PngContent> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view, limits, op);
  const { essential, data, contents } = readChunks(bytes, view, header, op);
  const rawLength = rawByteLength(header);
  const compressed = joinRanges(bytes, data);
  if (rawLength > (compressed.byteLength + 1) * mostInflation)
    throw brokenImage(
      "PNG",
      `${compressed.byteLength} bytes of data cannot hold ${header.width} x ${header.height} pixels`,
      op,
    );
  const raw = await inflate(compressed, "deflate", () => rawLength, op);
  if (raw.byteLength !== rawLength)
    throw brokenImage("PNG", `it holds ${raw.byteLength} of ${rawLength} bytes of pixels`, op);
  return {
    ...header,
    essential: joinRanges(bytes, [[0, pngSignature.length], ...essential]),
    raw,
    palette: header.colorType === indexed ? contents.get("PLTE") : undefined,
    transparency: contents.get("tRNS"),
    orientation: orientationOf(contents.get("eXIf")),
  };
}

export function isPng(bytes: Uint8Array): boolean {
  return pngSignature.every((byte, i) => bytes[i] === byte);
}

/** The passes in which an image's pixels are sent: seven if it is interlaced, or one. */
export function passesOf(header: PngHeader): PngPass[] {
  const { width, height, depth, channels, isInterlaced } = header;
  return (isInterlaced ? interlacing : inOnePass)
    .map(([column, row, across, down]) => {
      const columns = Math.ceil(Math.max(width - column, 0) / across);
      const rows = Math.ceil(Math.max(height - row, 0) / down);
      const rowLength = Math.ceil((columns * channels * depth) / 8);
      return { column, row, across, down, columns, rows, rowLength };
    })
    .filter(({ columns }) => columns > 0);
}

function readHeader(view: DataView, limits: ImageLimits, op: string): PngHeader {
  // Signature, then a chunk of 13 bytes named IHDR, with its length before and its check behind.
  if (view.byteLength < 33 || view.getUint32(8) !== 13 || view.getUint32(12) !== 0x49484452)
    throw brokenImage("PNG", "it does not begin with a header", op);
  const header = {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth: view.getUint8(24),
    colorType: view.getUint8(25),
    channels: colorTypes.get(view.getUint8(25))?.channels ?? 0,
    isInterlaced: view.getUint8(28) === 1,
  };
  checkPixelCount(header.width, header.height, limits, op);
  if (colorTypes.get(header.colorType)?.depths.includes(header.depth) !== true)
    throw brokenImage("PNG", `colour type ${header.colorType} with ${header.depth} bits`, op);
  if (view.getUint8(26) !== 0 || view.getUint8(27) !== 0 || view.getUint8(28) > 1)
    throw brokenImage("PNG", "an unknown compression, filter or interlace method", op);
  return header;
}

/** The chunks that pixels follow from, where the compressed pixels lie, and what stands before. */
function readChunks(
  bytes: Uint8Array,
  view: DataView,
  header: PngHeader,
  op: string,
): { essential: Range[]; data: Range[]; contents: ReadonlyMap<string, Uint8Array> } {
  const essential: Range[] = [];
  const data: Range[] = [];
  const contents = new Map<string, Uint8Array>();
  let paletteLength = 0;
  for (const { type, start, end } of chunksOf(bytes, view, op)) {
    const length = end - start - 12;
    // Behind the data, where readers that show an image as it comes cannot know it, Exif is a remark.
    if (!known.has(type) && (type !== exif || data.length > 0)) {
      // A capital first letter says that the image cannot be read without the chunk.
      if (/^[A-Z]/.test(type)) throw brokenImage("PNG", `an unknown chunk ${type}`, op);
      continue;
    }
    if (type === "IDAT") {
      if (data.length > 0 && data.at(-1)![1] + 4 !== start)
        throw brokenImage("PNG", "its data is not in one piece", op);
      data.push([start + 8, end - 4]);
    } else if (contents.has(type)) throw brokenImage("PNG", `two chunks ${type}`, op);
    if ((type === "PLTE" || type === "tRNS") && data.length > 0)
      throw brokenImage("PNG", `chunk ${type} stands behind the data`, op);
    if (type === "PLTE") paletteLength = checkPalette(length, header, op);
    if (type === "tRNS") checkTransparency(length, header, paletteLength, op);
    if (crc32(bytes.subarray(start + 4, end - 4)) !== view.getUint32(end - 4))
      throw brokenImage("PNG", `chunk ${type} is damaged: its checksum is wrong`, op);
    contents.set(type, bytes.subarray(start + 8, end - 4));
    if (type !== exif) essential.push([start, end]);
  }
  if (data.length === 0) throw brokenImage("PNG", "it holds no data", op);
  if (header.colorType === indexed && paletteLength === 0)
    throw brokenImage("PNG", "its palette is missing", op);
  return { essential, data, contents };
}

/** Every chunk up to the end: four bytes of length, four of name, the content, four of check. */
function* chunksOf(
  bytes: Uint8Array,
  view: DataView,
  op: string,
): Generator<{ type: string; start: number; end: number }, void, undefined> {
  let start = pngSignature.length;
  let type = "";
  while (type !== "IEND") {
    const end = start + 12 <= bytes.byteLength ? start + 12 + view.getUint32(start) : Infinity;
    if (end > bytes.byteLength) throw brokenImage("PNG", "it is truncated, or a chunk lies", op);
    type = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) throw brokenImage("PNG", "a chunk has no name", op);
    yield { type, start, end };
    start = end;
  }
}

/** Number of colours of a palette. */
function checkPalette(length: number, { colorType, depth }: PngHeader, op: string): number {
  const colors = length / 3;
  const most = colorType === indexed ? 2 ** depth : 256;
  if (!Number.isInteger(colors) || colors < 1 || colors > most)
    throw brokenImage("PNG", `a palette of ${length} bytes`, op);
  return colors;
}

function checkTransparency(
  length: number,
  { colorType }: PngHeader,
  paletteLength: number,
  op: string,
): void {
  const isRight =
    colorType === indexed
      ? length >= 1 && length <= paletteLength
      : length === (colorType === 0 ? 2 : colorType === 2 ? 6 : -1);
  if (!isRight) throw brokenImage("PNG", `transparency of ${length} bytes`, op);
}

/** Bytes the pixels have before compression: each row packed, with a byte for its filter before. */
function rawByteLength(header: PngHeader): number {
  return passesOf(header).reduce((sum, { rows, rowLength }) => sum + rows * (1 + rowLength), 0);
}
