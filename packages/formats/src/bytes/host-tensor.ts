import {
  ArgumentError,
  checkGiven,
  checkList,
  describeValue,
  formatShape,
  ShapeError,
} from "@dl/backend";

/** What the numbers of each element type are held in. */
interface HostData {
  bool: Uint8Array;
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  /** Their bits. */
  float16: Uint16Array;
  bfloat16: Uint16Array;
  uint32: Uint32Array;
  int32: Int32Array;
  float32: Float32Array;
  uint64: BigUint64Array;
  int64: BigInt64Array;
  float64: Float64Array;
  /** Real and imaginary parts in turn. */
  complex64: Float32Array;
  complex128: Float64Array;
  float8_e4m3: Uint8Array;
  float8_e5m2: Uint8Array;
  float8_e8m0: Uint8Array;
  float8_e4m3fnuz: Uint8Array;
  float8_e5m2fnuz: Uint8Array;
  /** Packed, as they lie in the file. */
  float6_e2m3: Uint8Array;
  float6_e3m2: Uint8Array;
  float4: Uint8Array;
}

/** Element types of tensors in files, as PyTorch names them. */
export type HostDType = keyof HostData;

/** A tensor as a file has it, on the host: row by row, in the element type it was stored in. */
export type HostTensor = {
  [Name in HostDType]: {
    readonly dtype: Name;
    readonly shape: readonly number[];
    readonly data: HostData[Name];
  };
}[HostDType];

/** A tensor to write; the element type follows from `data` unless it says. */
export interface HostTensorSource {
  readonly dtype?: HostDType;
  readonly shape: readonly number[];
  readonly data: HostData[HostDType];
}

interface ArrayType {
  readonly name: string;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): HostData[HostDType];
}

/** How the elements of a type lie in memory. */
export interface HostElement {
  /** Of one element. */
  readonly bits: number;
  readonly Numbers: ArrayType;
  /** Numbers in the array for each element; less than one where they are packed. */
  readonly perElement: number;
}

const element = (bits: number, Numbers: ArrayType, perElement = 1): HostElement => ({
  bits,
  Numbers,
  perElement,
});

export const hostElements: { readonly [Name in HostDType]: HostElement } = {
  bool: element(8, Uint8Array),
  uint8: element(8, Uint8Array),
  int8: element(8, Int8Array),
  uint16: element(16, Uint16Array),
  int16: element(16, Int16Array),
  float16: element(16, Uint16Array),
  bfloat16: element(16, Uint16Array),
  uint32: element(32, Uint32Array),
  int32: element(32, Int32Array),
  float32: element(32, Float32Array),
  uint64: element(64, BigUint64Array),
  int64: element(64, BigInt64Array),
  float64: element(64, Float64Array),
  complex64: element(64, Float32Array, 2),
  complex128: element(128, Float64Array, 2),
  float8_e4m3: element(8, Uint8Array),
  float8_e5m2: element(8, Uint8Array),
  float8_e8m0: element(8, Uint8Array),
  float8_e4m3fnuz: element(8, Uint8Array),
  float8_e5m2fnuz: element(8, Uint8Array),
  float6_e2m3: element(6, Uint8Array, 6 / 8),
  float6_e3m2: element(6, Uint8Array, 6 / 8),
  float4: element(4, Uint8Array, 4 / 8),
};

/** The bytes themselves as numbers of a type; a copy of them where they lie at an odd place. */
export function numbersOver(bytes: Uint8Array, dtype: HostDType): HostData[HostDType] {
  const { Numbers, bits, perElement } = hostElements[dtype];
  const width = Math.max(1, bits / 8 / perElement);
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  return new Numbers(buffer, byteOffset, bytes.byteLength / width);
}

const dtypesByArray: ReadonlyMap<string, HostDType> = new Map([
  ["Uint8Array", "uint8"],
  ["Int8Array", "int8"],
  ["Uint16Array", "uint16"],
  ["Int16Array", "int16"],
  ["Uint32Array", "uint32"],
  ["Int32Array", "int32"],
  ["Float32Array", "float32"],
  ["BigUint64Array", "uint64"],
  ["BigInt64Array", "int64"],
  ["Float64Array", "float64"],
]);

/** What is to be written, with its element type. @throws {ArgumentError | ShapeError} if it does not fit together. */
export function checkedTensor(name: string, source: HostTensorSource, op: string): HostTensor {
  checkGiven(op, name, source, ["data", "shape"]);
  const { data, shape } = source;
  checkList(op, shape, `the shape of ${name}`);
  const kind = Object.prototype.toString.call(data).slice(8, -1);
  const dtype = source.dtype ?? dtypesByArray.get(kind);
  const known =
    dtype !== undefined && Object.hasOwn(hostElements, dtype) ? hostElements[dtype] : undefined;
  if (known === undefined || known.Numbers.name !== kind)
    throw new ArgumentError(
      op,
      `${name} must have a typed array that its element type is held in: received ${describeValue(data)}${source.dtype === undefined ? "" : ` for ${describeValue(source.dtype)}`}.`,
      { received: source },
    );
  const count = shape.reduce((product, size) => product * size, 1);
  const isShape = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isShape || count * known.perElement !== data.length)
    throw new ShapeError(
      op,
      `${name} has shape ${formatShape(shape)} but ${data.length} elements.`,
      {
        expected: shape,
        received: data.length,
      },
    );
  return { dtype, shape, data } as HostTensor;
}
