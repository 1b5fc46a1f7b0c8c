import { logPolynomial } from "./exponential.ts";
import { literal, polynomial, type WgslFunction } from "./wgsl-function.ts";

export type PowerName = "pow";

// 2ᶠ, |f| ≤ ½; relative error 2⁻³⁴·⁵.
const exp2 = [
  0.9999999999616217, 0.6931471807287192, 0.24022651198752024, 0.05550410352821355,
  0.009618027173114265, 0.0013333922867167958, 0.00015469317200116797, 1.5201897852396903e-5,
];
const log2eHigh = 1.4423828125; // 12 bits
const log2eLow = Math.LOG2E - log2eHigh;

/** The upper 12 bits of a mantissa, by masking: products of two such parts are exact. */
const high = (x: string): string => `dl_bits(bitcast<u32>(${x}) & 0xfffff000u)`;

export const powerFunctions: { readonly [Name in PowerName]: WgslFunction } = {
  /**
   * |x|^y = 2^(y·log2|x|), with the special cases of C99. An error of log2|x| is multiplied by up to
   * 150, so the logarithm and the product are carried in two floats each.
   */
  pow: {
    needs: ["bits", "isNaN"],
    text: `(x: f32, y: f32) -> f32 {
  let size = bitcast<u32>(x) & 0x7fffffffu;
  let y_size = bitcast<u32>(y) & 0x7fffffffu;
  if (bitcast<u32>(x) == 0x3f800000u || y_size == 0u) { return 1.0f; }
  if (size > 0x7f800000u) { return x; }
  if (y_size > 0x7f800000u) { return y; }
  if (size == 0x3f800000u && y_size == 0x7f800000u) { return 1.0f; }
  let is_whole = y_size >= 0x4b000000u || (y_size >= 0x3f800000u && trunc(y) == y);
  let is_odd = is_whole && y_size < 0x4b800000u && (i32(clamp(y, -16777216.0f, 16777216.0f)) & 1) == 1;
  let is_negative = bitcast<u32>(x) >= 0x80000000u;
  if (is_negative && !is_whole && size != 0u && size != 0x7f800000u) { return dl_bits(0x7fc00000u); }
  let sign = select(0u, 0x80000000u, is_negative && is_odd);
  if (size == 0u || size == 0x7f800000u) {
    return dl_bits(sign | select(0u, 0x7f800000u, (size == 0u) == (bitcast<u32>(y) >= 0x80000000u)));
  }
  let is_subnormal = size < 0x800000u;
  let scaled = select(size, bitcast<u32>(f32(size)), is_subnormal);
  let shifted = (scaled - 0x3f2aaaabu) & 0xff800000u;
  let f = dl_bits(scaled - shifted) - 1.0f;
  let exponent = f32(bitcast<i32>(shifted) >> 23u) + select(0.0f, -149.0f, is_subnormal);
  // log(1 + f) = log_high + log_low
  let f_high = ${high("f")};
  let f_low = f - f_high;
  let square_high = f_high * f_high;
  let square_low = f_low * (f + f_high);
  let log_high = f - 0.5f * square_high;
  let log_low = ((f - log_high) - 0.5f * square_high) - 0.5f * square_low
    + ${polynomial("f", logPolynomial)} * f * f * f;
  // log2|x| = sum + rest
  let head = ${high("log_high")};
  let tail = log_high - head;
  let product = head * ${literal(log2eHigh)};
  let sum = exponent + product;
  let rest = (product - (sum - exponent)) + (head * ${literal(log2eLow)} + (tail + log_low) * ${literal(Math.LOG2E)});
  let estimate = y * sum;
  if (estimate > 200.0f) { return dl_bits(sign | 0x7f800000u); }
  if (estimate < -200.0f) { return dl_bits(sign); }
  let y_high = ${high("y")};
  let sum_high = ${high("sum")};
  let major = y_high * sum_high;
  let low = y_high * (sum - sum_high) + (y - y_high) * sum + y * rest;
  let n = round(major + low);
  let fraction = (major - n) + low;
  let power = ${polynomial("fraction", exp2)};
  let whole = i32(n);
  let half = whole >> 1u;
  let result = power * dl_bits(u32(half + 127) << 23u) * dl_bits(u32(whole - half + 127) << 23u);
  return dl_bits(bitcast<u32>(result) | sign);
}`,
  },
};
