import { ArgumentError, describeValue } from "@dl/backend";
import { CheckedBytes, type ByteSource } from "./checked-bytes.ts";
import { openFile, type ReadableHandle } from "./file-bytes.ts";
import { openUrl } from "./url-bytes.ts";

/**
 * Where a file is: a path or a `file:` URL in Node, or its handle; an `http:` or `https:` address; a Blob or
 * File, as a page is given; or the bytes themselves.
 */
export type FileSource =
  | string
  | URL
  | Blob
  | Uint8Array
  | ArrayBuffer
  | ReadableHandle
  | ByteSource;

/**
 * Opens what a file's bytes are read from, in parts where the place can give parts.
 *
 * An address is read by ranges where its server knows them, else as a whole, up to 1 GiB.
 *
 * @throws {ArgumentError} if there is no such file, or the value is none of a {@link FileSource}; by `read`
 * if the bytes asked for are not in the file, or it was closed.
 * @throws {FormatError} if a server answers with something else than the file; by `read` if the file was
 * changed meanwhile, or ended.
 * @example
 * const source = await openBytes(Uint8Array.of(1, 2, 3));
 * await source.read(1, 3); // => [2, 3]
 */
export async function openBytes(source: FileSource, op = "openBytes"): Promise<ByteSource> {
  return source instanceof CheckedBytes ? source : new CheckedBytes(await opened(source, op), op);
}

async function opened(source: FileSource, op: string): Promise<ByteSource> {
  if (ArrayBuffer.isView(source) && source instanceof Uint8Array) return inMemory(source);
  if (source instanceof ArrayBuffer) return inMemory(new Uint8Array(source));
  if (typeof Blob !== "undefined" && source instanceof Blob) return ofBlob(source);
  if (typeof source === "string" || source instanceof URL) {
    const address = addressOf(source);
    return address === undefined || address.protocol === "file:"
      ? openFile(address ?? source, op)
      : openUrl(address, op);
  }
  if (typeof source === "object" && source !== null) {
    if ("byteLength" in source && typeof source.byteLength === "number" && "read" in source)
      return source;
    if ("stat" in source && "read" in source) return openFile(source, op);
  }
  throw new ArgumentError(
    op,
    `needs a path, an address, a Blob or the bytes of a file: received ${describeValue(source)}.`,
    { received: source },
  );
}

/** The address that text or a URL names; `undefined` for a path of this machine. */
function addressOf(source: string | URL): URL | undefined {
  if (source instanceof URL) return source;
  if (/^(https?|blob|data|file):/i.test(source) && URL.canParse(source)) return new URL(source);
  const page = (globalThis as { location?: { href: string } }).location?.href;
  return page === undefined ? undefined : new URL(source, page);
}

function inMemory(bytes: Uint8Array): ByteSource {
  return {
    byteLength: bytes.byteLength,
    read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
    close: () => Promise.resolve(),
  };
}

function ofBlob(blob: Blob): ByteSource {
  return {
    byteLength: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
    close: () => Promise.resolve(),
  };
}
