import { FormatError } from "@dl/backend";
import type { ByteSource } from "./checked-bytes.ts";

/** Most bytes that are taken from a server that gives no parts; as for other files, see `file-limits.ts`. */
const mostWhole = 2 ** 30;

/** A file at an address: by ranges where the server knows them, else as a whole. */
export async function openUrl(url: URL, op: string): Promise<ByteSource> {
  const first = await fetchRange(url, 0, 1, op);
  if (/^text\/html\b/i.test(first.headers.get("Content-Type") ?? "")) {
    await first.body?.cancel();
    throw unreadable(url, "a web page came, not a file", op);
  }
  const byteLength = rangeOf(first)?.total;
  if (first.status !== 206 || byteLength === undefined) {
    const whole = first.status === 206 ? await fetchWhole(url, op) : first;
    const bytes = await bodyOf(whole, mostWhole, url, op);
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
      const range = rangeOf(response);
      if (
        response.status !== 206 ||
        range?.total !== byteLength ||
        range.start !== start ||
        versionOf(response) !== version
      ) {
        await response.body?.cancel();
        throw new FormatError(op, `${url.href} changed while it was read. Open it again.`);
      }
      return bodyOf(response, end - start, url, op);
    },
    close: () => Promise.resolve(),
  };
}

async function fetchRange(url: URL, start: number, end: number, op: string): Promise<Response> {
  const response = await fetchFile(url, { headers: { Range: `bytes=${start}-${end - 1}` } }, op);
  // An empty file has no first byte.
  return response.status === 416 ? fetchWhole(url, op) : checkedAnswer(response, url, op);
}

const fetchWhole = async (url: URL, op: string): Promise<Response> =>
  checkedAnswer(await fetchFile(url, {}, op), url, op);

const fetchFile = (url: URL, init: RequestInit, op: string): Promise<Response> =>
  fetch(url, init).catch((cause: unknown) => {
    throw unreadable(url, "no server answered", op, cause);
  });

async function checkedAnswer(response: Response, url: URL, op: string): Promise<Response> {
  if (response.ok) return response;
  await response.body?.cancel();
  throw unreadable(url, `its server answered ${response.status} ${response.statusText}`.trim(), op);
}

/** What a server sends, which is stopped where it sends more than it should. */
async function bodyOf(
  response: Response,
  mostBytes: number,
  url: URL,
  op: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let byteLength = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read().catch((cause: unknown) => {
      throw unreadable(url, "the connection broke", op, cause);
    });
    if (part?.value === undefined) break;
    byteLength += part.value.byteLength;
    if (byteLength > mostBytes) {
      await reader?.cancel();
      throw new FormatError(
        op,
        `the server of ${url.href} sent more than ${mostBytes} bytes. Of a larger file give a File, or use a server that knows ranges.`,
        { expected: mostBytes, received: byteLength },
      );
    }
    parts.push(part.value);
  }
  const bytes = new Uint8Array(byteLength);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

/** What came of how much, of "bytes 5-9/1234". */
function rangeOf({ headers }: Response): { start: number; total: number } | undefined {
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get("Content-Range") ?? "");
  return range === null ? undefined : { start: Number(range[1]), total: Number(range[2]) };
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
