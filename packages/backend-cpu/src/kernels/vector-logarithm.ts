import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import { polynomial, withSignOf } from "./polynomial.ts";

const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.12194440054690582768e-4;
const ONE_BITS = 0x3f800000;
const TWO_THIRDS_BITS = 0x3f2aaaab;
const EXPONENT_MASK = 0xff800000;

// log(1 + f) = f − f²/2 + f³·P(f), |f| ≤ 1/3; relative error 2⁻²⁷·⁴.
const LOG = [
  0.33333215978709807, -0.2499979767846479, 0.20010406142515533, -0.16680486850442172,
  0.1400586546829892, -0.12184269963002503, 0.13984453305060784, -0.128916403836602,
];

/** Leaves log(1 + f) + exponent·ln 2. */
function logOf(body: FunctionBuilder, f: Local, exponent: Local): void {
  const square = body.local("v128");
  const tail = body.local("v128");
  body.op("f32x4.mul", f, f).set(square);
  polynomial(body, f, LOG).op("f32x4.mul", f).op("f32x4.mul", square).set(tail);
  body.get(exponent).multiplyAdd(body.constant("f32x4", LN2_LOW), tail).set(tail);
  body.get(square).multiplyAdd(body.constant("f32x4", -0.5), tail).op("f32x4.add", f).set(tail);
  body.get(exponent).multiplyAdd(body.constant("f32x4", LN2_HIGH), tail);
}

/** Puts what log gives at its ends over the result on the stack: −Inf at `pole`, NaN below it, x for Inf and NaN. */
function withEnds(body: FunctionBuilder, x: Local, pole: Local): void {
  const result = body.local("v128");
  body.get(x).op("f32x4.lt", x, body.constant("f32x4", Infinity)).op("v128.bitselect").set(result);
  body.get(body.constant("f32x4", -Infinity), result).op("f32x4.eq", x, pole).op("v128.bitselect");
  body.op("f32x4.lt", x, pole).op("v128.or");
}

export function emitLog(body: FunctionBuilder, x: Local): void {
  body.scope(() => {
    const [isSubnormal, scaled, shifted, exponent, f] = locals5(body);
    // Subnormal numbers are made normal, and 23 taken from the exponent.
    body.op("f32x4.lt", x, body.constant("f32x4", 2 ** -126)).set(isSubnormal);
    body.op("f32x4.mul", x, body.constant("f32x4", 2 ** 23)).get(x, isSubnormal);
    body.op("v128.bitselect").set(scaled);
    // The mantissa between 2/3 and 4/3, so that log is accurate on both sides of 1.
    body.op("i32x4.sub", scaled, body.constant("i32x4", TWO_THIRDS_BITS));
    body.op("v128.and", body.constant("i32x4", EXPONENT_MASK)).set(shifted);
    body.op("i32x4.sub", scaled, shifted).op("f32x4.sub", body.constant("f32x4", 1)).set(f);
    body.get(shifted, 23).op("i32x4.shr_s").op("f32x4.convert_i32x4_s");
    body.op("v128.and", isSubnormal, body.constant("f32x4", -23)).op("f32x4.add").set(exponent);
    logOf(body, f, exponent);
    withEnds(body, x, body.constant("f32x4", 0));
  });
}

/** log(1 + x): the exponent e is that of 1 + x, and f = x·2⁻ᵉ + (2⁻ᵉ − 1) rounds once. */
export function emitLog1p(body: FunctionBuilder, x: Local): void {
  body.scope(() => {
    const [sum, shifted, exponent, f] = locals5(body);
    const one = body.constant("f32x4", 1);
    body.op("f32x4.add", x, one).set(sum);
    body.op("i32x4.sub", sum, body.constant("i32x4", TWO_THIRDS_BITS));
    body.op("v128.and", body.constant("i32x4", EXPONENT_MASK)).set(shifted);
    body.op("i32x4.sub", x, shifted);
    body.op("i32x4.sub", body.constant("i32x4", ONE_BITS), shifted);
    // From 2¹²⁷ on, 2⁻ᵉ counts as 0.
    body.op("i32x4.max_s", body.constant("i32x4", 0)).op("f32x4.sub", one).op("f32x4.add").set(f);
    body.get(shifted, 23).op("i32x4.shr_s").op("f32x4.convert_i32x4_s").set(exponent);
    logOf(body, f, exponent);
    withEnds(body, x, body.constant("f32x4", -1));
    withSignOf(body, x); // −0
  });
}

function locals5(body: FunctionBuilder): [Local, Local, Local, Local, Local] {
  const v = (): Local => body.local("v128");
  return [v(), v(), v(), v(), v()];
}
