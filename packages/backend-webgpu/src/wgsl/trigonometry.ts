import { literal, polynomial, type WgslFunction } from "./wgsl-function.ts";

export type TrigonometryName = "reduceAngle" | "sin" | "cos" | "atan";

// sin(r) = r + r³·P(r²), cos(r) = 1 − r²/2 + r⁴·Q(r²), |r| ≤ π/4; as in backend-cpu.
const sin = [-0.16666654599906755, 0.008332160142524412, -0.00019515197730295798];
const cos = [0.04166664566630212, -0.0013887315425242075, 2.443306042704028e-5];
// atan(t) = t + t³·P(t²), t ≤ 1; relative error 2⁻²⁵·⁶.
const atan = [
  -0.3333315273524723, 0.19993772816978478, -0.1421105516799612, 0.10666004106633047,
  -0.07552213159144561, 0.04321184760640627, -0.016367919932378273, 0.0029206902259546275,
];

const sinAndCos = `let square = r * r;
  let sine = r + r * square * ${polynomial("square", sin)};
  let cosine = 1.0f - 0.5f * square + square * square * ${polynomial("square", cos)};`;

export const trigonometryFunctions: { readonly [Name in TrigonometryName]: WgslFunction } = {
  /**
   * (r, bits of the quadrant) with x = quadrant·π/2 + r: mantissa times the 96 bits of 2/π that
   * matter modulo 4, in integers (Payne & Hanek 1983), so no compiler's arithmetic can spoil it.
   */
  reduceAngle: {
    needs: ["bits", "mulHigh"],
    text: `(x: f32) -> vec2<f32> {
  let whole = bitcast<u32>(x);
  let size = whole & 0x7fffffffu;
  if (size <= 0x3f490fdau) { return vec2<f32>(x, 0.0f); }
  if (size >= 0x7f800000u) { return vec2<f32>(dl_bits(0x7fc00000u), 0.0f); }
  // 2/π in words of 32 bits, after one word of zeros.
  let two_over_pi = array<u32, 8>(0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu);
  let mantissa = (whole & 0x7fffffu) | 0x800000u;
  let shift = (size >> 23u) - 120u;
  let first = shift >> 5u;
  let up = shift & 31u;
  var window: array<u32, 3>;
  for (var i = 0u; i < 3u; i++) {
    let high = two_over_pi[first + i] << up;
    window[i] = select(high | (two_over_pi[min(first + i + 1u, 7u)] >> ((32u - up) & 31u)), high, up == 0u);
  }
  let middle = mantissa * window[1];
  let low = middle + dl_mulHigh(mantissa, window[2]);
  let high = mantissa * window[0] + dl_mulHigh(mantissa, window[1]) + select(0u, 1u, low < middle);
  // Two bits of quadrant, rounded to nearest; what is left is a signed fraction of π/2.
  var quadrant = (high + 0x20000000u) >> 30u;
  var rest_high = (high << 2u) | (low >> 30u);
  var rest_low = low << 2u;
  var is_negative = rest_high >= 0x80000000u;
  if (is_negative) {
    rest_low = ~rest_low + 1u;
    rest_high = ~rest_high + select(0u, 1u, rest_low == 0u);
  }
  var r = (f32(rest_high) * 4294967296.0f + f32(rest_low)) * ${literal((Math.PI / 2) * 2 ** -64)};
  if (whole >= 0x80000000u) {
    is_negative = !is_negative;
    quadrant = 0u - quadrant;
  }
  return vec2<f32>(select(r, -r, is_negative), f32(quadrant & 3u));
}`,
  },
  sin: {
    needs: ["reduceAngle"],
    text: `(x: f32) -> f32 {
  let reduced = dl_reduceAngle(x);
  let r = reduced.x;
  let quadrant = u32(reduced.y);
  ${sinAndCos}
  let result = select(sine, cosine, (quadrant & 1u) == 1u);
  // x itself where it is its own sine: -0, subnormal numbers.
  return select(select(result, -result, (quadrant & 2u) == 2u), x, (bitcast<u32>(x) & 0x7fffffffu) < 0x800000u);
}`,
  },
  cos: {
    needs: ["reduceAngle"],
    text: `(x: f32) -> f32 {
  let reduced = dl_reduceAngle(x);
  let r = reduced.x;
  let quadrant = u32(reduced.y) + 1u;
  ${sinAndCos}
  let result = select(sine, cosine, (quadrant & 1u) == 1u);
  return select(result, -result, (quadrant & 2u) == 2u);
}`,
  },
  // Above 1 as π/2 − atan(1/x).
  atan: {
    needs: ["bits", "isNaN"],
    text: `(x: f32) -> f32 {
  if (dl_isNaN(x)) { return x; }
  let size = abs(x);
  let is_large = size > 1.0f;
  let t = select(size, 1.0f / max(size, 1.0f), is_large);
  let square = t * t;
  let small = t + t * square * ${polynomial("square", atan)};
  let result = select(small, ${literal(Math.PI / 2)} - small, is_large);
  return dl_bits((bitcast<u32>(result) & 0x7fffffffu) | (bitcast<u32>(x) & 0x80000000u));
}`,
  },
};
