import { FormatError, UnsupportedError } from "@dl/backend";
import type { JpegInfo } from "./check-jpeg.ts";
import { decodeFile } from "./decode-file.ts";
import type { DecodedImage } from "./decoded-image.ts";
import type { ImageLimits } from "./image-info.ts";

const op = "decodeImage";

/**
 * Decodes a PNG file, or a JPEG file by `jpeg-js`, which must be installed.
 *
 * The pixels are turned as the file's Exif data says. The file is checked first, and the decoder gets
 * no more of it than its pixels follow from. Of 16 bits per sample the upper 8 stay.
 *
 * @throws {FormatError} if the file is malformed, or larger than the limit.
 * @throws {UnsupportedError} if the decoder is not installed.
 * @example
 * import { decodeImage } from "@dl/formats/node";
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
  return decodeFile(bytes, limits, decodeByJpegJs, op);
}

async function decodeByJpegJs(info: JpegInfo): Promise<DecodedImage> {
  const { essential, width, height, hasColorTransform } = info;
  const { decode } = await import("jpeg-js").catch(refuseWithoutDecoder);
  let image: DecodedImage;
  try {
    image = decode(essential, {
      useTArray: true,
      // It knows but one of the three ways in which a file tells.
      colorTransform: hasColorTransform,
      // Passes over blocks that it looks for behind the last restart marker; all there are, were found.
      tolerantDecoding: true,
      // The size was checked against our own limit.
      maxMemoryUsageInMB: Infinity,
      maxResolutionInMP: Infinity,
    });
  } catch (cause) {
    throw damaged(info, cause);
  }
  if (image.width !== width || image.height !== height) throw damaged(info, undefined);
  return image;
}

function damaged({ width, height }: JpegInfo, cause: unknown): FormatError {
  const error = new FormatError(
    op,
    `the jpeg data is damaged, or of a kind its decoder does not know: ${width} x ${height} pixels. Fetch the file again, or save it anew.`,
  );
  error.cause = cause;
  return error;
}

function refuseWithoutDecoder(cause: unknown): never {
  const error = new UnsupportedError(
    op,
    "the decoder jpeg-js is not installed. Run npm install jpeg-js.",
  );
  error.cause = cause;
  throw error;
}
