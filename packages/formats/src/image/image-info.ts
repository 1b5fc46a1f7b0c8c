import { FormatError, type OptionKinds } from "@dl/backend";

/** An image file of which our own code has checked everything that a decoder will allocate by. */
export interface ImageInfo {
  readonly format: "png" | "jpeg";
  /** Of the pixels as they lie in the file. */
  readonly width: number;
  readonly height: number;
  /**
   * How the pixels are to be turned before they are shown, by the file's Exif data: from 5 on width
   * and height change places.
   */
  readonly orientation: number;
  /**
   * The file again, of what its pixels follow from and nothing else: no comments, colour profiles or
   * thumbnails, which decoders have been attacked through.
   */
  readonly essential: Uint8Array;
}

/** How large an image may be before it is refused. */
export interface ImageLimits {
  /** Most pixels an image may have. Default 2²⁴, 4096 by 4096. */
  readonly maxPixelCount?: number;
}

export const limitKinds: OptionKinds<ImageLimits> = { maxPixelCount: "number" };

const usualPixelCount = 2 ** 24;

/** @throws {FormatError} if there is no pixel, or more than the limit. */
export function checkPixelCount(
  width: number,
  height: number,
  { maxPixelCount = usualPixelCount }: ImageLimits,
  op: string,
): void {
  if (width < 1 || height < 1)
    throw new FormatError(op, `the image has no pixels: ${width} x ${height}.`, {
      received: [width, height],
    });
  if (!(width * height <= maxPixelCount))
    throw new FormatError(
      op,
      `the image is too large: ${width} x ${height} pixels, limit ${maxPixelCount}. Raise maxPixelCount if you trust it.`,
      { expected: maxPixelCount, received: width * height },
    );
}

export function brokenImage(format: string, problem: string, op: string): FormatError {
  return new FormatError(op, `the ${format} file is malformed: ${problem}. Fetch it again.`);
}

/** One array of parts of another. */
export function joinRanges(
  bytes: Uint8Array,
  ranges: readonly (readonly [start: number, end: number])[],
): Uint8Array {
  const joined = new Uint8Array(ranges.reduce((sum, [start, end]) => sum + end - start, 0));
  let at = 0;
  for (const [start, end] of ranges) {
    joined.set(bytes.subarray(start, end), at);
    at += end - start;
  }
  return joined;
}
