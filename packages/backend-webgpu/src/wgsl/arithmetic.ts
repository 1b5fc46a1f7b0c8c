import { literal, type WgslFunction } from "./wgsl-function.ts";

export type ArithmeticName =
  | "bits"
  | "isNaN"
  | "order"
  | "orderOfNumbers"
  | "floor"
  | "div"
  | "less"
  | "lessEqual"
  | "equal"
  | "maximum"
  | "minimum"
  | "remainder"
  | "modulo"
  | "moduloInteger"
  | "sqrt"
  | "toInteger"
  | "toUnsigned"
  | "fromInteger"
  | "fromUnsigned";

export const arithmeticFunctions: { readonly [Name in ArithmeticName]: WgslFunction } = {
  // A call is no constant expression, so NaN and infinities may be made this way.
  bits: { text: `(x: u32) -> f32 { return bitcast<f32>(x); }` },
  isNaN: {
    text: `(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`,
  },
  // Integers in the order of the numbers: no device's treatment of NaN and subnormal numbers shows.
  order: {
    text: `(x: f32) -> i32 {
  let whole = bitcast<i32>(x);
  return whole ^ ((whole >> 31u) & 0x7fffffff);
}`,
  },
  // The same, with -0 beside 0.
  orderOfNumbers: {
    text: `(x: f32) -> i32 {
  let whole = bitcast<i32>(x);
  return select(whole, -(whole & 0x7fffffff), whole < 0);
}`,
  },
  less: {
    needs: ["isNaN", "orderOfNumbers"],
    text: `(a: f32, b: f32) -> bool { return dl_orderOfNumbers(a) < dl_orderOfNumbers(b) && !dl_isNaN(a) && !dl_isNaN(b); }`,
  },
  lessEqual: {
    needs: ["isNaN", "orderOfNumbers"],
    text: `(a: f32, b: f32) -> bool { return dl_orderOfNumbers(a) <= dl_orderOfNumbers(b) && !dl_isNaN(a) && !dl_isNaN(b); }`,
  },
  equal: {
    needs: ["isNaN", "orderOfNumbers"],
    text: `(a: f32, b: f32) -> bool { return dl_orderOfNumbers(a) == dl_orderOfNumbers(b) && !dl_isNaN(a); }`,
  },
  maximum: {
    needs: ["isNaN", "order"],
    text: `(a: f32, b: f32) -> f32 { return select(b, a, dl_isNaN(a) || (!dl_isNaN(b) && dl_order(a) > dl_order(b))); }`,
  },
  minimum: {
    needs: ["isNaN", "order"],
    text: `(a: f32, b: f32) -> f32 { return select(b, a, dl_isNaN(a) || (!dl_isNaN(b) && dl_order(a) < dl_order(b))); }`,
  },
  // A negative subnormal number may be taken for 0.
  floor: {
    text: `(x: f32) -> f32 {
  let whole = bitcast<u32>(x);
  return select(floor(x), -1.0f, whole > 0x80000000u && whole < 0x80800000u);
}`,
  },
  // A subnormal operand, which a device may take for 0, is its bits times 2⁻¹⁴⁹: divided as that
  // integer, and the power of two put back half before and half after.
  div: {
    needs: ["bits"],
    text: `(a: f32, b: f32) -> f32 {
  let a_size = bitcast<u32>(a) & 0x7fffffffu;
  let b_size = bitcast<u32>(b) & 0x7fffffffu;
  let a_small = a_size - 1u < 0x7fffffu;
  let b_small = b_size - 1u < 0x7fffffu;
  if (!a_small && !b_small) { return a / b; }
  let top = select(dl_bits(a_size), f32(a_size), a_small);
  let bottom = select(dl_bits(b_size), f32(b_size), b_small);
  let before = select(select(1.0f, ${literal(2 ** -75)}, a_small), select(${literal(2 ** 75)}, 1.0f, a_small), b_small);
  let after = select(select(1.0f, ${literal(2 ** -74)}, a_small), select(${literal(2 ** 74)}, 1.0f, a_small), b_small);
  let sign = (bitcast<u32>(a) ^ bitcast<u32>(b)) & 0x80000000u;
  return dl_bits(bitcast<u32>(top * before / bottom * after) | sign);
}`,
  },
  // Exact remainder of finite a >= 0 by b > 0, on mantissas: eight bits of the quotient a turn.
  remainder: {
    needs: ["bits"],
    text: `(a: f32, b: f32) -> f32 {
  let a_bits = bitcast<u32>(a);
  let b_bits = bitcast<u32>(b);
  if (a_bits < b_bits) { return a; }
  let a_exponent = max(a_bits >> 23u, 1u);
  let b_exponent = max(b_bits >> 23u, 1u);
  let divisor = select(b_bits & 0x7fffffu, (b_bits & 0x7fffffu) | 0x800000u, b_bits >= 0x800000u);
  var rest = select(a_bits & 0x7fffffu, (a_bits & 0x7fffffu) | 0x800000u, a_bits >= 0x800000u) % divisor;
  var shift = a_exponent - b_exponent;
  while (shift > 0u) {
    let step = min(shift, 8u);
    rest = (rest << step) % divisor;
    shift -= step;
  }
  if (rest == 0u) { return 0.0f; }
  let lead = countLeadingZeros(rest) - 8u;
  if (b_exponent > lead) {
    return dl_bits(((b_exponent - lead) << 23u) | ((rest << lead) & 0x7fffffu));
  }
  return dl_bits(rest << (b_exponent - 1u));
}`,
  },
  // Python's remainder: the divisor's sign.
  modulo: {
    needs: ["bits", "isNaN", "remainder"],
    text: `(a: f32, b: f32) -> f32 {
  let a_size = bitcast<u32>(a) & 0x7fffffffu;
  let b_size = bitcast<u32>(b) & 0x7fffffffu;
  if (a_size >= 0x7f800000u || b_size == 0u || b_size > 0x7f800000u) { return dl_bits(0x7fc00000u); }
  let rest = bitcast<u32>(dl_remainder(dl_bits(a_size), dl_bits(b_size)));
  let sign = bitcast<u32>(a) & 0x80000000u;
  let signed_rest = dl_bits(rest | sign);
  if (rest != 0u && sign != (bitcast<u32>(b) & 0x80000000u)) { return signed_rest + b; }
  return signed_rest;
}`,
  },
  moduloInteger: {
    text: `(a: i32, b: i32) -> i32 {
  if (b == 0 || b == -1) { return 0; }
  let rest = a % b;
  return select(rest, rest + b, rest != 0 && (rest < 0) != (b < 0));
}`,
  },
  // Vulkan lets sqrt be 1 / inverseSqrt, wrong at the ends; subnormal numbers are scaled by 2¹⁵⁰ first.
  sqrt: {
    needs: ["bits"],
    text: `(x: f32) -> f32 {
  let whole = bitcast<u32>(x);
  if ((whole << 1u) == 0u || whole >= 0x7f800000u) { return select(x, dl_bits(0x7fc00000u), whole > 0x80000000u); }
  let is_subnormal = whole < 0x800000u;
  let root = sqrt(select(x, f32(whole << 1u), is_subnormal));
  return select(root, root * ${2 ** -75}f, is_subnormal);
}`,
  },
  toInteger: {
    needs: ["isNaN"],
    text: `(x: f32) -> i32 {
  let inside = i32(clamp(x, -2147483648.0f, 2147483520.0f));
  return select(select(inside, 2147483647i, x >= 2147483648.0f), 0i, dl_isNaN(x));
}`,
  },
  toUnsigned: {
    needs: ["isNaN"],
    text: `(x: f32) -> u32 {
  let inside = u32(clamp(x, 0.0f, 4294967040.0f));
  return select(select(inside, 4294967295u, x >= 4294967296.0f), 0u, dl_isNaN(x));
}`,
  },
  // Conversions by halves round once, to nearest; those of the language may go to either neighbour.
  fromInteger: { text: `(x: i32) -> f32 { return f32(x >> 16u) * 65536.0f + f32(x & 0xffffi); }` },
  fromUnsigned: { text: `(x: u32) -> f32 { return f32(x >> 16u) * 65536.0f + f32(x & 0xffffu); }` },
};
