import { FormatError } from "@dl/backend";
import { hostElements, type HostDType } from "../bytes/host-tensor.ts";
import { HeaderText } from "./header-text.ts";

/** Where a tensor lies in a file. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: HostDType;
  readonly shape: readonly number[];
  /** From the file's beginning. */
  readonly start: number;
  readonly end: number;
}

/** What a safetensors file says of itself before its numbers. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order in which they lie. */
  readonly entries: readonly SafetensorsEntry[];
}

/** Bytes before the header: its length. */
export const lengthBytes = 8;
/** Longer headers are refused, as by the reference implementation. */
export const mostHeaderLength = 100_000_000;

/** Element types as the format names them, in its own order: larger ones, which are written first, last. */
export const safetensorsNames: readonly (readonly [name: string, dtype: HostDType])[] = [
  ["BOOL", "bool"],
  ["F4", "float4"],
  ["F6_E2M3", "float6_e2m3"],
  ["F6_E3M2", "float6_e3m2"],
  ["U8", "uint8"],
  ["I8", "int8"],
  ["F8_E5M2", "float8_e5m2"],
  ["F8_E4M3", "float8_e4m3"],
  ["F8_E8M0", "float8_e8m0"],
  ["F8_E4M3FNUZ", "float8_e4m3fnuz"],
  ["F8_E5M2FNUZ", "float8_e5m2fnuz"],
  ["I16", "int16"],
  ["U16", "uint16"],
  ["F16", "float16"],
  ["BF16", "bfloat16"],
  ["I32", "int32"],
  ["U32", "uint32"],
  ["F32", "float32"],
  ["C64", "complex64"],
  ["F64", "float64"],
  ["I64", "int64"],
  ["U64", "uint64"],
];
const dtypes: ReadonlyMap<string, HostDType> = new Map(safetensorsNames);

/** Length of the header by the file's first nine bytes. @throws {FormatError} if it cannot be one. */
export function headerLength(beginning: Uint8Array, fileLength: number, op: string): number {
  if (fileLength < lengthBytes)
    throw refused(
      op,
      `it has ${fileLength} bytes, but its header's length alone has ${lengthBytes}`,
    );
  const view = new DataView(beginning.buffer, beginning.byteOffset, lengthBytes);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  const most = Math.min(fileLength - lengthBytes, mostHeaderLength);
  if (length <= most && beginning[lengthBytes] === 0x7b) return length;
  // Only now: a header of 19,280 bytes begins as a ZIP file does.
  const letters = String.fromCharCode(...beginning.subarray(0, 4));
  if (letters === "PK\u0003\u0004")
    throw refused(op, "it is a ZIP file, as PyTorch writes. Use readPyTorch");
  if (/^\s*<[!?a-z]/i.test(letters)) throw refused(op, "it is a web page. Check the address");
  if (length <= most) throw refused(op, "its header needs { at its beginning");
  throw refused(
    op,
    length <= mostHeaderLength
      ? `its header is to have ${length} bytes, but ${fileLength - lengthBytes} follow`
      : `its header is to have ${length} bytes, the most are ${mostHeaderLength}`,
  );
}

/** Reads and checks the header; every byte after it belongs to one tensor. */
export function parseHeader(bytes: Uint8Array, fileLength: number, op: string): SafetensorsHeader {
  const text = new HeaderText(bytes, op);
  const dataStart = lengthBytes + bytes.byteLength;
  const entries: SafetensorsEntry[] = [];
  let metadata: Record<string, string> = {};
  text.object((name) => {
    if (name === "__metadata__") {
      const pairs: [string, string][] = [];
      text.object((key) => pairs.push([key, text.string()]));
      metadata = Object.fromEntries(pairs);
    } else entries.push(readEntry(name, text, dataStart, op));
  });
  text.end();
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let at = dataStart;
  for (const { name, start, end } of entries) {
    if (start !== at)
      throw refused(
        op,
        `${quoted(name)} begins at byte ${start - dataStart} of the data, where ${at - dataStart} is due`,
      );
    at = end;
  }
  if (at !== fileLength)
    throw refused(op, `its tensors end at byte ${at}, the file at ${fileLength}`);
  return { metadata, entries };
}

function readEntry(
  name: string,
  text: HeaderText,
  dataStart: number,
  op: string,
): SafetensorsEntry {
  let type: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  text.object((key) => {
    if (key === "dtype") type = text.string();
    else if (key === "shape") shape = text.numbers();
    else if (key === "data_offsets") offsets = text.numbers();
    else throw refused(op, `${quoted(name)} has an unknown field ${quoted(key)}`);
  });
  if (type === undefined || shape === undefined || offsets?.length !== 2)
    throw refused(op, `${quoted(name)} needs dtype, shape and two data_offsets`);
  const dtype = dtypes.get(type);
  if (dtype === undefined)
    throw new FormatError(
      op,
      `${quoted(name)} has the element type ${quoted(type)}, which is not known. Known are ${[...dtypes.keys()].join(", ")}.`,
      { expected: [...dtypes.keys()], received: type },
    );
  const [from, to] = offsets as [number, number];
  const byteLength =
    shape.reduce((product, size) => product * size, 1) * (hostElements[dtype].bits / 8);
  // Written so that a product beyond the exact integers, or NaN, fails too.
  if (!(Number.isSafeInteger(byteLength) && to - from === byteLength))
    throw refused(
      op,
      `${quoted(name)}, ${type} of shape [${shape.slice(0, 20).join(", ")}], needs ${byteLength} bytes but has those from ${from} to ${to}`,
    );
  return { name, dtype, shape, start: dataStart + from, end: dataStart + to };
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 80));

function refused(op: string, problem: string): FormatError {
  return new FormatError(op, `the safetensors file is malformed: ${problem}. Fetch it again.`);
}
