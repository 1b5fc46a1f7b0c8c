import { FormatError } from "@dl/backend";
import type { ByteSource } from "./byte-source.ts";

/** Bytes per element of safetensors' types, smallest first: files hold the largest first. */
const typeSizes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

/** A type of elements as safetensors names it. */
export type FileDType = keyof typeof typeSizes;

/** A tensor in a file: its type, its sizes, and the bytes it takes. */
export interface FileTensor {
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** What the header of a file says. */
export interface FileHeader {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, FileTensor>;
}

/** Source: the reference implementation, which refuses larger headers. */
const maxHeaderLength = 100_000_000;

/** @throws {FormatError} unless the file is exactly one header and the tensors it tells of. */
export async function readHeader(op: string, source: ByteSource): Promise<FileHeader> {
  const refuse = (problem: string, received?: unknown): FormatError =>
    new FormatError(op, `this is no safetensors file: ${problem}.`, { received });
  if (source.size < 8) throw refuse(`it has ${source.size} bytes`, source.size);
  const prefix = await source.read(0, 8);
  const view = new DataView(prefix.buffer, prefix.byteOffset, 8);
  const length = Number(view.getBigUint64(0, true));
  if (length > Math.min(maxHeaderLength, source.size - 8))
    throw refuse(`its header would have ${length} bytes of ${source.size}`, length);
  const header = parsedJson(await source.read(8, 8 + length));
  if (!isRecord(header)) throw refuse("its header is no JSON object", header);
  const metadata = new Map<string, string>();
  const tensors = new Map<string, FileTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") {
      if (!isRecord(entry)) throw refuse("its metadata is no object", entry);
      for (const [key, text] of Object.entries(entry)) {
        if (typeof text !== "string") throw refuse(`its metadata ${key} is no text`, text);
        metadata.set(key, text);
      }
      continue;
    }
    const tensor = tensorOf(entry, 8 + length);
    if (tensor === undefined)
      throw refuse(`its header does not say what ${JSON.stringify(name)} is`, entry);
    tensors.set(name, tensor);
  }
  let end = 8 + length;
  for (const [name, tensor] of [...tensors].toSorted(
    ([, a], [, b]) => a.start - b.start || a.end - b.end,
  )) {
    if (tensor.start !== end) throw refuse(`${name} does not begin where the one before ends`);
    end = tensor.end;
  }
  if (end !== source.size)
    throw refuse(`its tensors end at byte ${end}, the file at ${source.size}`, source.size);
  return { metadata, tensors };
}

/** A header for tensors in this order, and the whole file's length. */
export function writtenHeader(
  tensors: readonly {
    readonly name: string;
    readonly dtype: FileDType;
    readonly shape: readonly number[];
  }[],
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  const header: [string, unknown][] = [];
  if (metadata.size > 0) header.push(["__metadata__", Object.fromEntries(metadata)]);
  let end = 0;
  for (const { name, dtype, shape } of tensors) {
    const begin = end;
    end += byteLengthOf(dtype, shape);
    header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const parts = header.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  const text = new TextEncoder().encode(`{${parts.join(",")}}`);
  const bytes = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20); // padded with spaces
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  bytes.set(text, 8);
  return bytes;
}

/** The order of tensors in a file: larger types first, then by name. */
export function compareForFile(
  a: { readonly name: string; readonly dtype: FileDType },
  b: { readonly name: string; readonly dtype: FileDType },
): number {
  const order = Object.keys(typeSizes);
  return order.indexOf(b.dtype) - order.indexOf(a.dtype) || (a.name < b.name ? -1 : 1);
}

export function byteLengthOf(dtype: FileDType, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, typeSizes[dtype]);
}

function tensorOf(entry: unknown, base: number): FileTensor | undefined {
  if (!isRecord(entry)) return undefined;
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(typeSizes, dtype)) return undefined;
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) return undefined;
  const [begin, end] = offsets as [number, number];
  if (end - begin !== byteLengthOf(dtype as FileDType, shape)) return undefined;
  return { dtype: dtype as FileDType, shape, start: base + begin, end: base + end };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
