import { checkGiven, ShapeError } from "@dl/backend";
import { crc32 } from "../bytes/crc32.ts";

const op = "encodePng";
const signature = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10] as const;
/** Colour types of a PNG file by the number of channels. Source: PNG, second edition, section 11.2.2. */
const colorTypes: Readonly<Record<number, number>> = { 1: 0, 3: 2, 4: 6 };
/** Each row is written as differences from the pixels at its left, which compresses drawn pictures well. */
const filterSub = 1;

/** A picture as numbers, row by row in each channel. */
export interface PictureNumbers {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/**
 * A picture as a PNG file of 8 bits per channel: grey; red, green, blue; or opacity besides.
 *
 * Shape: [channels, height, width], from 0 (black) to 1; what lies outside is clipped, NaN is black.
 *
 * @throws {ShapeError} unless there are 1, 3 or 4 channels of at least one pixel.
 * @example
 * const file = await encodePng({ data: Float32Array.of(0, 1), shape: [1, 1, 2] });
 * [...file.subarray(1, 4)]; // => [80, 78, 71]
 */
export async function encodePng(picture: PictureNumbers): Promise<Uint8Array> {
  checkGiven(op, "the picture", picture, ["data", "shape"]);
  const { data, shape } = picture;
  const [channels, height, width] = shape as readonly [number, number, number];
  const colorType = colorTypes[channels];
  const isPicture = shape.length === 3 && data.length === channels * height * width;
  if (!isPicture || colorType === undefined || data.length === 0)
    throw new ShapeError(
      op,
      `needs a picture [channels, height, width] with 1, 3 or 4 channels: received shape [${shape.join(", ")}] and ${data.length} numbers.`,
      { received: shape },
    );
  const rows = await deflate(filteredRows(data, channels, height, width));
  return Uint8Array.from([
    ...signature,
    ...chunk("IHDR", [...uint32(width), ...uint32(height), 8, colorType, 0, 0, 0]),
    ...chunk("IDAT", rows),
    ...chunk("IEND", []),
  ]);
}

function filteredRows(
  data: ArrayLike<number>,
  channels: number,
  height: number,
  width: number,
): Uint8Array<ArrayBuffer> {
  const rowLength = 1 + channels * width;
  const bytes = new Uint8Array(height * rowLength);
  for (let y = 0; y < height; y++) {
    let at = y * rowLength;
    bytes[at++] = filterSub;
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        const pixel = (c * height + y) * width + x;
        const left = x === 0 ? 0 : byteOf(data[pixel - 1]!);
        bytes[at++] = byteOf(data[pixel]!) - left;
      }
  }
  return bytes;
}

const byteOf = (value: number): number => Math.round(255 * Math.min(Math.max(value, 0), 1)) || 0;

function chunk(type: string, content: ArrayLike<number>): Uint8Array {
  const named = Uint8Array.from([...new TextEncoder().encode(type), ...Array.from(content)]);
  return Uint8Array.from([...uint32(content.length), ...named, ...uint32(crc32(named))]);
}

/** The most significant byte first. */
const uint32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
