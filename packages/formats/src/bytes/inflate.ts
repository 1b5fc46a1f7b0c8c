import { FormatError } from "@dl/backend";

/** Whether the bytes begin as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Deflate makes at most 1032 bytes of one: a match of 258 bytes in two bits. */
export const mostInflation = 1032;

/** Bytes that are decompressed at a time. */
const pieceLength = 2 ** 16;

/**
 * Decompresses with the platform's own decoder, no further than the content says it goes.
 *
 * `wholeLength` reads from the beginning of the content how many bytes the whole has, as soon as
 * that can be known, and throws if it does not like what it sees. So a file that lies about its
 * size, or is none of ours, costs a few kilobytes however far it would grow; and a large one is
 * held once.
 *
 * @throws {FormatError} if the data is damaged, or grows past what its beginning says.
 */
export async function inflate(
  bytes: Uint8Array,
  format: "gzip" | "deflate" | "deflate-raw",
  wholeLength: (beginning: Uint8Array) => number | undefined,
  op: string,
): Promise<Uint8Array> {
  const reader = piecesOf(bytes).pipeThrough(new DecompressionStream(format)).getReader();
  let content = new Uint8Array(0);
  let byteLength = 0;
  let limit: number | undefined;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw damaged(bytes.byteLength, format, cause, op);
      });
      if (done) return content.subarray(0, byteLength);
      const end = byteLength + value.byteLength;
      if (limit === undefined) {
        content = joined(content, value, end);
        limit = wholeLength(content);
        if (limit !== undefined && limit > end) content = joined(content, new Uint8Array(0), limit);
      } else if (end <= limit) content.set(value, byteLength);
      byteLength = end;
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

/** Pieces, so that a bomb is met one by one; copies, because streams refuse shared memory. */
function piecesOf(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.byteLength) controller.close();
      else controller.enqueue(new Uint8Array(bytes.subarray(at, (at += pieceLength))));
    },
  });
}

function joined(
  first: Uint8Array,
  second: Uint8Array,
  byteLength: number,
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(byteLength);
  whole.set(first);
  whole.set(second, first.byteLength);
  return whole;
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
