import {
  ArgumentError,
  checkCount,
  checkGiven,
  checkList,
  checkWhole,
  describeValue,
} from "@dl/backend";
import type { ImageLimits } from "./image-info.ts";

/** Pixels row by row, four bytes each: red, green, blue, opacity. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * Decodes the bytes of a PNG or JPEG file: the browser's own decoder, or those of the Node subpath.
 */
export type ImageDecoder = (bytes: Uint8Array, limits?: ImageLimits) => Promise<DecodedImage>;

/** Kinds of channels: grey; red, green, blue; and opacity besides. */
export type ImageChannels = 1 | 3 | 4;

/** Weights of red, green and blue in grey. Source: ITU-R BT.601, section 2.5.1. */
const greyWeights = [0.299, 0.587, 0.114] as const;

/**
 * An image as numbers from 0 to 1, scaled until it covers the size and cut at the longer sides.
 *
 * Shape: [channels, height, width]
 * Numerical note: each pixel is the mean of what it covers, weighted by a triangle, so shrinking
 * does not alias.
 *
 * @throws {ArgumentError} if the image has not four bytes per pixel, or a size is out of range.
 * @example
 * const grey = { width: 2, height: 1, data: Uint8Array.of(0, 0, 0, 255, 255, 255, 255, 255) };
 * imageToArray(grey, 1, [1, 2]).data; // => [0, 1]
 */
export function imageToArray(
  image: DecodedImage,
  channels: ImageChannels,
  size: readonly [height: number, width: number],
): { readonly data: Float32Array; readonly shape: readonly number[] } {
  const op = "imageToArray";
  checkImage(image, op);
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new ArgumentError(
      op,
      `channels must be 1, 3 or 4: received ${describeValue(channels)}.`,
      {
        expected: [1, 3, 4],
        received: channels,
      },
    );
  checkList(op, size, "the size", "height and width");
  const [height, width] = size;
  checkSide(op, "height", height);
  checkSide(op, "width", width);
  const scale = Math.min(image.width / width, image.height / height);
  const columns = triangleWeights(width, scale, image.width);
  const rows = triangleWeights(height, scale, image.height);
  const data = new Float32Array(channels * height * width);
  const across = new Float64Array(image.height * width);
  for (let c = 0; c < channels; c++) {
    for (let row = 0; row < image.height; row++)
      columns.forEach(({ first, weights }, column) => {
        let sum = 0;
        weights.forEach((weight, i) => {
          sum += weight * channelOf(image.data, 4 * (row * image.width + first + i), c, channels);
        });
        across[row * width + column] = sum;
      });
    rows.forEach(({ first, weights }, row) => {
      for (let column = 0; column < width; column++) {
        let sum = 0;
        weights.forEach((weight, i) => (sum += weight * across[(first + i) * width + column]!));
        data[(c * height + row) * width + column] = sum / 255;
      }
    });
  }
  return { data, shape: [channels, height, width] };
}

function checkSide(op: string, name: string, side: number): void {
  checkWhole(op, name, side, 1, 2 ** 16, " from 1 to 65536");
}

/**
 * Decoders of other kinds give three bytes per pixel, or 16 bits per sample.
 *
 * @throws {ArgumentError} unless there are four bytes per pixel.
 */
function checkImage(image: DecodedImage, op: string): void {
  checkGiven(op, "the image", image, ["width", "height", "data"]);
  const { width, height, data } = image;
  checkCount(op, "the image's width", width);
  checkCount(op, "the image's height", height);
  const isBytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  if (!isBytes || data.length !== 4 * width * height)
    throw new ArgumentError(
      op,
      `the image must have four bytes per pixel, red, green, blue and opacity: received ${isBytes ? `${data.length} bytes` : describeValue(data)} for ${width} x ${height} pixels.`,
      { expected: 4 * width * height, received: isBytes ? data.length : data },
    );
}

function channelOf(
  data: DecodedImage["data"],
  pixel: number,
  channel: number,
  channels: ImageChannels,
): number {
  if (channels !== 1) return data[pixel + channel]!;
  return (
    greyWeights[0] * data[pixel]! +
    greyWeights[1] * data[pixel + 1]! +
    greyWeights[2] * data[pixel + 2]!
  );
}

interface Weights {
  /** The first pixel of the source that counts. */
  readonly first: number;
  /** Of it and those that follow; their sum is 1. */
  readonly weights: readonly number[];
}

/** For each of `count` pixels, `scale` source pixels apart and centred in `size`: what it sees. */
function triangleWeights(count: number, scale: number, size: number): Weights[] {
  const reach = Math.max(scale, 1);
  const start = (size - count * scale) / 2;
  return Array.from({ length: count }, (_, i) => {
    const center = start + (i + 0.5) * scale - 0.5;
    const first = Math.max(Math.ceil(center - reach), 0);
    const last = Math.min(Math.floor(center + reach), size - 1);
    const weights: number[] = [];
    for (let at = first; at <= last; at++)
      weights.push(Math.max(1 - Math.abs(at - center) / reach, 0));
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
