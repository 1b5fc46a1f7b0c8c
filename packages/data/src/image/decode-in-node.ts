import { FormatError, UnsupportedError } from "@dl/backend";
import type { DecodedPng } from "fast-png";
import type { DecodedImage } from "./decoded-image.ts";
import type { ImageInfo, ImageLimits } from "./image-info.ts";
import { inspectImage } from "./inspect-image.ts";

/**
 * Decodes a PNG file by `fast-png` or a JPEG file by `jpeg-js`, which must be installed.
 *
 * The file is checked first, and the decoder gets no more of it than its pixels follow from. 16
 * bits per sample become 8.
 *
 * @throws {FormatError} if the file is malformed, or larger than the limit.
 * @throws {UnsupportedError} if the decoder is not installed.
 * @example
 * import { decodeImage } from "@dl/data/node";
 * const file = Uint8Array.from(
 *   atob("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGPg+gUAAREBBUmL4lsAAAAASUVORK5CYII="),
 *   (letter) => letter.charCodeAt(0),
 * );
 * const { data } = await decodeImage(file);
 * data; // => [10, 10, 10, 255, 250, 250, 250, 255]
 */
export async function decodeImage(
  bytes: Uint8Array,
  limits: ImageLimits = {},
): Promise<DecodedImage> {
  const info = await inspectImage(bytes, limits, "decodeImage");
  const decode = await (info.format === "png" ? pngDecoder() : jpegDecoder());
  let image: DecodedImage;
  try {
    image = decode(info.essential);
  } catch (cause) {
    throw damaged(info, cause);
  }
  if (image.width !== info.width || image.height !== info.height) throw damaged(info, undefined);
  return image;
}

async function pngDecoder(): Promise<(bytes: Uint8Array) => DecodedImage> {
  const { decode } = await import("fast-png").catch((cause: unknown) => {
    throw notInstalled("fast-png", cause);
  });
  return (bytes) => toRgba(decode(bytes));
}

async function jpegDecoder(): Promise<(bytes: Uint8Array) => DecodedImage> {
  const { decode } = await import("jpeg-js").catch((cause: unknown) => {
    throw notInstalled("jpeg-js", cause);
  });
  return (bytes) => decode(bytes, { useTArray: true, tolerantDecoding: false });
}

/** Whatever kind of pixels a PNG file has, as bytes of red, green, blue and opacity. */
function toRgba(png: DecodedPng): DecodedImage {
  const { width, height, channels, depth, palette, transparency } = png;
  const rowLength = Math.ceil((width * channels * depth) / (depth === 16 ? 16 : 8));
  /** A sample as the file has it; below 8 bits several share a byte, the first in its high bits. */
  const sampleAt = (row: number, at: number): number => {
    if (depth >= 8) return png.data[row * rowLength + at]!;
    const byte = png.data[row * rowLength + ((at * depth) >> 3)]!;
    return (byte >> (8 - depth - ((at * depth) & 7))) & ((1 << depth) - 1);
  };
  const toByte = 255 / (2 ** depth - 1);
  const data = new Uint8ClampedArray(4 * width * height);
  const samples = [0, 0, 0, 0];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      for (let c = 0; c < channels; c++) samples[c] = sampleAt(row, column * channels + c);
      const pixel = 4 * (row * width + column);
      if (palette !== undefined) {
        const color: readonly number[] | undefined = palette[samples[0]!];
        if (color === undefined) throw new RangeError("a pixel is outside the palette");
        data.set(color, pixel);
        if (color.length === 3) data[pixel + 3] = 255;
        continue;
      }
      const isGrey = channels < 3;
      for (let c = 0; c < 3; c++) data[pixel + c] = samples[isGrey ? 0 : c]! * toByte;
      const hasOpacity = channels === 2 || channels === 4;
      const isKey = transparency?.every((value, c) => value === samples[c]) === true;
      data[pixel + 3] = hasOpacity ? samples[channels - 1]! * toByte : isKey ? 0 : 255;
    }
  return { width, height, data };
}

function damaged({ format, width, height }: ImageInfo, cause: unknown): FormatError {
  const error = new FormatError(
    "decodeImage",
    `the ${format} data is damaged, or of a kind its decoder does not know: ${width} x ${height} pixels. Fetch the file again, or save it anew.`,
  );
  error.cause = cause;
  return error;
}

function notInstalled(name: string, cause: unknown): UnsupportedError {
  const error = new UnsupportedError(
    "decodeImage",
    `the decoder ${name} is not installed. Run npm install ${name}.`,
  );
  error.cause = cause;
  return error;
}
