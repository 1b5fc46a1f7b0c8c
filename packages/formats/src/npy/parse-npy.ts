import { FormatError, formatShape } from "@dl/backend";
import { checkBytes } from "../bytes/file-limits.ts";
import { type NpyData, type NpyDType, type NpyElement, npyElements } from "./npy-elements.ts";
import { type NpyHeader, readNpyHeader } from "./npy-header.ts";

/** Contents of an npy file, in the element type it was stored in, row by row. */
export type NpyArray = {
  [Name in NpyDType]: {
    readonly dtype: Name;
    readonly shape: readonly number[];
    readonly data: NpyData[Name];
  };
}[NpyDType];

/**
 * Reads an npy file, NumPy's format for one array.
 *
 * Numbers and booleans of either byte order and either order of axes. float16 becomes a
 * Float32Array, exactly. Arrays of Python objects are refused: reading them would run code.
 * Nothing is allocated before the sizes are found to agree with the number of bytes.
 *
 * Source: NumPy enhancement proposal 1, "A Simple File Format for NumPy Arrays".
 *
 * @throws {FormatError} if the bytes are not exactly one npy file of numbers.
 * @example
 * parseNpy(writeNpy({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] })).shape; // => [2, 2]
 */
export function parseNpy(bytes: Uint8Array, op = "parseNpy"): NpyArray {
  checkBytes(bytes, op);
  return readNpy(bytes, false, op);
}

/** The same; of bytes that are nobody else's the numbers are not copied. */
export function readNpy(bytes: Uint8Array, isOwn: boolean, op: string): NpyArray {
  const header = readNpyHeader(bytes, op);
  if (header === undefined)
    throw new FormatError(
      op,
      `the file ends inside its header: received ${bytes.byteLength} bytes. Fetch it again.`,
      { received: bytes.byteLength },
    );
  const { shape, headerLength, isFortranOrder } = header;
  const { dtype, isLittle } = elementTypeOf(header, op);
  const element = npyElements[dtype];
  const count = countOf(shape);
  const expected = count * element.byteLength;
  const received = bytes.byteLength - headerLength;
  // Written so that a product beyond the exact integers, or NaN, fails too.
  if (!(expected === received))
    throw new FormatError(
      op,
      `the file is ${received < expected ? "truncated" : "too long"}: ${dtype} of shape ${formatShape(shape)} needs ${expected} bytes after the header, received ${received}.`,
      { expected, received },
    );
  const stored = bytes.subarray(headerLength);
  const data =
    isLittle && element.over !== undefined
      ? numbersOver(isOwn ? stored : new Uint8Array(stored), element.over, element.byteLength)
      : numbersOf(stored, element, count, isLittle);
  return {
    dtype,
    shape,
    data: isFortranOrder ? toRowOrder(data, shape, element.create(count)) : data,
  } as NpyArray;
}

/**
 * Bytes of the whole file by what its beginning says; `undefined` while the header is incomplete.
 *
 * @throws {FormatError} if it is not the beginning of an npy file of numbers.
 */
export function npyByteLength(beginning: Uint8Array, op: string): number | undefined {
  const header = readNpyHeader(beginning, op);
  if (header === undefined) return undefined;
  const { dtype } = elementTypeOf(header, op);
  return header.headerLength + countOf(header.shape) * npyElements[dtype].byteLength;
}

function elementTypeOf(
  { descr }: NpyHeader,
  op: string,
): { readonly dtype: NpyDType; readonly isLittle: boolean } {
  const order = descr[0]!;
  const code = descr.slice(1);
  for (const dtype of Object.keys(npyElements) as NpyDType[])
    if (npyElements[dtype].code === code && "<>|=".includes(order))
      // "=" is this machine's order as NumPy sees it; every machine that JavaScript runs on is "<".
      return { dtype, isLittle: order !== ">" };
  throw new FormatError(
    op,
    code.startsWith("O")
      ? `the array holds Python objects (descr ${JSON.stringify(descr)}), and reading them would run code. Save numbers.`
      : `the element type ${JSON.stringify(descr)} cannot be read. Save booleans, integers or floats of 16, 32 or 64 bits.`,
    { expected: Object.keys(npyElements), received: descr },
  );
}

/** The bytes themselves as numbers; a copy of them where they lie at an odd place. */
function numbersOver(
  stored: Uint8Array,
  over: NonNullable<NpyElement["over"]>,
  byteLength: number,
): NpyData[NpyDType] {
  const { buffer, byteOffset } =
    stored.byteOffset % byteLength === 0 ? stored : new Uint8Array(stored);
  return over(buffer, byteOffset, stored.byteLength / byteLength);
}

function numbersOf(
  stored: Uint8Array,
  { create, read, byteLength }: NpyElement,
  count: number,
  isLittle: boolean,
): NpyData[NpyDType] {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const data = create(count);
  for (let i = 0; i < count; i++) data[i] = read(view, i * byteLength, isLittle);
  return data;
}

function countOf(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/** Elements stored with the first axis fastest, brought to the order with the last axis fastest. */
function toRowOrder<T extends NpyData[NpyDType]>(stored: T, shape: readonly number[], data: T): T {
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape) {
    strides.push(stride);
    stride *= size;
  }
  const position = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    data[to] = stored[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      from -= position[axis]! * strides[axis]!;
      position[axis] = 0;
    }
  }
  return data;
}
