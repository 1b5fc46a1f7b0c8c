import type { DType } from "@dl/backend";
import type { NumberArray } from "@dl/tensor";
import type { FileDType } from "./safetensors-header.ts";

/** How our types stand in files. PyTorch 1.13 knows no uint32, but takes int64. */
export const fileDTypes: { readonly [Name in DType]: FileDType } = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  uint32: "I64",
  bool: "BOOL",
};

/** Elements as a file holds them. */
export function fileBytes(dtype: DType, data: NumberArray): Uint8Array {
  const stored = dtype === "uint32" ? BigInt64Array.from(data, BigInt) : data;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/** A file's bytes as numbers, 64-bit integers to the nearest double. */
export function elementsOf(dtype: FileDType, bytes: Uint8Array): NumberArray {
  const isAligned = bytes.byteOffset % 8 === 0;
  const { buffer, byteOffset: offset, byteLength } = isAligned ? bytes : new Uint8Array(bytes);
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer, offset, byteLength / 4);
    case "F64":
      return new Float64Array(buffer, offset, byteLength / 8);
    case "I32":
      return new Int32Array(buffer, offset, byteLength / 4);
    case "U32":
      return new Uint32Array(buffer, offset, byteLength / 4);
    case "I16":
      return new Int16Array(buffer, offset, byteLength / 2);
    case "U16":
      return new Uint16Array(buffer, offset, byteLength / 2);
    case "I8":
      return new Int8Array(buffer, offset, byteLength);
    case "U8":
    case "BOOL":
      return new Uint8Array(buffer, offset, byteLength);
    case "F16":
      return Float32Array.from(new Uint16Array(buffer, offset, byteLength / 2), fromFloat16);
    case "BF16":
      return new Float32Array(
        Uint32Array.from(new Uint16Array(buffer, offset, byteLength / 2), (bits) => bits << 16)
          .buffer,
      );
    case "I64":
      return Float64Array.from(new BigInt64Array(buffer, offset, byteLength / 8), Number);
    case "U64":
      return Float64Array.from(new BigUint64Array(buffer, offset, byteLength / 8), Number);
  }
}

/** Source: IEEE 754-2019, section 3.4: 1 bit of sign, 5 of exponent, 10 of fraction. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
