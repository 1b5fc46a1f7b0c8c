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

interface NpyElement {
  /** Kind and size in NumPy's notation. */
  readonly code: string;
  readonly byteLength: number;
  readonly create: (length: number) => NpyData[NpyDType];
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

export const npyElements: { readonly [Name in NpyDType]: NpyElement } = {
  bool: {
    code: "b1",
    byteLength: 1,
    create: (length) => new Uint8Array(length),
    read: (view, at) => Math.min(view.getUint8(at), 1),
  },
  uint8: {
    code: "u1",
    byteLength: 1,
    create: (length) => new Uint8Array(length),
    read: (view, at) => view.getUint8(at),
  },
  int8: {
    code: "i1",
    byteLength: 1,
    create: (length) => new Int8Array(length),
    read: (view, at) => view.getInt8(at),
  },
  uint16: {
    code: "u2",
    byteLength: 2,
    create: (length) => new Uint16Array(length),
    read: (view, at, isLittle) => view.getUint16(at, isLittle),
  },
  int16: {
    code: "i2",
    byteLength: 2,
    create: (length) => new Int16Array(length),
    read: (view, at, isLittle) => view.getInt16(at, isLittle),
  },
  uint32: {
    code: "u4",
    byteLength: 4,
    create: (length) => new Uint32Array(length),
    read: (view, at, isLittle) => view.getUint32(at, isLittle),
  },
  int32: {
    code: "i4",
    byteLength: 4,
    create: (length) => new Int32Array(length),
    read: (view, at, isLittle) => view.getInt32(at, isLittle),
  },
  uint64: {
    code: "u8",
    byteLength: 8,
    create: (length) => new BigUint64Array(length),
    read: (view, at, isLittle) => view.getBigUint64(at, isLittle),
  },
  int64: {
    code: "i8",
    byteLength: 8,
    create: (length) => new BigInt64Array(length),
    read: (view, at, isLittle) => view.getBigInt64(at, isLittle),
  },
  float16: {
    code: "f2",
    byteLength: 2,
    create: (length) => new Float32Array(length),
    read: readFloat16,
  },
  float32: {
    code: "f4",
    byteLength: 4,
    create: (length) => new Float32Array(length),
    read: (view, at, isLittle) => view.getFloat32(at, isLittle),
  },
  float64: {
    code: "f8",
    byteLength: 8,
    create: (length) => new Float64Array(length),
    read: (view, at, isLittle) => view.getFloat64(at, isLittle),
  },
};
