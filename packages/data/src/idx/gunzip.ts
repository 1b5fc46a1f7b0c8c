import { FormatError } from "@dl/backend";

/** Whether the bytes begin as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Decompresses gzip with the platform's own decoder.
 *
 * @throws {FormatError} if the data is damaged, or grows past `maxByteLength`; nothing beyond that
 * is decompressed.
 */
export async function gunzip(
  bytes: Uint8Array,
  maxByteLength: number,
  op: string,
): Promise<Uint8Array> {
  // A copy, because streams refuse shared memory; slices, so that a bomb is met piece by piece.
  const reader = new Blob([new Uint8Array(bytes)])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"))
    .getReader();
  const chunks: Uint8Array[] = [];
  let byteLength = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw damaged(bytes.byteLength, cause, op);
    });
    if (done) return joinChunks(chunks, byteLength);
    byteLength += value.byteLength;
    if (byteLength > maxByteLength) {
      await reader.cancel().catch(() => undefined);
      throw new FormatError(
        op,
        `the gzip file holds more than ${maxByteLength} bytes: received ${bytes.byteLength} compressed. Raise maxByteLength if you trust it.`,
        { expected: maxByteLength, received: byteLength },
      );
    }
    chunks.push(value);
  }
}

function damaged(received: number, cause: unknown, op: string): FormatError {
  const error = new FormatError(
    op,
    `the gzip data is damaged or truncated: received ${received} bytes. Fetch the file again.`,
    { received },
  );
  error.cause = cause;
  return error;
}

function joinChunks(chunks: readonly Uint8Array[], byteLength: number): Uint8Array {
  const joined = new Uint8Array(byteLength);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.byteLength;
  }
  return joined;
}
