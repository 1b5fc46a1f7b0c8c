/** Marks of the segments that hold remarks: application data and comments. */
export const isRemark = (marker: number): boolean =>
  (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;

/** What the remarks before a JPEG file's first scan say about its pixels. */
export interface JpegRemarks {
  /** Whether it is a JFIF file: grey, or brightness and two differences of colour. */
  isJfif: boolean;
  /** What Adobe's remark says of the colours: 0 if they are stored as they are. */
  adobeTransform: number | undefined;
  exif: Uint8Array | undefined;
}

/** Takes note of a remark; true if decoders need it as well. */
export function noteRemark(marker: number, content: Uint8Array, remarks: JpegRemarks): boolean {
  // With a thumbnail it is longer.
  if (marker === 0xe0 && content.byteLength === 14 && begins(content, "JFIF\0"))
    return (remarks.isJfif = true);
  if (marker === 0xe1 && begins(content, "Exif\0\0")) remarks.exif ??= content.subarray(6);
  if (marker !== 0xee || content.byteLength < 12 || !begins(content, "Adobe")) return false;
  remarks.adobeTransform = content[11];
  return true;
}

/**
 * Whether the first three components are brightness and two differences of colour, not red, green
 * and blue; the rule by which all of libjpeg's many users read files.
 *
 * Source: libjpeg-turbo 3.0, jdapimin.c, default_decompress_parms.
 */
export function hasColorTransform(
  { isJfif, adobeTransform }: JpegRemarks,
  components: readonly number[],
): boolean {
  if (components.length === 4) return adobeTransform !== 0;
  if (isJfif) return true;
  if (adobeTransform !== undefined) return adobeTransform !== 0;
  return String.fromCharCode(...components) !== "RGB";
}

function begins(content: Uint8Array, text: string): boolean {
  return Array.from(text, (letter) => letter.charCodeAt(0)).every((code, i) => content[i] === code);
}
