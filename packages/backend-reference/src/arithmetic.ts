import type { DType } from "@dl/backend";

/** The value this type holds after a computation: integers wrap, floats wait for the store to round. */
export function wrap(dtype: DType, value: number): number {
  if (dtype === "float32" || dtype === "float64") return value;
  if (dtype === "int32") return value | 0;
  if (dtype === "uint32") return value >>> 0;
  return value === 0 ? 0 : 1;
}

/** Product; an integer one is taken modulo 2³², which a double product past 2⁵³ is not. */
export function multiply(dtype: DType, a: number, b: number): number {
  return dtype === "int32" || dtype === "uint32"
    ? wrap(dtype, Math.imul(a, b))
    : wrap(dtype, a * b);
}

/** Python's `%`: the remainder has the divisor's sign. An integer remainder by 0 is 0. */
export function modulo(dtype: DType, a: number, b: number): number {
  const remainder = a % b;
  const hasWrongSign = remainder !== 0 && remainder < 0 !== b < 0;
  return wrap(dtype, hasWrongSign ? remainder + b : remainder);
}

/** C99's pow; JavaScript makes 1 to the NaN and ±1 to the ±Infinity NaN. */
export function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Infinity)) return 1;
  return Math.pow(a, b);
}

/** Nearest whole number, halves to even. */
export function roundHalfEven(x: number): number {
  const up = Math.round(x);
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

/**
 * A value as another type. Float to integer drops the fraction and saturates, NaN gives 0; between
 * integers the 32 bits stay; anything but 0, NaN included, is true.
 */
export function convert(value: number, from: DType, to: DType): number {
  if (to === "float32") return Math.fround(value);
  if ((from === "float32" || from === "float64") && (to === "int32" || to === "uint32")) {
    const [low, high] = to === "int32" ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
    return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), low), high) + 0;
  }
  return wrap(to, value);
}

/** Identity of the maximum. */
export function lowest(dtype: DType): number {
  if (dtype === "int32") return -(2 ** 31);
  return dtype === "uint32" || dtype === "bool" ? 0 : -Infinity;
}

/** Identity of the minimum. */
export function highest(dtype: DType): number {
  if (dtype === "int32") return 2 ** 31 - 1;
  if (dtype === "uint32") return 2 ** 32 - 1;
  return dtype === "bool" ? 1 : Infinity;
}
