import { literal, polynomial, type WgslFunction } from "./wgsl-function.ts";

export type ExponentialName = "exp" | "expm1" | "log" | "log1p" | "tanh" | "erf";

// The polynomials are those of backend-cpu, where their errors are derived and measured.
// exp(r) = 1 + r + r²·P(r), |r| ≤ ln 2 / 2; relative error 2⁻²⁸.
const exp = [
  0.49999993447710617, 0.16666520630939624, 0.041668388062539516, 0.008368716951303368,
  0.0013814597821540696,
];
// The same, relative to exp(r) − 1; 2⁻²⁸·⁸.
const expm1 = [
  0.5000000044164696, 0.16666666370451372, 0.04166636091083254, 0.008333389370587077,
  0.0013940627485756806, 0.0001984587736672418,
];
// log(1 + f) = f − f²/2 + f³·P(f), |f| ≤ 1/3; 2⁻²⁷·⁴.
export const logPolynomial: readonly number[] = [
  0.33333215978709807, -0.2499979767846479, 0.20010406142515533, -0.16680486850442172,
  0.1400586546829892, -0.12184269963002503, 0.13984453305060784, -0.128916403836602,
];
// tanh(x) = x + x³·P(x²), x ≤ 0.6; 2⁻²⁸.
const tanh = [
  -0.3333329800083541, 0.13331924095971578, -0.0537838278760636, 0.020795964092107117,
  -0.005895149739398135,
];
// erf(x) = x + x·P(x²), x ≤ 0.93; 2⁻²⁵. And log(1 − erf(x)) = −(x + x·Q(x)), 0.92 ≤ x ≤ 4.
const erfSmall = [
  0.12837914769086434, -0.3761248110011031, 0.11281682541581568, -0.026761719882183968,
  0.004985940612630532, -0.0005953741744184711,
];
const erfLarge = [
  0.12851436091998805, 0.6357183152992602, 0.10526184322864524, -0.022889964370371215,
  0.003214955684336891, -0.00021398496185176687,
];

// Cephes' split of ln 2: the first part has 9 bits, so that its product with an exponent is exact.
const ln2High = "0.693359375f";
const ln2Low = literal(-2.12194440054690582768e-4);

/** x = n·ln 2 + r. */
const reduceToLn2 = `let n = round(c * ${literal(Math.LOG2E)});
  let r = (c - n * ${ln2High}) - n * ${ln2Low};`;

/** log(1 + f) + exponent·ln 2. */
const logOf = `let square = f * f;
  let tail = ${polynomial("f", logPolynomial)} * f * square;
  let result = exponent * ${ln2High} + ((exponent * ${ln2Low} + tail) - 0.5f * square + f);`;

const withSignOfX = (magnitude: string): string =>
  `dl_bits((bitcast<u32>(${magnitude}) & 0x7fffffffu) | (bitcast<u32>(x) & 0x80000000u))`;

export const exponentialFunctions: { readonly [Name in ExponentialName]: WgslFunction } = {
  // 2ⁿ is applied as two factors, so that overflow and gradual underflow round once.
  exp: {
    needs: ["bits", "isNaN"],
    text: `(x: f32) -> f32 {
  let c = clamp(x, -104.0f, 89.0f);
  ${reduceToLn2}
  let p = 1.0f + (r + r * r * ${polynomial("r", exp)});
  let exponent = i32(n);
  let half = exponent >> 1u;
  let result = p * dl_bits(u32(half + 127) << 23u) * dl_bits(u32(exponent - half + 127) << 23u);
  return select(result, x, dl_isNaN(x));
}`,
  },
  // 2·(s·(exp(r) − 1) + (s − ½)) with s = 2ⁿ⁻¹, which is finite even where 2ⁿ is not.
  expm1: {
    needs: ["bits", "isNaN"],
    text: `(x: f32) -> f32 {
  if (dl_isNaN(x)) { return x; }
  let c = clamp(x, -18.0f, 89.0f);
  ${reduceToLn2}
  let q = r + r * r * ${polynomial("r", expm1)};
  let scale = dl_bits(u32(i32(n) + 126) << 23u);
  let result = select(2.0f * (scale * q + (scale - 0.5f)), q, n == 0.0f);
  return ${withSignOfX("result")};
}`,
  },
  // The mantissa between 2/3 and 4/3, so that log is accurate on both sides of 1.
  log: {
    needs: ["bits", "isNaN"],
    text: `(x: f32) -> f32 {
  let whole = bitcast<u32>(x);
  if ((whole & 0x7fffffffu) == 0u) { return dl_bits(0xff800000u); }
  if (whole >= 0x7f800000u) { return select(x, dl_bits(0x7fc00000u), whole >= 0x80000000u); }
  let is_subnormal = whole < 0x800000u;
  let scaled = select(whole, bitcast<u32>(f32(whole)), is_subnormal);
  let shifted = (scaled - 0x3f2aaaabu) & 0xff800000u;
  let f = dl_bits(scaled - shifted) - 1.0f;
  let exponent = f32(bitcast<i32>(shifted) >> 23u) + select(0.0f, -149.0f, is_subnormal);
  ${logOf}
  return result;
}`,
  },
  // The exponent e is that of 1 + x, and f = x·2⁻ᵉ + (2⁻ᵉ − 1) rounds once.
  log1p: {
    needs: ["bits", "isNaN"],
    text: `(x: f32) -> f32 {
  let whole = bitcast<u32>(x);
  if ((whole & 0x7fffffffu) == 0u || (whole >= 0x7f800000u && whole < 0x80000000u)) { return x; }
  if (whole == 0xbf800000u) { return dl_bits(0xff800000u); }
  if (whole > 0xbf800000u) { return dl_bits(0x7fc00000u); }
  let shifted = (bitcast<u32>(x + 1.0f) - 0x3f2aaaabu) & 0xff800000u;
  let power = dl_bits(u32(max(bitcast<i32>(0x3f800000u - shifted), 0)));
  let f = dl_bits(whole - shifted) + (power - 1.0f);
  let exponent = f32(bitcast<i32>(shifted) >> 23u);
  ${logOf}
  return ${withSignOfX("result")};
}`,
  },
  // Odd polynomial up to 0.6, then 1 − 2 / (exp(2|x|) + 1).
  tanh: {
    needs: ["bits", "isNaN", "exp"],
    text: `(x: f32) -> f32 {
  if (dl_isNaN(x)) { return x; }
  let size = abs(x);
  let square = size * size;
  let small = size + size * square * ${polynomial("square", tanh)};
  let large = 1.0f - 2.0f / (dl_exp(2.0f * min(size, 10.0f)) + 1.0f);
  let result = select(large, small, size < 0.6f);
  return ${withSignOfX("result")};
}`,
  },
  // Odd polynomial up to 0.92, then 1 − exp(−(x + x·Q(x))). The split is N. Juffa's.
  erf: {
    needs: ["bits", "isNaN", "exp"],
    text: `(x: f32) -> f32 {
  if (dl_isNaN(x)) { return x; }
  let size = abs(x);
  let limited = min(size, 4.0f);
  let square = size * size;
  let small = size + size * ${polynomial("square", erfSmall)};
  let large = 1.0f - dl_exp(-(limited + limited * ${polynomial("limited", erfLarge)}));
  let result = select(large, small, size < 0.927734375f);
  return ${withSignOfX("result")};
}`,
  },
};
