import { checkOptions, FormatError, UnsupportedError } from "@dl/backend";
import type { DecodedImage } from "./decoded-image.ts";
import { limitKinds, type ImageLimits } from "./image-info.ts";
import { inspectImage } from "./inspect-image.ts";

/**
 * Decodes a PNG or JPEG file by the browser's own decoder, in a page or a worker.
 *
 * @throws {FormatError} if the file is malformed, or larger than the limit.
 * @throws {UnsupportedError} where there is no such decoder, as in Node.
 * @example
 * await decodeInPage(new Uint8Array(0)); // throws
 */
export async function decodeInPage(
  bytes: Uint8Array,
  limits: ImageLimits = {},
): Promise<DecodedImage> {
  const op = "decodeInPage";
  checkOptions(op, limits, limitKinds);
  if (typeof createImageBitmap === "undefined" || typeof OffscreenCanvas === "undefined")
    throw new UnsupportedError(
      op,
      "this engine has no image decoder. In Node use decodeImage of @dl/data/node.",
    );
  const { format, width, height, essential } = await inspectImage(bytes, limits, op);
  const bitmap = await createImageBitmap(
    new Blob([new Uint8Array(essential)], { type: `image/${format}` }),
    // The numbers of the file, not what they look like on this screen.
    { premultiplyAlpha: "none", colorSpaceConversion: "none" },
  ).catch((cause: unknown) => {
    const error = new FormatError(
      op,
      `the ${format} data is damaged: ${width} x ${height} pixels.`,
    );
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
