import { checkOptions, FormatError } from "@dl/backend";
import { checkJpeg, isJpeg } from "./check-jpeg.ts";
import { isPng, readPng } from "./check-png.ts";
import { limitKinds, type ImageInfo, type ImageLimits } from "./image-info.ts";
import { checkBytes } from "../bytes/file-limits.ts";

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
  if (formatOf(bytes, op) === "jpeg") {
    const { format, width, height, orientation, essential } = checkJpeg(bytes, limits, op);
    return { format, width, height, orientation, essential };
  }
  const { width, height, orientation, essential } = await readPng(bytes, limits, op);
  return { format: "png", width, height, orientation, essential };
}

/** @throws {FormatError} if it is neither of the two. */
export function formatOf(bytes: Uint8Array, op: string): ImageInfo["format"] {
  checkBytes(bytes, op);
  if (isPng(bytes)) return "png";
  if (isJpeg(bytes)) return "jpeg";
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
