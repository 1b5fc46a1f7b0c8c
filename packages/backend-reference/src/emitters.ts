import {
  InternalError,
  normalFromBits,
  philox4x32,
  storageArray,
  type DType,
  type Emitters,
} from "@dl/backend";
import { convert, modulo, multiply, power, roundHalfEven, wrap } from "./arithmetic.ts";
import { erf } from "./erf.ts";

/** The element an expression is being computed for. */
export interface ElementPosition {
  /** Row-major, in the program's output or in a reduction's domain. */
  index: number;
}

const word = new ArrayBuffer(4);

/** The 32 bits of a value read as another type. */
function reinterpret(value: number, from: DType, to: DType): number {
  if (from === "float64" || to === "float64")
    throw new InternalError("bitcast", `needs 32-bit types, got ${from} to ${to}.`);
  storageArray(from, word)[0] = value;
  return storageArray(to, word)[0]!;
}

/**
 * What every scalar instruction means, on numbers. Floats are doubles, whatever their type.
 *
 * @example
 * emittersAt({ index: 0 }).add(scalar.add(input(0, "float64"), 1), 1, 2); // => 3
 */
export function emittersAt(position: ElementPosition): Emitters<number> {
  return {
    add: ({ dtype }, a, b) => wrap(dtype, a + b),
    sub: ({ dtype }, a, b) => wrap(dtype, a - b),
    mul: ({ dtype }, a, b) => multiply(dtype, a, b),
    div: (_node, a, b) => a / b,
    mod: ({ dtype }, a, b) => modulo(dtype, a, b),
    pow: (_node, a, b) => power(a, b),
    max: (_node, a, b) => Math.max(a, b),
    min: (_node, a, b) => Math.min(a, b),
    neg: ({ dtype }, x) => wrap(dtype, -x),
    abs: ({ dtype }, x) => wrap(dtype, Math.abs(x)),
    floor: (_node, x) => Math.floor(x),
    round: (_node, x) => roundHalfEven(x),
    sqrt: (_node, x) => Math.sqrt(x),
    exp: (_node, x) => Math.exp(x),
    expm1: (_node, x) => Math.expm1(x),
    log: (_node, x) => Math.log(x),
    log1p: (_node, x) => Math.log1p(x),
    sin: (_node, x) => Math.sin(x),
    cos: (_node, x) => Math.cos(x),
    atan: (_node, x) => Math.atan(x),
    tanh: (_node, x) => Math.tanh(x),
    erf: (_node, x) => erf(x),
    isNaN: (_node, x) => (Number.isNaN(x) ? 1 : 0),
    less: (_node, a, b) => (a < b ? 1 : 0),
    lessEqual: (_node, a, b) => (a <= b ? 1 : 0),
    equal: (_node, a, b) => (a === b ? 1 : 0),
    select: (_node, condition, a, b) => (condition === 0 ? b : a),
    and: ({ dtype }, a, b) => wrap(dtype, a & b),
    or: ({ dtype }, a, b) => wrap(dtype, a | b),
    xor: ({ dtype }, a, b) => wrap(dtype, a ^ b),
    // JavaScript, WebAssembly and WGSL all take the shift modulo 32.
    shiftLeft: ({ dtype }, a, b) => wrap(dtype, a << b),
    shiftRight: ({ dtype }, a, b) => (dtype === "uint32" ? a >>> b : a >> b),
    cast: ({ dtype, args }, x) => convert(x, args[0]!.dtype, dtype),
    bitcast: ({ dtype, args }, x) => reinterpret(x, args[0]!.dtype, dtype),
    randomBits: (_node, seedLow, seedHigh, stream, draw) =>
      philox4x32([position.index >>> 2, 0, draw, seedHigh], [seedLow, stream])[position.index & 3]!,
    normalFromBits: ({ dtype }, bits) => convert(normalFromBits(bits), "float64", dtype),
  };
}
