import {
  checkBytes,
  checkContentLength,
  checkedLimit,
  type ReadLimits,
} from "../bytes/file-limits.ts";
import { inflate, isGzip } from "../bytes/inflate.ts";
import { type IdxArray, idxByteLength, parseIdx } from "./parse-idx.ts";

/**
 * Reads an IDX file, gzip-compressed or not.
 *
 * @throws {FormatError} if the bytes are not an IDX file, or decompress to more than the limit.
 * @throws {ArgumentError} if the limit is not a whole number of at least 1.
 * @example
 * const { shape } = await readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9));
 * shape; // => [2]
 */
export async function readIdx(bytes: Uint8Array, limits: ReadLimits = {}): Promise<IdxArray> {
  const op = "readIdx";
  checkBytes(bytes, op);
  const maxByteLength = checkedLimit(limits, op);
  if (!isGzip(bytes)) return parseIdx(bytes, op);
  const wholeLength = (beginning: Uint8Array): number | undefined => {
    const length = idxByteLength(beginning, op);
    if (length !== undefined) checkContentLength(length, maxByteLength, bytes.byteLength, op);
    return length;
  };
  return parseIdx(await inflate(bytes, "gzip", wholeLength, op), op);
}
