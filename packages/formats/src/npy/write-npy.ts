import {
  ArgumentError,
  checkGiven,
  checkList,
  describeValue,
  elementCount,
  formatShape,
  ShapeError,
} from "@dl/backend";
import { type NpyData, type NpyDType, npyElements } from "./npy-elements.ts";

/** Numbers with a shape, row by row; what {@link parseNpy} gives is one. */
export interface NpySource {
  readonly data: NpyData[NpyDType] | Uint8ClampedArray;
  readonly shape: readonly number[];
  /** `"bool"` makes booleans of bytes; the type of `data` otherwise. */
  readonly dtype?: NpyDType;
}

/** The bytes of an npy file have their elements begin at a multiple of this. */
const alignment = 64;

/**
 * Writes an npy file that NumPy loads with `numpy.load`.
 *
 * @throws {ShapeError} if shape and data differ in size.
 * @throws {ArgumentError} if the element type cannot be written.
 * @example
 * writeNpy({ data: Int32Array.of(1, 2, 3), shape: [3] }).byteLength; // => 140
 */
export function writeNpy(source: NpySource, op = "writeNpy"): Uint8Array {
  checkGiven(op, "the array", source, ["data", "shape"]);
  const { data, shape, dtype } = source;
  const code = dtype === "bool" && data instanceof Uint8Array ? "b1" : codeOf(data, op);
  checkList(op, shape);
  if (elementCount(shape) !== data.length)
    throw new ShapeError(
      op,
      `the array has shape ${formatShape(shape)} but ${data.length} elements.`,
      { expected: shape, received: data.length },
    );
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const order = code.endsWith("1") ? "|" : "<";
  const text = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const unpadded = 10 + text.length + 1;
  const headerLength = Math.ceil(unpadded / alignment) * alignment;
  const bytes = new Uint8Array(headerLength + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, headerLength - 10, true);
  const padded = `${text}${" ".repeat(headerLength - unpadded)}\n`;
  bytes.set(new TextEncoder().encode(padded), 10);
  // Little-endian, as every machine that JavaScript runs on.
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), headerLength);
  return bytes;
}

function codeOf(data: NpySource["data"], op: string): string {
  const kinds = new Map<string, NpyDType>([
    ["Uint8Array", "uint8"],
    ["Uint8ClampedArray", "uint8"],
    ["Int8Array", "int8"],
    ["Uint16Array", "uint16"],
    ["Int16Array", "int16"],
    ["Uint32Array", "uint32"],
    ["Int32Array", "int32"],
    ["BigUint64Array", "uint64"],
    ["BigInt64Array", "int64"],
    ["Float32Array", "float32"],
    ["Float64Array", "float64"],
  ]);
  const kind = kinds.get(data?.[Symbol.toStringTag]);
  if (kind === undefined)
    throw new ArgumentError(
      op,
      `${describeValue(data)} cannot be written. Use a typed array of integers, or of floats of 32 or 64 bits.`,
      { expected: [...kinds.keys()], received: data },
    );
  return npyElements[kind].code;
}
