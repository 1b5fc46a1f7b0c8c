import type {
  FunctionBuilder,
  FunctionHandle,
  FunctionHost,
  Local,
} from "../wasm/function-builder.ts";
import { polynomial, withSignOf } from "./polynomial.ts";
import { constant64, partOperations as ops, pushScalar } from "../wasm/part-operations.ts";

// 1.5·2⁵²: adding it leaves the nearest integer in the low word of the double.
const ROUND = 6755399441055744;
// fdlibm's split of π/2: 33 bits, so that the product with a quadrant below 2²⁰ is exact, and the rest.
const HALF_PI_HIGH = 1.57079632673412561417;
const HALF_PI_LOW = 6.07710050650619224932e-11;
/** From here on the quadrant comes from a fixed-point product (Payne & Hanek 1983). */
const LARGE = 0x10_0000;
// 2/π in words of 32 bits, after one word of zeros.
const TWO_OVER_PI = [
  0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab,
];

// sin(r) = r + r³·P(r²), cos(r) = 1 − r²/2 + r⁴·Q(r²), |r| ≤ π/4; relative errors 2⁻²⁷ and 2⁻³².
const SIN = [-0.16666654599906755, 0.008332160142524412, -0.00019515197730295798];
const COS = [0.04166664566630212, -0.0013887315425242075, 2.443306042704028e-5];

export function emitSin(body: FunctionBuilder, x: Local): void {
  emitSinOrCos(body, x, 0);
  // sin(−0) = −0.
  body.scope(() => {
    const result = body.local("v128");
    body
      .set(result)
      .get(x, result)
      .op("f32x4.eq", x, body.constant("f32x4", 0))
      .op("v128.bitselect");
  });
}

export function emitCos(body: FunctionBuilder, x: Local): void {
  emitSinOrCos(body, x, 1);
}

/** Leaves sin(x + shift·π/2). */
function emitSinOrCos(body: FunctionBuilder, x: Local, shift: 0 | 1): void {
  const v = (): Local => body.local("v128");
  body.scope(() => {
    const [r, quadrant, square, power] = [v(), v(), v(), v()];
    reduceAngle(body, x, r, quadrant);
    if (shift) body.op("i32x4.add", quadrant, body.constant("i32x4", 1)).set(quadrant);
    body.op("f32x4.mul", r, r).tee(square).op("f32x4.mul", square).set(power);

    polynomial(body, square, COS).op("f32x4.mul", power).set(power);
    body.get(square).multiplyAdd(body.constant("f32x4", -0.5), power);
    body.op("f32x4.add", body.constant("f32x4", 1)); // cos(r)
    body.op("f32x4.mul", square, r).set(power);
    polynomial(body, square, SIN).multiplyAdd(power, r); // sin(r)
    // cos(r) in odd quadrants; the other sign in the third and fourth.
    body.get(quadrant, 31).op("i32x4.shl").get(31).op("i32x4.shr_s").op("v128.bitselect");
    body.get(quadrant, 30).op("i32x4.shl").op("v128.and", body.constant("i32x4", 0x80000000));
    body.op("v128.xor");
  });
}

/** x = quadrant·π/2 + r, |r| ≤ π/4, in float64 so that r has float32's full accuracy even next to a zero of the function. */
function reduceAngle(body: FunctionBuilder, x: Local, r: Local, quadrant: Local): void {
  const v = (): Local => body.local("v128");
  body.scope(() => {
    const [wide, n, roundedLow, roundedHigh, low, high] = [v(), v(), v(), v(), v(), v()];
    const round = constant64(body, ROUND);
    const reduceHalf = (rounded: Local, result: Local): void => {
      body
        .tee(wide)
        .op(ops["f64x2.mul"], constant64(body, 2 / Math.PI))
        .op("f64x2.add", round)
        .tee(rounded);
      body.op(ops["f64x2.sub"], round).set(n);
      body.get(wide).op(ops["f64x2.mul"], n, constant64(body, HALF_PI_HIGH)).op(ops["f64x2.sub"]);
      body.op(ops["f64x2.mul"], n, constant64(body, HALF_PI_LOW)).op(ops["f64x2.sub"]);
      body.op("f32x4.demote_f64x2_zero").set(result);
    };
    body.op("f64x2.promote_low_f32x4", x);
    reduceHalf(roundedLow, low);
    body.shuffle32([2, 3, 2, 3], x, x).op("f64x2.promote_low_f32x4");
    reduceHalf(roundedHigh, high);
    body.shuffle32([0, 1, 4, 5], low, high).set(r);
    body.shuffle32([0, 2, 4, 6], roundedLow, roundedHigh).set(quadrant);

    body
      .op("f32x4.abs", x)
      .op(ops["f32x4.ge"], body.constant("f32x4", LARGE))
      .op("v128.any_true")
      .if(() => {
        body.call(reduceLargeAngles(body.host), x, r, quadrant).set(quadrant).set(r);
      });
  });
}

/** (x, r, quadrant) → (r, quadrant), replaced in the lanes where x is large and finite. */
function reduceLargeAngles(host: FunctionHost): FunctionHandle {
  const reduceOne = reduceLargeAngle(host);
  return host.helper("reduceLargeAngles", ["v128", "v128", "v128"], ["v128", "v128"], (body) => {
    const [x, r, quadrant] = body.parameters as [Local, Local, Local];
    const magnitude = body.local("f32");
    const replaced = body.local("i32");
    for (let lane = 0; lane < 4; lane++) {
      body.laneOp("f32x4.extract_lane", lane, x).op(ops["f32.abs"]).tee(magnitude);
      pushScalar(body, "f32", LARGE).op(ops["f32.ge"]);
      pushScalar(body.get(magnitude), "f32", Infinity)
        .op(ops["f32.lt"])
        .op("i32.and")
        .if(() => {
          body.get(r).laneOp("f32x4.extract_lane", lane, x).call(reduceOne).set(replaced);
          body.laneOp("f32x4.replace_lane", lane).set(r);
          body.get(quadrant, replaced).laneOp("i32x4.replace_lane", lane).set(quadrant);
        });
    }
    body.get(r, quadrant);
  });
}

/** (x) → (r, quadrant): mantissa times the 96 bits of 2/π that matter modulo 4, in integers. */
function reduceLargeAngle(host: FunctionHost): FunctionHandle {
  const wordAt = host.helper("twoOverPiWord", ["i32"], ["i64"], (body) => {
    const [position] = body.parameters as [Local];
    const word = body.local("i64");
    TWO_OVER_PI.forEach((value, i) => {
      pushScalar(body, "i64", value).get(word).op("i32.eq", position, i).select().set(word);
    });
    body.get(word);
  });
  return host.helper("reduceLargeAngle", ["f32"], ["f32", "i32"], (body) => {
    const [x] = body.parameters as [Local];
    const [bits, first, shift, quadrant] = [
      body.local("i32"),
      body.local("i32"),
      body.local("i32"),
      body.local("i32"),
    ];
    const [mantissa, product, shift64] = [body.local("i64"), body.local("i64"), body.local("i64")];
    const result = body.local("f32");
    body.op(ops["i32.reinterpret_f32"], x).set(bits);
    body
      .op("i32.and", bits, 0x7fffff)
      .op("i32.or", 0x800000)
      .op(ops["i64.extend_i32_u"])
      .set(mantissa);
    // |x| = mantissa·2ᵉ with e = exponent − 150; bits of 2/π above weight 2^(1−e) only give multiples of 4.
    body
      .op("i32.shr_u", bits, 23)
      .op("i32.and", 0xff)
      .op("i32.sub", 150 - 30)
      .tee(shift);
    body.op("i32.shr_u", 5).set(first);
    body.op("i32.and", shift, 31).op(ops["i64.extend_i32_u"]).set(shift64);

    /** Pushes 32 bits of 2/π, `word` words after the first. */
    const window = (word: number): void => {
      pushScalar(body.op("i32.add", first, word).call(wordAt), "i64", 32).op(ops["i64.shl"]);
      body
        .op("i32.add", first, word + 1)
        .call(wordAt)
        .op(ops["i64.or"]);
      pushScalar(body.op(ops["i64.shl"], shift64), "i64", 32).op(ops["i64.shr_u"]);
    };
    window(0);
    pushScalar(body.op(ops["i64.mul"], mantissa), "i64", 32).op(ops["i64.shl"]);
    window(1);
    body.op(ops["i64.mul"], mantissa).op(ops["i64.add"]);
    window(2);
    pushScalar(body.op(ops["i64.mul"], mantissa), "i64", 32)
      .op(ops["i64.shr_u"])
      .op(ops["i64.add"])
      .set(product);
    // Two bits of quadrant, rounded to nearest; what is left is a signed fraction of π/2.
    pushScalar(body.get(product), "i64", 1n << 61n).op(ops["i64.add"]);
    pushScalar(body, "i64", 62).op(ops["i64.shr_u"]);
    body.op(ops["i32.wrap_i64"]).set(quadrant);
    pushScalar(body.get(product), "i64", 2).op(ops["i64.shl"]).op(ops["f64.convert_i64_s"]);
    pushScalar(body, "f64", (Math.PI / 2) * 2 ** -64)
      .op(ops["f64.mul"])
      .op(ops["f32.demote_f64"])
      .set(result);
    body.op("i32.lt_s", bits, 0).if(() => {
      body.get(result).op(ops["f32.neg"]).set(result);
      body.op("i32.sub", 0, quadrant).set(quadrant);
    });
    body.get(result, quadrant);
  });
}

// atan(t) = t + t³·P(t²), t ≤ 1; relative error 2⁻²⁵·⁶.
const ATAN = [
  -0.3333315273524723, 0.19993772816978478, -0.1421105516799612, 0.10666004106633047,
  -0.07552213159144561, 0.04321184760640627, -0.016367919932378273, 0.0029206902259546275,
];

/** atan, above 1 as π/2 − atan(1/x). */
export function emitAtan(body: FunctionBuilder, x: Local): void {
  const v = (): Local => body.local("v128");
  body.scope(() => {
    const [magnitude, isLarge, t, square, cube] = [v(), v(), v(), v(), v()];
    const one = body.constant("f32x4", 1);
    body.op("f32x4.abs", x).tee(magnitude).op("f32x4.gt", one).set(isLarge);
    body.op("f32x4.div", one, magnitude).get(magnitude, isLarge).op("v128.bitselect").set(t);
    body.op("f32x4.mul", t, t).tee(square).op("f32x4.mul", t).set(cube);
    polynomial(body, square, ATAN).multiplyAdd(cube, t).set(t);
    body
      .op("f32x4.sub", body.constant("f32x4", Math.PI / 2), t)
      .get(t, isLarge)
      .op("v128.bitselect");
    withSignOf(body, x);
  });
}
