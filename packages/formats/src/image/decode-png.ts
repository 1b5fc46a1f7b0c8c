import { type PngContent, passesOf, readPng } from "./check-png.ts";
import type { DecodedImage } from "./decoded-image.ts";
import { brokenImage, type ImageLimits } from "./image-info.ts";
import { upright } from "./orientation.ts";

/**
 * Decodes a PNG file, the same pixels everywhere: what the file says, whatever colour profile and
 * gamma stand beside. Of 16 bits per sample the upper 8 stay.
 *
 * Source: PNG specification (W3C, third edition), sections 7 to 9, 11.2.1 and 11.3.1.
 *
 * @throws {FormatError} if the file is malformed, or larger than the limit.
 */
export async function decodePng(
  bytes: Uint8Array,
  limits: ImageLimits,
  op: string,
): Promise<DecodedImage> {
  const png = await readPng(bytes, limits, op);
  const { width, height, raw, channels, depth } = png;
  const data = new Uint8ClampedArray(4 * width * height);
  const paint = painterOf(png, data, op);
  const samples = new Uint16Array(4);
  let start = 0;
  for (const { column, row, across, down, columns, rows, rowLength } of passesOf(png)) {
    unfilter(raw, start, rows, rowLength, Math.max((channels * depth) >> 3, 1), op);
    for (let y = 0; y < rows; y++, start += 1 + rowLength)
      for (let x = 0; x < columns; x++) {
        for (let c = 0; c < channels; c++)
          samples[c] = sampleAt(raw, start + 1, x * channels + c, depth);
        paint(samples, 4 * ((row + y * down) * width + column + x * across));
      }
  }
  return upright({ width, height, data }, png.orientation);
}

/** Undoes the filters of a pass's rows, in place; `pixelLength` bytes on, a pixel's neighbour begins. */
function unfilter(
  raw: Uint8Array,
  start: number,
  rows: number,
  rowLength: number,
  pixelLength: number,
  op: string,
): void {
  const stride = 1 + rowLength;
  for (let row = 0, first = start + 1; row < rows; row++, first += stride) {
    const filter = raw[first - 1]!;
    if (filter > 4) throw brokenImage("PNG", `a row of unknown filter ${filter}`, op);
    if (filter === 0) continue;
    for (let at = first; at < first + rowLength; at++) {
      const hasLeft = at - first >= pixelLength;
      const left = hasLeft ? raw[at - pixelLength]! : 0;
      const above = row > 0 ? raw[at - stride]! : 0;
      const corner = hasLeft && row > 0 ? raw[at - stride - pixelLength]! : 0;
      raw[at]! += predicted(filter, left, above, corner);
    }
  }
}

/** Filters Sub, Up, Average and Paeth. */
function predicted(filter: number, left: number, above: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** A sample as the file has it; below 8 bits several share a byte, the first in its high bits. */
function sampleAt(raw: Uint8Array, row: number, at: number, depth: number): number {
  if (depth === 8) return raw[row + at]!;
  if (depth === 16) return raw[row + 2 * at]! * 256 + raw[row + 2 * at + 1]!;
  const bit = at * depth;
  return (raw[row + (bit >> 3)]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

/** Writes a pixel's samples as red, green, blue and opacity at a place of `data`. */
function painterOf(
  { channels, depth, palette, transparency }: PngContent,
  data: Uint8ClampedArray,
  op: string,
): (samples: Uint16Array, at: number) => void {
  if (palette !== undefined)
    return (samples, at) => {
      const color = samples[0]!;
      const from = 3 * color;
      if (from >= palette.length) throw brokenImage("PNG", "a pixel outside its palette", op);
      for (let c = 0; c < 3; c++) data[at + c] = palette[from + c]!;
      data[at + 3] = transparency?.[color] ?? 255;
    };
  const toByte = depth === 16 ? 1 / 256 : 255 / (2 ** depth - 1);
  const byteOf = (sample: number): number => Math.floor(sample * toByte);
  const [red, green, blue] = channels < 3 ? [0, 0, 0] : [0, 1, 2];
  const opacity = channels === 2 || channels === 4 ? channels - 1 : undefined;
  // Two bytes per sample, of which bits beyond the depth do not count.
  const key =
    transparency &&
    Array.from({ length: channels }, (_, c) => sampleAt(transparency, 0, c, 16) % 2 ** depth);
  return (samples, at) => {
    data[at] = byteOf(samples[red]!);
    data[at + 1] = byteOf(samples[green]!);
    data[at + 2] = byteOf(samples[blue]!);
    data[at + 3] =
      opacity !== undefined
        ? byteOf(samples[opacity]!)
        : key?.every((value, c) => value === samples[c]) === true
          ? 0
          : 255;
  };
}
