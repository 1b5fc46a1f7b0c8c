import { FormatError, formatShape } from "@dl/backend";
import { checkBytes } from "../bytes/file-limits.ts";

/** Contents of an IDX file, in the element type it was stored in. */
export type IdxArray = {
  [Name in IdxDType]: {
    readonly dtype: Name;
    readonly shape: readonly number[];
    readonly data: IdxData[Name];
  };
}[IdxDType];

/** Element types of IDX files. */
export type IdxDType = keyof IdxData;

interface IdxData {
  uint8: Uint8Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  float32: Float32Array;
  float64: Float64Array;
}

interface ElementType {
  readonly bytesPerElement: number;
  /** Elements are big-endian in the file, whatever this machine is. */
  readonly read: (view: DataView, count: number) => Pick<IdxArray, "dtype" | "data">;
}

/**
 * Element types by the third byte of the file. Source: LeCun, Cortes & Burges, the MNIST page, "The
 * IDX file format".
 */
const elementTypes: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [
    0x08,
    {
      bytesPerElement: 1,
      read: (view, count) => ({
        dtype: "uint8",
        data: fill(new Uint8Array(count), (i) => view.getUint8(i)),
      }),
    },
  ],
  [
    0x09,
    {
      bytesPerElement: 1,
      read: (view, count) => ({
        dtype: "int8",
        data: fill(new Int8Array(count), (i) => view.getInt8(i)),
      }),
    },
  ],
  [
    0x0b,
    {
      bytesPerElement: 2,
      read: (view, count) => ({
        dtype: "int16",
        data: fill(new Int16Array(count), (i) => view.getInt16(2 * i)),
      }),
    },
  ],
  [
    0x0c,
    {
      bytesPerElement: 4,
      read: (view, count) => ({
        dtype: "int32",
        data: fill(new Int32Array(count), (i) => view.getInt32(4 * i)),
      }),
    },
  ],
  [
    0x0d,
    {
      bytesPerElement: 4,
      read: (view, count) => ({
        dtype: "float32",
        data: fill(new Float32Array(count), (i) => view.getFloat32(4 * i)),
      }),
    },
  ],
  [
    0x0e,
    {
      bytesPerElement: 8,
      read: (view, count) => ({
        dtype: "float64",
        data: fill(new Float64Array(count), (i) => view.getFloat64(8 * i)),
      }),
    },
  ],
]);

/**
 * Reads an uncompressed IDX file, the format of MNIST: 00 00, element type, number of axes, sizes,
 * elements.
 *
 * Nothing is allocated before the sizes are found to agree with the number of bytes.
 *
 * @throws {FormatError} if the bytes are not exactly one IDX file.
 * @example
 * parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9)).shape; // => [2]
 */
export function parseIdx(bytes: Uint8Array, op = "parseIdx"): IdxArray {
  checkBytes(bytes, op);
  const { elementType, shape, elementCount, headerLength } = readHeader(bytes, op);
  const expected = elementCount * elementType.bytesPerElement;
  const received = bytes.byteLength - headerLength;
  // Written so that a product beyond the exact integers, or NaN, fails too.
  if (!(expected <= received))
    throw new FormatError(
      op,
      `the file is truncated: shape ${formatShape(shape)} needs ${expected} bytes after the header, received ${received}. Fetch it again.`,
      { expected, received },
    );
  if (received > expected)
    throw new FormatError(
      op,
      `the file is too long: shape ${formatShape(shape)} needs ${expected} bytes after the header, received ${received}.`,
      { expected, received },
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset + headerLength, received);
  return { ...elementType.read(view, elementCount), shape } as IdxArray;
}

/**
 * Bytes of the whole file by what its beginning says; `undefined` while the header is incomplete.
 *
 * @throws {FormatError} if it is not the beginning of an IDX file.
 */
export function idxByteLength(beginning: Uint8Array, op: string): number | undefined {
  const ndim = beginning[3];
  if (ndim === undefined || beginning.byteLength < 4 + 4 * ndim) return undefined;
  const { elementType, elementCount, headerLength } = readHeader(beginning, op);
  return headerLength + elementCount * elementType.bytesPerElement;
}

interface IdxHeader {
  readonly elementType: ElementType;
  readonly shape: readonly number[];
  /** The product of the sizes: perhaps inexact, infinite or not a number, as the file has it. */
  readonly elementCount: number;
  readonly headerLength: number;
}

function readHeader(bytes: Uint8Array, op: string): IdxHeader {
  if (bytes.byteLength < 4) throw headerTruncated(4, bytes.byteLength, op);
  const [zero0, zero1, typeCode, ndim] = bytes as unknown as [number, number, number, number];
  if (zero0 !== 0 || zero1 !== 0)
    throw new FormatError(
      op,
      `not an IDX file: it must begin with 00 00, received ${hex(zero0)} ${hex(zero1)}.${adviceFor(zero0, zero1)}`,
      { expected: [0, 0], received: [zero0, zero1] },
    );
  const elementType = elementTypes.get(typeCode);
  if (elementType === undefined)
    throw new FormatError(
      op,
      `unknown element type 0x${hex(typeCode)}. IDX has ${[...elementTypes.keys()].map((code) => `0x${hex(code)}`).join(", ")}.`,
      { expected: [...elementTypes.keys()], received: typeCode },
    );
  if (ndim === 0)
    throw new FormatError(op, "the file has no axes: received 0, needs at least 1.", {
      expected: ">= 1",
      received: 0,
    });
  const headerLength = 4 + 4 * ndim;
  if (bytes.byteLength < headerLength) throw headerTruncated(headerLength, bytes.byteLength, op);
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerLength);
  const shape = Array.from({ length: ndim }, (_, axis) => view.getUint32(4 + 4 * axis));
  let elementCount = 1;
  for (const size of shape) elementCount *= size;
  return { elementType, shape, elementCount, headerLength };
}

function headerTruncated(expected: number, received: number, op: string): FormatError {
  return new FormatError(
    op,
    `the file ends inside its header: it needs ${expected} bytes, received ${received}. Fetch it again.`,
    { expected, received },
  );
}

function adviceFor(first: number, second: number): string {
  if (first === 0x1f && second === 0x8b) return " The file is gzip-compressed: use readIdx.";
  // "<!" and "<h": what a server sends for a file that it does not have.
  return first === 0x3c ? " It looks like a web page: check the address it was fetched from." : "";
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function fill<T extends IdxArray["data"]>(data: T, read: (index: number) => number): T {
  for (let i = 0; i < data.length; i++) data[i] = read(i);
  return data;
}
