import { FormatError } from "@dl/backend";
import { checkBytes } from "../bytes/file-limits.ts";

const byteOrderMark = "\uFEFF";

/**
 * The text of a file or a string, without the byte-order mark that spreadsheets write before it.
 *
 * @throws {FormatError} if the bytes are neither UTF-8, nor UTF-16 that begins with the mark.
 */
export function textOf(source: string | Uint8Array, op: string): string {
  const text = typeof source === "string" ? source : decoded(source, op);
  // Text of 16 bits per letter that was taken for one of 8, or no text at all.
  if (text.includes("\0"))
    throw new FormatError(
      op,
      `the text holds a NUL character at position ${text.indexOf("\0")}: it is UTF-16 without a byte-order mark, or no text. Save it as UTF-8.`,
      { expected: "UTF-8", received: "NUL" },
    );
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

function decoded(bytes: Uint8Array, op: string): string {
  checkBytes(bytes, op);
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe
      ? "utf-16le"
      : first === 0xfe && second === 0xff
        ? "utf-16be"
        : "utf-8";
  try {
    // The mark is kept, and taken off in one place.
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError(
      op,
      `the file is not ${encoding.toUpperCase()} text: received ${bytes.byteLength} bytes. Save it as UTF-8.`,
      { expected: "UTF-8", received: bytes.byteLength },
    );
  }
}
