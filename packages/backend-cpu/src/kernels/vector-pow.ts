import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import { polynomial64 } from "./polynomial.ts";
import { constant64, partOperations as ops } from "../wasm/part-operations.ts";

// 2⁵² and 1.5·2⁵²: added to a small number they leave an integer in the low bits of the double.
const TWO_52 = 2 ** 52;
const ROUND = 1.5 * TWO_52;
const EXPONENT_BIAS = 1024;
const SQRT_HALF_BITS = 0x3fe6a09e667f3bcdn;

// log2(m) = t·P(t²) with t = (m − 1)/(m + 1), √½ ≤ m ≤ √2; relative error 2⁻⁴⁵.
const LOG2 = [
  2.88539008177785, 0.961796694113201, 0.5770779423978275, 0.41220924989570557, 0.3199057719288309,
  0.2828993972869992,
];
// 2ᶠ, |f| ≤ ½; 2⁻³⁴·⁵.
const EXP2 = [
  0.9999999999616217, 0.6931471807287192, 0.24022651198752024, 0.05550410352821355,
  0.009618027173114265, 0.0013333922867167958, 0.00015469317200116797, 1.5201897852396903e-5,
];

/**
 * pow with C99's special cases. |x|^y = 2^(y·log2|x|) in float64, since an error of log2|x| is multiplied by up to 150; the
 * conversion back rounds once, through overflow and gradual underflow too.
 */
export function emitPow(body: FunctionBuilder, x: Local, y: Local): void {
  const v = (): Local => body.local("v128");
  body.scope(() => {
    const [magnitude, low, high, result, half, isOdd] = [v(), v(), v(), v(), v(), v()];
    const infinity = body.constant("f32x4", Infinity);
    const one = body.constant("f32x4", 1);
    const zero = body.constant("f32x4", 0);
    body.op("f32x4.abs", x).set(magnitude);
    body.op("f64x2.promote_low_f32x4", magnitude).op("f64x2.promote_low_f32x4", y);
    powOfMagnitude(body);
    body.op("f32x4.demote_f64x2_zero").set(low);
    body.shuffle32([2, 3, 2, 3], magnitude, magnitude).op("f64x2.promote_low_f32x4");
    body.shuffle32([2, 3, 2, 3], y, y).op("f64x2.promote_low_f32x4");
    powOfMagnitude(body);
    body.op("f32x4.demote_f64x2_zero").set(high);

    // Negative for a negative x (or −0) and an odd y.
    body.op("f32x4.mul", y, body.constant("f32x4", 0.5)).tee(half);
    body.op(ops["f32x4.trunc"], half).op("f32x4.ne");
    body.get(y).op(ops["f32x4.trunc"], y).op("f32x4.eq").op("v128.and").set(isOdd);
    body.shuffle32([0, 1, 4, 5], low, high);
    body.op("v128.and", x, body.constant("i32x4", 0x80000000)).op("v128.and", isOdd).op("v128.or");
    // NaN for a finite negative x and a y that is no integer.
    body.op("f32x4.lt", x, zero).op("f32x4.lt", magnitude, infinity).op("v128.and");
    body.get(y).op(ops["f32x4.trunc"], y).op("f32x4.ne").op("v128.and").op("v128.or").set(result);
    // 1 for x = 1 or y = 0 whatever the other, and for (−1)^±Inf.
    body.get(one, result);
    body.op("f32x4.eq", x, one).op("f32x4.eq", y, zero).op("v128.or");
    body.op("f32x4.eq", magnitude, one).op("f32x4.abs", y).op("f32x4.eq", infinity).op("v128.and");
    body.op("v128.or").op("v128.bitselect");
  });
}

/** Takes magnitude and exponent, two doubles each, from the stack and leaves the power. */
function powOfMagnitude(body: FunctionBuilder): void {
  const v = (): Local => body.local("v128");
  body.scope(() => {
    const [x, y, exponent, mantissa, t, square] = [v(), v(), v(), v(), v(), v()];
    const one = constant64(body, 1);
    const biasBits = BigInt(EXPONENT_BIAS) << 52n;
    body.set(y).set(x);
    // A biased exponent, since engines shift signed 64-bit lanes slowly. Here even subnormal float32 are normal.
    body.op(ops["i64x2.add"], x, constant64(body, BigInt.asIntN(64, biasBits - SQRT_HALF_BITS)));
    body.get(52).op(ops["i64x2.shr_u"]).set(exponent);
    body.op(ops["i64x2.add"], x, constant64(body, biasBits)).get(exponent, 52).op(ops["i64x2.shl"]);
    body.op(ops["i64x2.sub"]).set(mantissa);
    body
      .op(ops["f64x2.sub"], mantissa, one)
      .op("f64x2.add", mantissa, one)
      .op(ops["f64x2.div"])
      .set(t);
    body.op(ops["f64x2.mul"], t, t).set(square);
    polynomial64(body, square, LOG2).op(ops["f64x2.mul"], t);
    body.op("v128.or", exponent, constant64(body, TWO_52));
    body.op(ops["f64x2.sub"], constant64(body, TWO_52 + EXPONENT_BIAS)).op("f64x2.add");
    // log2 of Inf and NaN is x, of 0 it is −Inf.
    body.get(x).op(ops["f64x2.lt"], x, constant64(body, Infinity)).op("v128.bitselect").set(t);
    body.get(constant64(body, -Infinity), t);
    body.op(ops["f64x2.eq"], x, constant64(body, 0)).op("v128.bitselect");

    body.op(ops["f64x2.mul"], y);
    body
      .op(ops["f64x2.pmin"], constant64(body, 200))
      .op(ops["f64x2.pmax"], constant64(body, -200))
      .tee(t);
    const [rounded, fraction] = [exponent, mantissa];
    const round = constant64(body, ROUND);
    body.op("f64x2.add", round).set(rounded);
    body.get(t).op(ops["f64x2.sub"], rounded, round).op(ops["f64x2.sub"]).set(fraction);
    polynomial64(body, fraction, EXP2);
    body.get(rounded, 52).op(ops["i64x2.shl"]).op(ops["i64x2.add"], one).op(ops["f64x2.mul"]);
  });
}
