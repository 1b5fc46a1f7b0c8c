import { FormatError, wrongType } from "@dl/backend";

/** Bytes that are read in parts, wherever they lie. */
export interface ByteSource {
  readonly size: number;
  /** Bytes `start` to `end`, as a copy of its own or a view of what was given. */
  read(start: number, end: number): Promise<Uint8Array>;
  close?(): Promise<void>;
}

/** Where a file is: a path in Node (in a page an address), an address, a Blob or File, the bytes. */
export type ModelSource = string | URL | Blob | Uint8Array;

/** @throws {ArgumentError} for anything that has no bytes. @throws what opening it throws. */
export async function openSource(op: string, source: ModelSource): Promise<ByteSource> {
  if (source instanceof Uint8Array)
    return { size: source.byteLength, read: async (start, end) => source.subarray(start, end) };
  if (source instanceof Blob)
    return {
      size: source.size,
      read: async (start, end) => new Uint8Array(await source.slice(start, end).arrayBuffer()),
    };
  if (typeof source !== "string" && !(source instanceof URL))
    throw wrongType(
      op,
      "needs a file as a path, a URL, a Blob or a Uint8Array",
      source,
      "Of an ArrayBuffer make new Uint8Array(buffer).",
    );
  const address = String(source);
  if (isNode && !/^(https?|data|blob):/.test(address)) return openPath(op, source);
  const response = await fetch(address);
  if (!response.ok)
    throw new FormatError(
      op,
      `could not fetch ${address}: ${response.status}. Check the address.`,
      {
        received: response.status,
      },
    );
  return openSource(op, new Uint8Array(await response.arrayBuffer()));
}

export const isNode: boolean =
  typeof (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node ===
  "string";

async function openPath(op: string, path: string | URL): Promise<ByteSource> {
  const { open } = await import("node:fs/promises");
  const file = await open(
    path instanceof URL || !path.startsWith("file:") ? path : new URL(path),
    "r",
  );
  const { size } = await file.stat();
  return {
    size,
    close: () => file.close(),
    async read(start, end) {
      const bytes = new Uint8Array(end - start);
      for (let filled = 0; filled < bytes.length;) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0)
          throw new FormatError(op, `the file ends at byte ${start + filled}, before ${end}.`, {
            expected: end,
            received: start + filled,
          });
        filled += bytesRead;
      }
      return bytes;
    },
  };
}
