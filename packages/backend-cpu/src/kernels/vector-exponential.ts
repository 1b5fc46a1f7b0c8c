import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import { polynomial, withSignOf } from "./polynomial.ts";

// 1.5·2²³: adding it leaves the nearest integer in the low bits of the float.
const ROUND = 12582912;
const ROUND_BITS = 0x4b400000;
const ONE_BITS = 0x3f800000;
const SIGN_BIT = -(2 ** 31);
// Cephes' split of ln 2: the first part has 9 bits, so that its product with an exponent is exact.
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.12194440054690582768e-4;

// exp(r) = 1 + r + r²·P(r), |r| ≤ ln 2 / 2; relative error 2⁻²⁸.
const EXP = [
  0.49999993447710617, 0.16666520630939624, 0.041668388062539516, 0.008368716951303368,
  0.0013814597821540696,
];
// The same, relative to exp(r) − 1; 2⁻²⁸.⁸.
const EXPM1 = [
  0.5000000044164696, 0.16666666370451372, 0.04166636091083254, 0.008333389370587077,
  0.0013940627485756806, 0.0001984587736672418,
];

/** x = n·ln 2 + r: sets `rounded` to n + ROUND, `n` and `r`. */
function reduce(body: FunctionBuilder, x: Local, rounded: Local, n: Local, r: Local): void {
  const round = body.constant("f32x4", ROUND);
  body.get(x).multiplyAdd(body.constant("f32x4", Math.LOG2E), round).tee(rounded);
  body.op("f32x4.sub", round).set(n);
  body.get(n).multiplyAdd(body.constant("f32x4", -LN2_HIGH), x).set(r);
  body.get(n).multiplyAdd(body.constant("f32x4", -LN2_LOW), r).set(r);
}

/** Leaves exp(x) for |x| < 87, where 2ⁿ is a normal number; NaN stays NaN. */
function emitExpOfModerate(body: FunctionBuilder, x: Local): void {
  body.scope(() => {
    const [rounded, n, r, p] = locals4(body);
    reduce(body, x, rounded, n, r);
    expPolynomial(body, r, n).set(p);
    body
      .get(rounded, 23)
      .op("i32x4.shl")
      .op("i32x4.add", body.constant("i32x4", ONE_BITS))
      .op("f32x4.mul", p);
  });
}

/** exp in all its range. 2ⁿ is applied as two factors, so that overflow and gradual underflow round once. */
export function emitExp(body: FunctionBuilder, x: Local): void {
  body.scope(() => {
    const [rounded, n, r, clamped] = locals4(body);
    const one = body.constant("i32x4", ONE_BITS);
    // pmin and pmax keep a NaN in their first operand.
    body.op("f32x4.pmin", x, body.constant("f32x4", 89));
    body.op("f32x4.pmax", body.constant("f32x4", -104)).set(clamped);
    reduce(body, clamped, rounded, n, r);
    expPolynomial(body, r, n);
    const [exponent, half] = [n, r];
    body.op("i32x4.sub", rounded, body.constant("i32x4", ROUND_BITS)).set(exponent);
    body.get(exponent, 1).op("i32x4.shr_s").set(half);
    body.get(half, 23).op("i32x4.shl").op("i32x4.add", one).op("f32x4.mul");
    body
      .op("i32x4.sub", exponent, half)
      .get(23)
      .op("i32x4.shl")
      .op("i32x4.add", one)
      .op("f32x4.mul");
  });
}

/** Leaves 1 + r + r²·P(r). */
function expPolynomial(body: FunctionBuilder, r: Local, square: Local): FunctionBuilder {
  body.op("f32x4.mul", r, r).set(square);
  return polynomial(body, r, EXP).multiplyAdd(square, r).op("f32x4.add", body.constant("f32x4", 1));
}

/** expm1 = 2·(s·(exp(r) − 1) + (s − ½)) with s = 2ⁿ⁻¹, which is finite even where 2ⁿ is not. */
export function emitExpm1(body: FunctionBuilder, x: Local): void {
  body.scope(() => {
    const [rounded, n, r, clamped] = locals4(body);
    const [square, q, scale] = locals4(body);
    body.op("f32x4.pmin", x, body.constant("f32x4", 89));
    body.op("f32x4.pmax", body.constant("f32x4", -18)).set(clamped);
    reduce(body, clamped, rounded, n, r);
    body.op("f32x4.mul", r, r).set(square);
    polynomial(body, r, EXPM1).multiplyAdd(square, r).set(q);
    body.get(rounded, 23).op("i32x4.shl");
    body.op("i32x4.add", body.constant("i32x4", ONE_BITS - (1 << 23))).set(scale);
    body.op("f32x4.sub", scale, body.constant("f32x4", 0.5)).set(square);
    // Where n = 0 the result is exp(r) − 1 itself: scaling would lose bits of subnormal numbers.
    body.get(q);
    body.get(scale).multiplyAdd(q, square).op("f32x4.mul", body.constant("f32x4", 2));
    body.op("f32x4.eq", n, body.constant("f32x4", 0)).op("v128.bitselect");
    withSignOf(body, x); // −0
  });
}

// exp(r) = 1 + r + r²·P(r) again, relative to exp(r) − 1; 2⁻²⁶.
const TANH = [
  0.4999999815428688, 0.1666654362156071, 0.04166719973378245, 0.008366520488166733,
  0.0013882530331832928,
];

/** tanh = q / (q + 2) with q = expm1(2|x|); ln 2 in one piece is enough, as q's error shrinks where n > 0. */
export function emitTanh(body: FunctionBuilder, x: Local): void {
  body.scope(() => {
    const [sign, r, rounded, scale] = locals4(body);
    const round = body.constant("f32x4", ROUND);
    const one = body.constant("i32x4", ONE_BITS);
    body.op("v128.and", x, body.constant("i32x4", SIGN_BIT)).set(sign);
    body.op("v128.xor", x, sign).set(r);
    // Above 10 the result is 1; a NaN stays.
    body.op("f32x4.pmin", r, body.constant("f32x4", 10)).tee(r).op("f32x4.add", r).set(r);
    body.get(r).multiplyAdd(body.constant("f32x4", Math.LOG2E), round).tee(rounded);
    body.op("f32x4.sub", round).multiplyAdd(body.constant("f32x4", -Math.LN2), r).set(r);
    body.get(rounded, 23).op("i32x4.shl").op("i32x4.add", one).set(scale);
    const [square, q] = [rounded, r];
    body.op("f32x4.mul", r, r).set(square);
    polynomial(body, r, TANH).multiplyAdd(square, r);
    body.op("f32x4.sub", scale, one).set(square);
    body.multiplyAdd(scale, square).tee(q);
    body.get(q).op("f32x4.add", body.constant("f32x4", 2)).op("f32x4.div").op("v128.or", sign);
  });
}

// erf(x) = x + x·P(x²), x ≤ 0.93; 2⁻²⁵. And log(1 − erf(x)) = −(x + x·Q(x)), 0.92 ≤ x ≤ 4; 2⁻²⁸ of erf.
const ERF_SMALL = [
  0.12837914769086434, -0.3761248110011031, 0.11281682541581568, -0.026761719882183968,
  0.004985940612630532, -0.0005953741744184711,
];
const ERF_LARGE = [
  0.12851436091998805, 0.6357183152992602, 0.10526184322864524, -0.022889964370371215,
  0.003214955684336891, -0.00021398496185176687,
];

/** erf: odd polynomial up to 0.92, then 1 − exp(−(x + x·Q(x))). The split is N. Juffa's. */
export function emitErf(body: FunctionBuilder, x: Local): void {
  body.scope(() => {
    const [magnitude, clamped, square, exponent] = locals4(body);
    body.op("f32x4.abs", x).tee(magnitude).op("f32x4.pmin", body.constant("f32x4", 4)).set(clamped);
    body.op("f32x4.mul", magnitude, magnitude).set(square);
    polynomial(body, square, ERF_SMALL).multiplyAdd(magnitude, magnitude);
    polynomial(body, clamped, ERF_LARGE)
      .multiplyAdd(clamped, clamped)
      .op("f32x4.neg")
      .set(exponent);
    body.get(body.constant("f32x4", 1));
    emitExpOfModerate(body, exponent);
    body.op("f32x4.sub");
    body.op("f32x4.lt", magnitude, body.constant("f32x4", 0.927734375)).op("v128.bitselect");
    withSignOf(body, x);
  });
}

function locals4(body: FunctionBuilder): [Local, Local, Local, Local] {
  return [body.local("v128"), body.local("v128"), body.local("v128"), body.local("v128")];
}
