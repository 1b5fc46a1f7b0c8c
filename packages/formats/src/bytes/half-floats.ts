import { ArgumentError } from "@dl/backend";
import type { HostTensor } from "./host-tensor.ts";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** From the exponent of float16 to that of float32. */
const rescale = 2 ** 112;

/**
 * A tensor's numbers as float32: exactly for types of up to 24 significant bits, else rounded to the nearest.
 *
 * @throws {ArgumentError} for complex numbers, and for types of fewer than 8 bits.
 * @example
 * toFloat32({ dtype: "bfloat16", shape: [1], data: Uint16Array.of(0x3f80) }); // => [1]
 */
export function toFloat32(tensor: HostTensor): Float32Array {
  const { dtype, data } = tensor;
  switch (dtype) {
    case "float32":
      return data;
    case "float16":
      return fromFloat16(data);
    case "bfloat16": {
      const numbers = new Uint32Array(data.length);
      for (let i = 0; i < data.length; i++) numbers[i] = data[i]! << 16;
      return new Float32Array(numbers.buffer);
    }
    case "float8_e4m3":
    case "float8_e5m2":
    case "float8_e8m0": {
      const table = Float32Array.from({ length: 256 }, (_, byte) => float8[dtype](byte));
      return Float32Array.from(data, (byte) => table[byte]!);
    }
    case "int64":
    case "uint64":
      return Float32Array.from(data as ArrayLike<bigint>, Number);
    case "complex64":
    case "complex128":
    case "float6_e2m3":
    case "float6_e3m2":
    case "float4":
      throw new ArgumentError("toFloat32", `numbers of ${dtype} have no float32.`, {
        received: dtype,
      });
    default:
      return Float32Array.from(data);
  }
}

/**
 * The bits of numbers in float16, rounded to the nearest, ties to even; beyond 65504 infinite.
 *
 * @example
 * toFloat16(Float32Array.of(1, -2)); // => [0x3c00, 0xc000]
 */
export function toFloat16(numbers: Float32Array): Uint16Array {
  const source = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  return Uint16Array.from(source, (value) => {
    const sign = (value >>> 16) & 0x8000;
    const size = value & 0x7fffffff;
    if (size > 0x7f800000) return sign | 0x7e00 | ((size >>> 13) & 0x1ff);
    if (size >= 0x477ff000) return sign | 0x7c00;
    if (size < 0x38800000) {
      // In steps of 2⁻²⁴, which a float between 0.5 and 1 has as well: adding rounds.
      bits[0] = size;
      float[0] = float[0]! + 0.5;
      return sign | (bits[0] - 0x3f000000);
    }
    return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
  });
}

/**
 * The bits of numbers in bfloat16, rounded to the nearest, ties to even.
 *
 * @example
 * toBfloat16(Float32Array.of(1, -2)); // => [0x3f80, 0xc000]
 */
export function toBfloat16(numbers: Float32Array): Uint16Array {
  const source = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  return Uint16Array.from(source, (value) =>
    (value & 0x7fffffff) > 0x7f800000
      ? (value >>> 16) | 0x40
      : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16,
  );
}

function fromFloat16(halves: Uint16Array): Float32Array {
  const numbers = new Float32Array(halves.length);
  const target = new Uint32Array(numbers.buffer);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!;
    const size = half & 0x7fff;
    if (size >= 0x7c00) target[i] = 0x7f800000 | (size << 13);
    else {
      target[i] = size << 13;
      numbers[i] = numbers[i]! * rescale;
    }
    target[i]! |= (half & 0x8000) << 16;
  }
  return numbers;
}

/** Sources: Micikevicius et al. 2022, arXiv:2209.05433, table 1; OCP Microscaling Formats 1.0, section 5.4. */
const float8 = {
  float8_e4m3: (byte: number): number => ((byte & 0x7f) === 0x7f ? NaN : signed(byte, 4, 3, 7)),
  float8_e5m2: (byte: number): number => {
    const size = byte & 0x7f;
    if (size > 0x7c) return NaN;
    return size === 0x7c ? (byte > 127 ? -Infinity : Infinity) : signed(byte, 5, 2, 15);
  },
  float8_e8m0(byte: number): number {
    if (byte === 255) return NaN;
    bits[0] = byte === 0 ? 0x400000 : byte << 23;
    return float[0]!;
  },
};

function signed(byte: number, exponentBits: number, fractionBits: number, bias: number): number {
  const fraction = byte & ((1 << fractionBits) - 1);
  const exponent = (byte >>> fractionBits) & ((1 << exponentBits) - 1);
  const isNormal = exponent > 0;
  const steps = fraction + (isNormal ? 1 << fractionBits : 0);
  bits[0] = (Math.max(exponent, 1) - bias - fractionBits + 127) << 23;
  const size = steps * float[0]!;
  return byte > 127 ? -size : size;
}
