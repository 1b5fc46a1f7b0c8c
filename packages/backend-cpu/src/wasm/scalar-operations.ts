// The instructions that kernels use; others stand in the core specification's index of instructions.
// A code is prefix byte << 12 | number.

/** Scalar instructions without immediates. */
export const scalarOperations = {
  // comparison
  "i32.eqz": 0x45,
  "i32.eq": 0x46,
  "i32.ne": 0x47,
  "i32.lt_s": 0x48,
  "i32.lt_u": 0x49,
  "i32.gt_s": 0x4a,
  "i32.gt_u": 0x4b,
  "i32.ge_s": 0x4e,
  "i32.ge_u": 0x4f,
  "f32.lt": 0x5d,
  "f32.ge": 0x60,
  // integer arithmetic
  "i32.clz": 0x67,
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.div_u": 0x6e,
  "i32.rem_s": 0x6f,
  "i32.rem_u": 0x70,
  "i32.and": 0x71,
  "i32.or": 0x72,
  "i32.xor": 0x73,
  "i32.shl": 0x74,
  "i32.shr_s": 0x75,
  "i32.shr_u": 0x76,
  "i64.add": 0x7c,
  "i64.mul": 0x7e,
  "i64.or": 0x84,
  "i64.shl": 0x86,
  "i64.shr_u": 0x88,
  // float arithmetic
  "f32.abs": 0x8b,
  "f32.neg": 0x8c,
  "f32.add": 0x92,
  "f64.mul": 0xa2,
  // conversion
  "i32.wrap_i64": 0xa7,
  "i64.extend_i32_u": 0xad,
  "f32.demote_f64": 0xb6,
  "f64.convert_i64_s": 0xb9,
  "i32.reinterpret_f32": 0xbc,
} as const;
