import { FormatError } from "@dl/backend";
import type { ByteSource } from "./byte-source.ts";

/** A file at an address: by ranges where the server knows them, else as a whole. */
export async function openUrl(url: URL, op: string): Promise<ByteSource> {
  const first = await fetchRange(url, 0, 1, op);
  const byteLength = totalOf(first);
  if (first.status !== 206 || byteLength === undefined) {
    const bytes = await bodyOf(first.status === 206 ? await fetchWhole(url, op) : first, url, op);
    return {
      byteLength: bytes.byteLength,
      read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
      close: () => Promise.resolve(),
    };
  }
  await first.body?.cancel();
  const version = versionOf(first);
  return {
    byteLength,
    async read(start, end) {
      if (end <= start) return new Uint8Array(0);
      const response = await fetchRange(url, start, end, op);
      if (
        response.status !== 206 ||
        totalOf(response) !== byteLength ||
        versionOf(response) !== version
      ) {
        await response.body?.cancel();
        throw new FormatError(op, `${url.href} changed while it was read. Open it again.`);
      }
      return bodyOf(response, url, op);
    },
    close: () => Promise.resolve(),
  };
}

const fetchRange = (url: URL, start: number, end: number, op: string): Promise<Response> =>
  fetchFile(url, { headers: { Range: `bytes=${start}-${end - 1}` } }, op);
const fetchWhole = (url: URL, op: string): Promise<Response> => fetchFile(url, {}, op);

async function fetchFile(url: URL, init: RequestInit, op: string): Promise<Response> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    throw unreadable(url, "no server answered", op, cause);
  });
  // An empty file has no first byte.
  if (response.status === 416) return fetchWhole(url, op);
  if (response.ok) return response;
  await response.body?.cancel();
  throw unreadable(url, `its server answered ${response.status} ${response.statusText}`.trim(), op);
}

async function bodyOf(response: Response, url: URL, op: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw unreadable(url, "the connection broke", op, cause);
  }
}

/** Bytes of the whole file, of "bytes 0-0/1234". */
function totalOf(response: Response): number | undefined {
  const total = /\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "")?.[1];
  return total === undefined ? undefined : Number(total);
}

const versionOf = ({ headers }: Response): string | null =>
  headers.get("ETag") ?? headers.get("Last-Modified");

function unreadable(url: URL, why: string, op: string, cause?: unknown): FormatError {
  const error = new FormatError(op, `cannot read ${url.href}: ${why}. Check the address.`, {
    received: url.href,
  });
  if (cause !== undefined) error.cause = cause;
  return error;
}
