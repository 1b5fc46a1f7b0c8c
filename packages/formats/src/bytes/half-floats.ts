import { ArgumentError, checkGiven, describeValue } from "@dl/backend";
import { hostElements, type HostTensor } from "./host-tensor.ts";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * A tensor's numbers as float32: exactly for types of up to 24 significant bits, else rounded to the nearest.
 *
 * @throws {ArgumentError} for complex numbers, and for types of fewer than 8 bits.
 * @example
 * toFloat32({ dtype: "bfloat16", shape: [1], data: Uint16Array.of(0x3f80) }); // => [1]
 */
export function toFloat32(tensor: HostTensor): Float32Array {
  const op = "toFloat32";
  checkGiven(op, "a tensor", tensor, ["dtype", "data"]);
  const { dtype, data } = tensor;
  checkNumbers(
    op,
    data,
    Object.hasOwn(hostElements, dtype) ? hostElements[dtype].Numbers.name : "",
  );
  switch (dtype) {
    case "float32":
      return data;
    case "float16":
      return byTable(data, 2 ** 16, fromFloat16);
    case "bfloat16": {
      const numbers = new Uint32Array(data.length);
      for (let i = 0; i < data.length; i++) numbers[i] = data[i]! << 16;
      return new Float32Array(numbers.buffer);
    }
    case "float8_e4m3":
    case "float8_e5m2":
    case "float8_e8m0":
    case "float8_e4m3fnuz":
    case "float8_e5m2fnuz":
      return byTable(data, 2 ** 8, float8[dtype]);
    case "int64":
    case "uint64": {
      const numbers = new Float32Array(data.length);
      for (let i = 0; i < data.length; i++) numbers[i] = nearestFloat(data[i]!);
      return numbers;
    }
    case "complex64":
    case "complex128":
    case "float6_e2m3":
    case "float6_e3m2":
    case "float4":
      throw new ArgumentError(op, `numbers of ${dtype} have no float32.`, { received: dtype });
    default:
      return new Float32Array(data);
  }
}

/**
 * The bits of numbers in float16, rounded to the nearest, ties to even; beyond 65504 infinite.
 *
 * @throws {ArgumentError} unless it is a Float32Array.
 * @example
 * toFloat16(Float32Array.of(1, -2)); // => [0x3c00, 0xc000]
 */
export function toFloat16(numbers: Float32Array): Uint16Array {
  const source = bitsOf("toFloat16", numbers);
  const halves = new Uint16Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const value = source[i]!;
    const sign = (value >>> 16) & 0x8000;
    const size = value & 0x7fffffff;
    let half: number;
    if (size > 0x7f800000) half = 0x7e00 | ((size >>> 13) & 0x1ff);
    else if (size >= 0x477ff000) half = 0x7c00;
    else if (size >= 0x38800000) half = (size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13;
    else {
      // In steps of 2⁻²⁴, which a float between 0.5 and 1 has as well: adding rounds.
      bits[0] = size;
      float[0] = float[0]! + 0.5;
      half = bits[0] - 0x3f000000;
    }
    halves[i] = sign | half;
  }
  return halves;
}

/**
 * The bits of numbers in bfloat16, rounded to the nearest, ties to even.
 *
 * @throws {ArgumentError} unless it is a Float32Array.
 * @example
 * toBfloat16(Float32Array.of(1, -2)); // => [0x3f80, 0xc000]
 */
export function toBfloat16(numbers: Float32Array): Uint16Array {
  const source = bitsOf("toBfloat16", numbers);
  const halves = new Uint16Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const value = source[i]!;
    halves[i] =
      (value & 0x7fffffff) > 0x7f800000
        ? (value >>> 16) | 0x40
        : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
  }
  return halves;
}

/** The bits of float32 numbers, not copied. */
function bitsOf(op: string, numbers: Float32Array): Uint32Array {
  checkNumbers(op, numbers, "Float32Array");
  return new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
}

function checkNumbers(op: string, numbers: unknown, kind: string): void {
  if (Object.prototype.toString.call(numbers) !== `[object ${kind}]`)
    throw new ArgumentError(
      op,
      `needs numbers in ${kind === "" ? "an array of a known element type" : `a ${kind}`}: received ${describeValue(numbers)}.`,
      { expected: kind, received: numbers },
    );
}

/** What each pattern of bits is worth, looked up where that is less work. */
function byTable(
  data: Uint8Array | Uint16Array,
  patterns: number,
  value: (bits: number) => number,
): Float32Array {
  if (data.length < patterns) return Float32Array.from(data, value);
  const table = Float32Array.from({ length: patterns }, (_, pattern) => value(pattern));
  const numbers = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) numbers[i] = table[data[i]!]!;
  return numbers;
}

/**
 * Rounded once: a detour over float64 would round twice, and go the wrong way at halves of a step. From 2⁵³
 * on the bits that a float32 has no room for are gathered into one that says whether any was set.
 */
function nearestFloat(value: bigint): number {
  if (value > -(2n ** 53n) && value < 2n ** 53n) return Number(value);
  const low = value & 0xfffn;
  return Number(low === 0n ? value : value - low + 0x800n);
}

const fromFloat16 = (half: number): number => ieee(half, 5, 10, 15);

/**
 * Sources: Micikevicius et al. 2022, arXiv:2209.05433, table 1; OCP Microscaling Formats 1.0, section 5.4; for
 * fnuz, which has no infinities, one NaN and no -0, Noune et al. 2022, arXiv:2206.02915.
 */
const float8 = {
  float8_e4m3: (byte: number): number => ((byte & 0x7f) === 0x7f ? NaN : signed(byte, 4, 3, 7)),
  float8_e5m2: (byte: number): number => ieee(byte, 5, 2, 15),
  float8_e8m0: (byte: number): number => (byte === 255 ? NaN : 2 ** (byte - 127)),
  float8_e4m3fnuz: (byte: number): number => (byte === 0x80 ? NaN : signed(byte, 4, 3, 8)),
  float8_e5m2fnuz: (byte: number): number => (byte === 0x80 ? NaN : signed(byte, 5, 2, 16)),
};

/** The greatest exponent is for infinity and NaN. */
function ieee(pattern: number, exponentBits: number, fractionBits: number, bias: number): number {
  const size = pattern & ((1 << (exponentBits + fractionBits)) - 1);
  const infinite = ((1 << exponentBits) - 1) << fractionBits;
  if (size > infinite) return NaN;
  if (size === infinite) return size === pattern ? Infinity : -Infinity;
  return signed(pattern, exponentBits, fractionBits, bias);
}

function signed(pattern: number, exponentBits: number, fractionBits: number, bias: number): number {
  const fraction = pattern & ((1 << fractionBits) - 1);
  const exponent = (pattern >>> fractionBits) & ((1 << exponentBits) - 1);
  const steps = fraction + (exponent > 0 ? 1 << fractionBits : 0);
  const size = steps * 2 ** (Math.max(exponent, 1) - bias - fractionBits);
  return pattern >>> (exponentBits + fractionBits) === 1 ? -size : size;
}
