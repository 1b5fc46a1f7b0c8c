import { ArgumentError } from "@dl/backend";
import { gunzip, isGzip } from "./gunzip.ts";
import { type IdxArray, parseIdx } from "./parse-idx.ts";

export interface ReadIdxOptions {
  /** Most bytes a gzip file may decompress to. Default 1 GiB, twenty times MNIST. */
  readonly maxByteLength?: number;
}

/**
 * Reads an IDX file, gzip-compressed or not.
 *
 * @throws {FormatError} if the bytes are not an IDX file, or decompress to more than the limit.
 * @throws {ArgumentError} if the limit is not a whole number of at least 1.
 */
export async function readIdx(bytes: Uint8Array, options: ReadIdxOptions = {}): Promise<IdxArray> {
  const { maxByteLength = 2 ** 30 } = options;
  if (!Number.isSafeInteger(maxByteLength) || maxByteLength < 1)
    throw new ArgumentError(
      "readIdx",
      `maxByteLength must be a whole number of at least 1: received ${maxByteLength}.`,
      { expected: ">= 1", received: maxByteLength },
    );
  const plain = isGzip(bytes) ? await gunzip(bytes, maxByteLength, "readIdx") : bytes;
  return parseIdx(plain, "readIdx");
}
