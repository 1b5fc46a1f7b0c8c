import { FormatError } from "@dl/backend";
import { crc32 } from "../bytes/crc32.ts";
import {
  checkBytes,
  checkContentLength,
  checkedLimit,
  type ReadLimits,
} from "../bytes/file-limits.ts";
import { inflate } from "../bytes/inflate.ts";
import { npyByteLength, type NpyArray, readNpy } from "./parse-npy.ts";
import { type ZipEntry, zipEntries } from "../bytes/zip-entries.ts";

/**
 * Reads an npz file, NumPy's format for several named arrays, compressed or not.
 *
 * An array is decompressed no further than its own header says.
 *
 * @throws {FormatError} if the bytes are not exactly one npz file of numbers, or hold more than the
 * limit.
 * @throws {ArgumentError} if the limit is not a whole number of at least 1.
 * @example
 * const file = writeNpz({ weight: { data: Float32Array.of(1, 2), shape: [2] } });
 * const arrays = await readNpz(file);
 * arrays.get("weight").data; // => [1, 2]
 */
export async function readNpz(
  bytes: Uint8Array,
  limits: ReadLimits = {},
): Promise<Map<string, NpyArray>> {
  const op = "readNpz";
  checkBytes(bytes, op);
  const maxByteLength = checkedLimit(limits, op);
  const entries = zipEntries(bytes, op);
  const total = entries.reduce((sum, { byteLength }) => sum + byteLength, 0);
  checkContentLength(total, maxByteLength, bytes.byteLength, op);
  const arrays = new Map<string, NpyArray>();
  // One after another: together they would need all their memory at once.
  for (const entry of entries)
    arrays.set(arrayName(entry, op), readNpy(await contentOf(entry, op), entry.isDeflated, op));
  return arrays;
}

function arrayName({ name }: ZipEntry, op: string): string {
  if (!name.endsWith(".npy"))
    throw new FormatError(
      op,
      `the file holds something that is no array: ${JSON.stringify(name)}. Every name must end in .npy.`,
      { expected: "*.npy", received: name },
    );
  return name.slice(0, -".npy".length);
}

async function contentOf(entry: ZipEntry, op: string): Promise<Uint8Array> {
  const { name, byteLength, isDeflated, crc } = entry;
  const wholeLength = (beginning: Uint8Array): number | undefined => {
    const length = npyByteLength(beginning, op);
    if (length !== undefined && length !== byteLength)
      throw new FormatError(
        op,
        `${JSON.stringify(name)} disagrees about its size: its directory says ${byteLength} bytes, its header ${length}.`,
        { expected: byteLength, received: length },
      );
    return length;
  };
  const content = isDeflated
    ? await inflate(entry.content, "deflate-raw", wholeLength, op)
    : entry.content;
  if (crc32(content) !== crc)
    throw new FormatError(
      op,
      `${JSON.stringify(name)} is damaged: its checksum is ${crc32(content)}, not ${crc}. Fetch the file again.`,
      { expected: crc, received: crc32(content) },
    );
  return content;
}
