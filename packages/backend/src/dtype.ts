/** Element type of a tensor. `bool` is stored as one 32-bit word, 0 or 1 (docs/decisions/0001). */
export type DType = "float32" | "float64" | "int32" | "uint32" | "bool";

/** Family of an element type. */
export type DTypeKind = "float" | "integer" | "bool";

/** Array that holds a buffer's elements as they are stored. */
export type StorageArray = Float32Array | Float64Array | Int32Array | Uint32Array;

/** The facts about an element type. */
export interface DTypeRecord {
  /** Names the type in the keys of program and expression caches. */
  readonly id: number;
  readonly kind: DTypeKind;
  readonly bytesPerElement: 4 | 8;
  readonly isFloat: boolean;
}

/**
 * Every element type and its facts.
 *
 * @example
 * dtypes.bool.bytesPerElement; // => 4
 */
export const dtypes: { readonly [Name in DType]: DTypeRecord } = {
  float32: { id: 0, kind: "float", bytesPerElement: 4, isFloat: true },
  float64: { id: 1, kind: "float", bytesPerElement: 8, isFloat: true },
  int32: { id: 2, kind: "integer", bytesPerElement: 4, isFloat: false },
  uint32: { id: 3, kind: "integer", bytesPerElement: 4, isFloat: false },
  bool: { id: 4, kind: "bool", bytesPerElement: 4, isFloat: false },
};

/**
 * Whether elements of a type are floating-point numbers.
 *
 * @example
 * isFloat("int32"); // => false
 */
export function isFloat(dtype: DType): boolean {
  return dtypes[dtype].isFloat;
}

const storageArrays: {
  readonly [Name in DType]: new (
    bytes: ArrayBufferLike,
    byteOffset?: number,
    elementCount?: number,
  ) => StorageArray;
} = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint32Array,
};

/**
 * A buffer's bytes as elements; `byteOffset` must be a multiple of the element size, and so must
 * what follows it where no count is given.
 *
 * @example
 * storageArray("int32", new ArrayBuffer(8)).length; // => 2
 */
export function storageArray(
  dtype: DType,
  bytes: ArrayBufferLike,
  byteOffset?: number,
  elementCount?: number,
): StorageArray {
  return new storageArrays[dtype](bytes, byteOffset, elementCount);
}
