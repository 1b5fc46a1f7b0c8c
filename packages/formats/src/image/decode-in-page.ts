import { FormatError, UnsupportedError } from "@dl/backend";
import type { JpegInfo } from "./check-jpeg.ts";
import { decodeFile } from "./decode-file.ts";
import type { DecodedImage } from "./decoded-image.ts";
import type { ImageLimits } from "./image-info.ts";

const op = "decodeInPage";

/**
 * Decodes a PNG file, or a JPEG file by the browser's own decoder, in a page or a worker.
 *
 * The pixels are turned as the file's Exif data says. Of 16 bits per sample the upper 8 stay.
 *
 * @throws {FormatError} if the file is malformed, or larger than the limit.
 * @throws {UnsupportedError} for a JPEG file where there is no such decoder, as in Node.
 * @example
 * await decodeInPage(new Uint8Array(0)); // throws
 */
export async function decodeInPage(
  bytes: Uint8Array,
  limits: ImageLimits = {},
): Promise<DecodedImage> {
  return decodeFile(bytes, limits, decodeByBrowser, op);
}

async function decodeByBrowser({ width, height, essential }: JpegInfo): Promise<DecodedImage> {
  if (typeof createImageBitmap === "undefined" || typeof OffscreenCanvas === "undefined")
    throw new UnsupportedError(
      op,
      "this engine has no image decoder. In Node use decodeImage of @dl/formats/node.",
    );
  const bitmap = await createImageBitmap(
    new Blob([new Uint8Array(essential)], { type: "image/jpeg" }),
    // The numbers of the file, not what they look like on this screen.
    { premultiplyAlpha: "none", colorSpaceConversion: "none" },
  ).catch((cause: unknown) => {
    const error = new FormatError(op, `the jpeg data is damaged: ${width} x ${height} pixels.`);
    error.cause = cause;
    throw error;
  });
  const context = new OffscreenCanvas(width, height).getContext("2d", {
    willReadFrequently: true,
  })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}
