import { ArgumentError, FormatError, UnsupportedError } from "@dl/backend";
import type { ByteSource } from "./checked-bytes.ts";

/** What is used of Node's FileHandle. */
export interface ReadableHandle {
  /** Its size in bytes, and more. */
  stat(): Promise<{ readonly size: number; readonly mtimeMs?: number }>;
  /** Fills part of a buffer from a position in bytes. */
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  /** Gives it back to the system. */
  close(): Promise<void>;
}

/** Bytes that one call to the system reads, and calls at a time: new memory is cleared by several cores. */
const pieceLength = 2 ** 21;
const piecesAtOnce = 3;

/** A file of this machine, in Node; a handle that was given stays open. */
export async function openFile(
  file: string | URL | ReadableHandle,
  op: string,
): Promise<ByteSource> {
  const isGiven = typeof file === "object" && "stat" in file;
  const handle = isGiven ? file : await openPath(file, op);
  const { size, mtimeMs } = await handle.stat();
  return {
    byteLength: size,
    async read(start, end) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      let next = 0;
      let filled = bytes.byteLength;
      const readPieces = async (): Promise<void> => {
        while (next < filled) {
          let at = next;
          const pieceEnd = Math.min(at + pieceLength, bytes.byteLength);
          next = pieceEnd;
          while (at < pieceEnd) {
            const { bytesRead } = await handle.read(bytes, at, pieceEnd - at, start + at);
            if (bytesRead === 0) {
              filled = Math.min(filled, at);
              break;
            }
            at += bytesRead;
          }
        }
      };
      await Promise.all(Array.from({ length: piecesAtOnce }, readPieces));
      const now = await handle.stat();
      if (now.size !== size || now.mtimeMs !== mtimeMs)
        throw new FormatError(op, "the file changed while it was read. Open it again.");
      return bytes.subarray(0, filled);
    },
    close: () => (isGiven ? Promise.resolve() : handle.close()),
  };
}

async function openPath(path: string | URL, op: string): Promise<ReadableHandle> {
  if (typeof process === "undefined" || process.versions?.node === undefined)
    throw new UnsupportedError(
      op,
      "a page has no files by their path. Give a File that was chosen, or an address.",
    );
  const { open } = await import("node:fs/promises");
  try {
    const handle = await open(path, "r");
    if (!(await handle.stat()).isDirectory()) return handle;
    await handle.close();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : (cause as Error).message;
    const error = new ArgumentError(op, `cannot read ${String(path)}: ${why}.`, { received: path });
    error.cause = cause;
    throw error;
  }
  throw new ArgumentError(op, `${String(path)} is a folder, not a file.`, { received: path });
}
