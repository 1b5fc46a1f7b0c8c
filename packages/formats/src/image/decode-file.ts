import { checkOptions } from "@dl/backend";
import { checkJpeg, type JpegInfo } from "./check-jpeg.ts";
import type { DecodedImage } from "./decoded-image.ts";
import { decodePng } from "./decode-png.ts";
import { limitKinds, type ImageLimits } from "./image-info.ts";
import { formatOf } from "./inspect-image.ts";
import { upright } from "./orientation.ts";

/**
 * The pixels of an image file as they are to be shown: of PNG by our own decoder, of JPEG by this
 * one, which gets no more of the file than its pixels follow from.
 *
 * @throws {FormatError} if the file is neither, malformed, or larger than the limit.
 */
export async function decodeFile(
  bytes: Uint8Array,
  limits: ImageLimits,
  decodeJpeg: (info: JpegInfo) => Promise<DecodedImage>,
  op: string,
): Promise<DecodedImage> {
  checkOptions(op, limits, limitKinds);
  if (formatOf(bytes, op) === "png") return decodePng(bytes, limits, op);
  const info = checkJpeg(bytes, limits, op);
  return upright(await decodeJpeg(info), info.orientation);
}
