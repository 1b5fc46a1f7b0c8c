import type { PointwiseName } from "./pointwise-function.ts";
import {
  erf,
  floorQuotient,
  floorRemainder,
  ignoringNaN,
  logaddexp,
  roundHalfToEven,
  softplus,
} from "./reference-functions.ts";

/** What tests need to know about a pointwise operation, beside its formula. */
export interface PointwiseReference {
  /** The same function on plain numbers, written independently of the formula. */
  readonly of: (...operands: number[]) => number;
  /** Interval the samples are drawn from, for all operands; [-3, 3] unless said. */
  readonly domain?: readonly [low: number, high: number];
  /** False where the derivative is zero or undefined everywhere, such as floor. Default true. */
  readonly isDifferentiable?: boolean;
}

const stepped = { isDifferentiable: false } as const;
const onBits = { domain: [0, 30], isDifferentiable: false } as const;
/** Source: Klambauer et al. 2017, arXiv:1706.02515, eq. 14. */
const selu = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

/** Of every row of the tables in `@dl/tensor`: one without a reference does not compile. */
export const pointwiseReferences: Readonly<Record<PointwiseName, PointwiseReference>> = {
  // arithmetic
  add: { of: (a, b) => a + b },
  sub: { of: (a, b) => a - b },
  mul: { of: (a, b) => a * b },
  div: { of: (a, b) => a / b, domain: [0.5, 2] },
  floorDivide: { of: floorQuotient, domain: [0.6, 7], ...stepped },
  remainder: { of: floorRemainder, domain: [0.6, 0.9] },
  fmod: { of: (a, b) => a % b, domain: [0.6, 0.9] },
  pow: {
    of: (a, b) =>
      a === 1 || b === 0 ? 1 : Math.abs(a) === 1 && Math.abs(b) === Infinity ? 1 : a ** b,
    domain: [0.3, 2.5],
  },
  maximum: { of: Math.max },
  minimum: { of: Math.min },
  fmax: { of: ignoringNaN(Math.max) },
  fmin: { of: ignoringNaN(Math.min) },
  copySign: { of: (x, other) => (other < 0 || Object.is(other, -0) ? -Math.abs(x) : Math.abs(x)) },
  heaviside: {
    of: (x, atZero) => (x === 0 ? atZero : Number.isNaN(x) ? NaN : Number(x > 0)),
    ...stepped,
  },
  signBit: { of: (x) => Number(x < 0 || Object.is(x, -0)), ...stepped },
  neg: { of: (x) => -x },
  abs: { of: Math.abs },
  sign: { of: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0), ...stepped },
  reciprocal: { of: (x) => 1 / x, domain: [0.5, 2] },
  square: { of: (x) => x * x },
  sqrt: { of: Math.sqrt, domain: [0.1, 4] },
  rsqrt: { of: (x) => 1 / Math.sqrt(x), domain: [0.1, 4] },
  floor: { of: Math.floor, ...stepped },
  ceil: { of: Math.ceil, ...stepped },
  round: { of: roundHalfToEven, ...stepped },
  trunc: { of: Math.trunc, ...stepped },
  frac: { of: (x) => x - Math.trunc(x), domain: [0.1, 0.9] },
  hypot: { of: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.hypot(a, b)) },
  lerp: { of: (x, end, weight) => x + weight * (end - x) },

  // comparison
  equal: { of: (a, b) => Number(a === b), ...stepped },
  notEqual: { of: (a, b) => Number(a !== b), ...stepped },
  less: { of: (a, b) => Number(a < b), ...stepped },
  lessEqual: { of: (a, b) => Number(a <= b), ...stepped },
  greater: { of: (a, b) => Number(a > b), ...stepped },
  greaterEqual: { of: (a, b) => Number(a >= b), ...stepped },

  // logic
  logicalAnd: { of: (a, b) => Number(a !== 0 && b !== 0), ...stepped },
  logicalOr: { of: (a, b) => Number(a !== 0 || b !== 0), ...stepped },
  logicalXor: { of: (a, b) => Number((a !== 0) !== (b !== 0)), ...stepped },
  logicalNot: { of: (x) => Number(x === 0), ...stepped },
  bitwiseAnd: { of: (a, b) => a & b, ...onBits },
  bitwiseOr: { of: (a, b) => a | b, ...onBits },
  bitwiseXor: { of: (a, b) => a ^ b, ...onBits },
  bitwiseNot: { of: (x) => ~x, ...onBits },
  shiftLeft: { of: (a, b) => a << b, ...onBits },
  shiftRight: { of: (a, b) => a >> b, ...onBits },

  // exponential
  exp: { of: Math.exp },
  exp2: { of: (x) => 2 ** x },
  expm1: { of: Math.expm1 },
  log: { of: Math.log, domain: [0.1, 4] },
  log2: { of: Math.log2, domain: [0.1, 4] },
  log10: { of: Math.log10, domain: [0.1, 4] },
  log1p: { of: Math.log1p, domain: [-0.8, 4] },
  logaddexp: { of: logaddexp },
  logaddexp2: { of: (a, b) => logaddexp(a * Math.LN2, b * Math.LN2) * Math.LOG2E },
  sigmoid: { of: (x) => 1 / (1 + Math.exp(-x)) },
  logit: { of: (x) => Math.log(x / (1 - x)), domain: [0.05, 0.95] },
  softplus: { of: (x, beta) => softplus(beta * x) / beta },
  logSigmoid: { of: (x) => (x < -30 ? x : -Math.log1p(Math.exp(-x))) },
  xlogy: { of: (x, y) => (x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y)), domain: [0.1, 4] },

  // trigonometry
  sin: { of: Math.sin },
  cos: { of: Math.cos },
  tan: { of: Math.tan, domain: [-1.2, 1.2] },
  asin: { of: Math.asin, domain: [-0.95, 0.95] },
  acos: { of: Math.acos, domain: [-0.95, 0.95] },
  atan: { of: Math.atan },
  atan2: { of: Math.atan2 },
  sinh: { of: Math.sinh },
  cosh: { of: Math.cosh },
  tanh: { of: Math.tanh },
  asinh: { of: Math.asinh },
  acosh: { of: Math.acosh, domain: [1.05, 6] },
  atanh: { of: Math.atanh, domain: [-0.95, 0.95] },
  deg2rad: { of: (x) => (x * Math.PI) / 180 },
  rad2deg: { of: (x) => (x * 180) / Math.PI },

  // special
  erf: { of: erf },
  erfc: { of: (x) => 1 - erf(x) },
  isNaN: { of: (x) => Number(Number.isNaN(x)), ...stepped },
  isInf: { of: (x) => Number(Math.abs(x) === Infinity), ...stepped },
  isPosInf: { of: (x) => Number(x === Infinity), ...stepped },
  isNegInf: { of: (x) => Number(x === -Infinity), ...stepped },
  isFinite: { of: (x) => Number(Number.isFinite(x)), ...stepped },
  nanToNum: {
    of: (x, nan) =>
      Number.isNaN(x) ? nan : Math.min(Math.max(x, -Number.MAX_VALUE), Number.MAX_VALUE),
  },

  // activations
  relu: { of: (x) => Math.max(x, 0) },
  relu6: { of: (x) => Math.min(Math.max(x, 0), 6) },
  leakyRelu: { of: (x, slope) => (x > 0 ? x : slope * x) },
  elu: { of: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)) },
  selu: { of: (x) => selu.scale * (x > 0 ? x : selu.alpha * Math.expm1(x)) },
  celu: { of: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x / alpha)) },
  gelu: { of: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)) },
  geluTanh: {
    of: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  },
  silu: { of: (x) => x / (1 + Math.exp(-x)) },
  mish: { of: (x) => x * Math.tanh(softplus(x)) },
  softsign: { of: (x) => x / (1 + Math.abs(x)) },
  hardtanh: { of: (x, low, high) => Math.min(Math.max(x, low), high) },
  hardsigmoid: { of: (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1) },
  hardswish: { of: (x) => (x < -3 ? 0 : x > 3 ? x : (x * (x + 3)) / 6) },
  threshold: { of: (x, threshold, value) => (x > threshold ? x : value) },
  tanhshrink: { of: (x) => x - Math.tanh(x) },
  hardshrink: { of: (x, bound) => (Math.abs(x) <= bound ? 0 : x) },
  softshrink: {
    of: (x, bound) => (x > bound ? x - bound : x < -bound ? x + bound : Number.isNaN(x) ? NaN : 0),
  },
};
