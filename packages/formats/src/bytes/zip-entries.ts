import { FormatError } from "@dl/backend";
import { checkPartName } from "./file-limits.ts";
import { mostInflation } from "./inflate.ts";

/** A file inside a ZIP file. */
export interface ZipEntry {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly crc: number;
  readonly byteLength: number;
  /** The stored or deflated bytes. */
  readonly content: Uint8Array;
}

const endLength = 22;
const centralLength = 46;
const localLength = 30;
const longRecordLength = 56;
const longLocatorLength = 20;

/**
 * The entries of a ZIP file, by its central directory.
 *
 * Only what an honest writer makes: one disk, stored or deflated, not encrypted, every byte of the
 * directory accounted for, entries that do not overlap, names that are safe. The 64-bit extension
 * is read where a writer adds it without need, as NumPy and PyTorch do; files beyond 4 GiB are refused.
 *
 * Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3.
 *
 * @throws {FormatError} if anything does not fit together.
 */
export function zipEntries(bytes: Uint8Array, op: string): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, directoryStart, directoryEnd } = findDirectory(view, op);
  const spans: [start: number, end: number][] = [];
  const names = new Set<string>();
  const entries: ZipEntry[] = [];
  let at = directoryStart;
  for (let i = 0; i < count; i++) {
    if (at + centralLength > directoryEnd || view.getUint32(at, true) !== 0x02014b50)
      throw broken(`entry ${i} of ${count} is not in its directory`, op);
    const nameLength = view.getUint16(at + 28, true);
    const next =
      at +
      centralLength +
      nameLength +
      view.getUint16(at + 30, true) +
      view.getUint16(at + 32, true);
    if (next > directoryEnd) throw broken(`entry ${i} reaches out of the directory`, op);
    const name = decodeName(
      bytes.subarray(at + centralLength, at + centralLength + nameLength),
      op,
    );
    checkPartName(name, op);
    if (names.has(name)) throw broken(`the name ${JSON.stringify(name)} occurs twice`, op);
    names.add(name);
    const entry = readEntry(bytes, view, at, name, op);
    spans.push(entry.span);
    if (entry.span[1] > directoryStart)
      throw broken(`${JSON.stringify(name)} reaches into the directory`, op);
    entries.push(entry);
    at = next;
  }
  if (at !== directoryEnd) throw broken("its directory holds more than its entries", op);
  checkApart(spans, op);
  return entries;
}

function findDirectory(
  view: DataView,
  op: string,
): { count: number; directoryStart: number; directoryEnd: number } {
  const last = view.byteLength - endLength;
  // A comment of up to 65535 bytes may follow; its length must fit to the byte.
  for (let at = last; at >= Math.max(last - 0xffff, 0); at--) {
    if (view.getUint32(at, true) !== 0x06054b50 || view.getUint16(at + 20, true) !== last - at)
      continue;
    const count = view.getUint16(at + 10, true);
    const directoryLength = view.getUint32(at + 12, true);
    const directoryStart = view.getUint32(at + 16, true);
    if (view.getUint32(at + 4, true) !== 0 || view.getUint16(at + 8, true) !== count)
      throw broken("it is one part of several", op);
    const directoryEnd =
      at - longEndLength(view, at, { count, directoryLength, directoryStart }, op);
    if (directoryStart + directoryLength !== directoryEnd)
      throw broken(
        `its directory of ${directoryLength} bytes at ${directoryStart} does not end at ${directoryEnd}`,
        op,
      );
    return { count, directoryStart, directoryEnd };
  }
  throw new FormatError(
    op,
    `not a ZIP file, or a truncated one: no end record in ${view.byteLength} bytes. Fetch it again.`,
    { received: view.byteLength },
  );
}

/** Bytes of the 64-bit end record and its locator before the end record, as PyTorch writes them without need. */
function longEndLength(
  view: DataView,
  at: number,
  said: { count: number; directoryLength: number; directoryStart: number },
  op: string,
): number {
  const locator = at - longLocatorLength;
  const record = locator - longRecordLength;
  if (record < 0 || view.getUint32(locator, true) !== 0x07064b50) return 0;
  const long = (place: number): bigint => view.getBigUint64(place, true);
  const agrees =
    view.getUint32(record, true) === 0x06064b50 &&
    long(locator + 8) === BigInt(record) &&
    long(record + 4) === BigInt(longRecordLength - 12) &&
    long(record + 32) === BigInt(said.count) &&
    long(record + 40) === BigInt(said.directoryLength) &&
    long(record + 48) === BigInt(said.directoryStart);
  if (!agrees) throw broken("its two end records differ, or it is beyond 4 GiB", op);
  return longRecordLength + longLocatorLength;
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  name: string,
  op: string,
): ZipEntry & { readonly span: [number, number] } {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const compressedLength = view.getUint32(at + 20, true);
  const byteLength = view.getUint32(at + 24, true);
  const start = view.getUint32(at + 42, true);
  const quoted = JSON.stringify(name);
  if ((flags & 1) !== 0) throw broken(`${quoted} is encrypted`, op);
  if (method !== 0 && method !== 8)
    throw broken(`${quoted} is compressed by method ${method}, only deflate is read`, op);
  if (compressedLength === 0xffffffff || byteLength === 0xffffffff || start === 0xffffffff)
    throw broken(`${quoted} is beyond 4 GiB`, op);
  if (start + localLength > view.byteLength || view.getUint32(start, true) !== 0x04034b50)
    throw broken(`${quoted} is not where the directory says`, op);
  const nameLength = view.getUint16(start + 26, true);
  const contentStart = start + localLength + nameLength + view.getUint16(start + 28, true);
  const end = contentStart + compressedLength;
  if (end > view.byteLength) throw broken(`${quoted} reaches past the end of the file`, op);
  const localName = bytes.subarray(start + localLength, start + localLength + nameLength);
  if (decodeName(localName, op) !== name || view.getUint16(start + 8, true) !== method)
    throw broken(`${quoted} is another file than its directory says`, op);
  // What no writer can have produced: a size that this much data cannot grow to.
  const most = method === 0 ? compressedLength : (compressedLength + 1) * mostInflation;
  if (byteLength > most || (method === 0 && byteLength !== compressedLength))
    throw broken(`${quoted} says ${byteLength} bytes in ${compressedLength}`, op);
  return {
    name,
    isDeflated: method === 8,
    crc: view.getUint32(at + 16, true),
    byteLength,
    content: bytes.subarray(contentStart, end),
    span: [start, end],
  };
}

/** Entries that share bytes make a small file grow without limit. */
function checkApart(spans: [start: number, end: number][], op: string): void {
  spans.sort(([a], [b]) => a - b);
  spans.forEach(([start], i) => {
    const before = spans[i - 1];
    if (before !== undefined && before[1] > start) throw broken("its entries overlap", op);
  });
}

function decodeName(bytes: Uint8Array, op: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw broken("a name is not UTF-8 text", op);
  }
}

function broken(problem: string, op: string): FormatError {
  return new FormatError(op, `the ZIP file is malformed: ${problem}. Fetch it again.`);
}
