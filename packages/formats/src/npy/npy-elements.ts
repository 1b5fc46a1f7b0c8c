/** Element types of npy files that can be read, and what their numbers are held in. */
export interface NpyData {
  bool: Uint8Array;
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  uint32: Uint32Array;
  int32: Int32Array;
  uint64: BigUint64Array;
  int64: BigInt64Array;
  float16: Float32Array;
  float32: Float32Array;
  float64: Float64Array;
}

/** Element types of npy files that are read. */
export type NpyDType = keyof NpyData;

export interface NpyElement {
  /** Kind and size in NumPy's notation. */
  readonly code: string;
  readonly byteLength: number;
  /** An array of zeros, or one over the bytes of a file, where those are its numbers as they are. */
  readonly create: (length: number) => NpyData[NpyDType];
  readonly over?: (
    buffer: ArrayBufferLike,
    byteOffset: number,
    length: number,
  ) => NpyData[NpyDType];
  readonly read: (view: DataView, at: number, isLittle: boolean) => number | bigint;
}

const readFloat16 = (view: DataView, at: number, isLittle: boolean): number => {
  const bits = view.getUint16(at, isLittle);
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits >>> 15 === 1 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
};

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): NpyData[NpyDType];
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NpyData[NpyDType];
}

function element(code: string, Numbers: ArrayType, read: NpyElement["read"]): NpyElement {
  return {
    code,
    byteLength: Numbers.BYTES_PER_ELEMENT,
    create: (length) => new Numbers(length),
    over: (buffer, byteOffset, length) => new Numbers(buffer, byteOffset, length),
    read,
  };
}

export const npyElements: { readonly [Name in NpyDType]: NpyElement } = {
  bool: {
    code: "b1",
    byteLength: 1,
    create: (length) => new Uint8Array(length),
    read: (view, at) => Math.min(view.getUint8(at), 1),
  },
  uint8: element("u1", Uint8Array, (view, at) => view.getUint8(at)),
  int8: element("i1", Int8Array, (view, at) => view.getInt8(at)),
  uint16: element("u2", Uint16Array, (view, at, isLittle) => view.getUint16(at, isLittle)),
  int16: element("i2", Int16Array, (view, at, isLittle) => view.getInt16(at, isLittle)),
  uint32: element("u4", Uint32Array, (view, at, isLittle) => view.getUint32(at, isLittle)),
  int32: element("i4", Int32Array, (view, at, isLittle) => view.getInt32(at, isLittle)),
  uint64: element("u8", BigUint64Array, (view, at, isLittle) => view.getBigUint64(at, isLittle)),
  int64: element("i8", BigInt64Array, (view, at, isLittle) => view.getBigInt64(at, isLittle)),
  float16: {
    code: "f2",
    byteLength: 2,
    create: (length) => new Float32Array(length),
    read: readFloat16,
  },
  float32: element("f4", Float32Array, (view, at, isLittle) => view.getFloat32(at, isLittle)),
  float64: element("f8", Float64Array, (view, at, isLittle) => view.getFloat64(at, isLittle)),
};
