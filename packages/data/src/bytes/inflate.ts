import { FormatError } from "@dl/backend";

/** Whether the bytes begin as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Deflate makes at most 1032 bytes of one: a match of 258 bytes in two bits. */
export const mostInflation = 1032;

/**
 * Decompresses with the platform's own decoder, no further than the content says it goes.
 *
 * `wholeLength` reads from the beginning of the content how many bytes the whole has, as soon as
 * that can be known, and throws if it does not like what it sees. So a file that lies about its
 * size, or is none of ours, costs a few kilobytes however far it would grow.
 *
 * @throws {FormatError} if the data is damaged, or grows past what its beginning says.
 */
export async function inflate(
  bytes: Uint8Array,
  format: "gzip" | "deflate" | "deflate-raw",
  wholeLength: (beginning: Uint8Array) => number | undefined,
  op: string,
): Promise<Uint8Array> {
  // A copy, because streams refuse shared memory; slices, so that a bomb is met piece by piece.
  const reader = new Blob([new Uint8Array(bytes)])
    .stream()
    .pipeThrough(new DecompressionStream(format))
    .getReader();
  const chunks: Uint8Array[] = [];
  let byteLength = 0;
  let limit: number | undefined;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw damaged(bytes.byteLength, format, cause, op);
      });
      if (done) return joinChunks(chunks, byteLength);
      byteLength += value.byteLength;
      chunks.push(value);
      limit ??= wholeLength(joinChunks(chunks, byteLength));
      if (limit !== undefined && byteLength > limit)
        throw new FormatError(
          op,
          `the compressed data is longer than it says: its beginning says ${limit} bytes, at least ${byteLength} follow.`,
          { expected: limit, received: byteLength },
        );
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error;
  }
}

function damaged(received: number, format: string, cause: unknown, op: string): FormatError {
  const error = new FormatError(
    op,
    `the ${format} data is damaged or truncated: received ${received} bytes. Fetch the file again.`,
    { received },
  );
  error.cause = cause;
  return error;
}

function joinChunks(chunks: readonly Uint8Array[], byteLength: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const joined = new Uint8Array(byteLength);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.byteLength;
  }
  return joined;
}
