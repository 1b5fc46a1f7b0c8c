import { normalTableFormat, philoxKeyIncrements, philoxMultipliers } from "@dl/backend";
import type { WgslFunction } from "./wgsl-function.ts";

export type RandomName = "mulHigh" | "philox" | "randomBits" | "normalFromBits";

const { segmentBits, fractionBits, fixedPointBits } = normalTableFormat;

export const randomFunctions: { readonly [Name in RandomName]: WgslFunction } = {
  // High 32 bits of the product, by halves: WGSL has no 64-bit integers.
  mulHigh: {
    text: `(a: u32, b: u32) -> u32 {
  let a_low = a & 0xffffu;
  let a_high = a >> 16u;
  let b_low = b & 0xffffu;
  let b_high = b >> 16u;
  let cross = a_high * b_low + ((a_low * b_low) >> 16u);
  let middle = a_low * b_high + (cross & 0xffffu);
  return a_high * b_high + (cross >> 16u) + (middle >> 16u);
}`,
  },
  philox: {
    needs: ["mulHigh"],
    text: `(block: u32, seed_low: u32, seed_high: u32, stream: u32, draw: u32) -> vec4<u32> {
  var counter = vec4<u32>(block, 0u, draw, seed_high);
  var key = vec2<u32>(seed_low, stream);
  for (var i = 0u; i < 10u; i++) {
    counter = vec4<u32>(
      dl_mulHigh(${philoxMultipliers[1]}u, counter.z) ^ counter.y ^ key.x,
      ${philoxMultipliers[1]}u * counter.z,
      dl_mulHigh(${philoxMultipliers[0]}u, counter.x) ^ counter.w ^ key.y,
      ${philoxMultipliers[0]}u * counter.x);
    key += vec2<u32>(${philoxKeyIncrements[0]}u, ${philoxKeyIncrements[1]}u);
  }
  return counter;
}`,
  },
  randomBits: {
    needs: ["philox"],
    text: `(index: u32, seed_low: u32, seed_high: u32, stream: u32, draw: u32) -> u32 {
  return dl_philox(index >> 2u, seed_low, seed_high, stream, draw)[index & 3u];
}`,
  },
  // See normal-table.ts of @dl/backend.
  normalFromBits: {
    readsNormalTable: true,
    needs: ["bits"],
    text: `(word: u32) -> f32 {
  let u = max(word & 0x7fffffffu, 1u);
  let zeros = countLeadingZeros(u);
  let mantissa = (u << zeros) & 0x7fffffffu;
  let node = ((31u - zeros) << ${segmentBits}u) + (mantissa >> ${31 - segmentBits}u);
  let fraction = (mantissa >> ${31 - segmentBits - fractionBits}u) & ${2 ** fractionBits - 1}u;
  let low = normal_table[node >> 2u][node & 3u];
  let next = normal_table[(node + 1u) >> 2u][(node + 1u) & 3u];
  let rise = ((next - low) * i32(fraction)) >> ${fractionBits}u;
  let magnitude = f32(low + rise) * ${2 ** -fixedPointBits}f;
  return dl_bits(bitcast<u32>(magnitude) ^ (word & 0x80000000u));
}`,
  },
};
