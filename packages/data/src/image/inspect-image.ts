import { checkOptions, FormatError } from "@dl/backend";
import { checkJpeg, isJpeg } from "./check-jpeg.ts";
import { checkPng, pngSignature } from "./check-png.ts";
import { limitKinds, type ImageInfo, type ImageLimits } from "./image-info.ts";

/**
 * Finds out what a PNG or JPEG file holds, and checks it before any decoder sees it.
 *
 * @throws {FormatError} if it is neither, malformed, or larger than the limit.
 * @example
 * const file = Uint8Array.from(
 *   atob("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGPg+gUAAREBBUmL4lsAAAAASUVORK5CYII="),
 *   (letter) => letter.charCodeAt(0),
 * );
 * const { format, width, height } = await inspectImage(file);
 * [format, width, height]; // => ["png", 2, 1]
 */
export async function inspectImage(
  bytes: Uint8Array,
  limits: ImageLimits = {},
  op = "inspectImage",
): Promise<ImageInfo> {
  checkOptions(op, limits, limitKinds);
  if (pngSignature.every((byte, i) => bytes[i] === byte)) return checkPng(bytes, limits, op);
  if (isJpeg(bytes)) return checkJpeg(bytes, limits, op);
  throw new FormatError(
    op,
    `neither PNG nor JPEG: the file begins with ${hex(bytes)}. Convert it to one of them.`,
    { expected: ["png", "jpeg"], received: hex(bytes) },
  );
}

function hex(bytes: Uint8Array): string {
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0"));
  return start.length === 0 ? "nothing" : start.join(" ");
}
