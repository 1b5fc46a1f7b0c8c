// Codes as in scalar-operations.ts.

/** 128-bit SIMD instructions without immediates. */
export const simdOperations = {
  // lanes from a scalar
  "i32x4.splat": 0xfd011,
  // comparison: all ones where true
  "i32x4.eq": 0xfd037,
  "i32x4.ne": 0xfd038,
  "i32x4.lt_s": 0xfd039,
  "i32x4.lt_u": 0xfd03a,
  "i32x4.gt_s": 0xfd03b,
  "i32x4.gt_u": 0xfd03c,
  "i32x4.le_s": 0xfd03d,
  "i32x4.le_u": 0xfd03e,
  "i32x4.ge_u": 0xfd040,
  "f32x4.eq": 0xfd041,
  "f32x4.ne": 0xfd042,
  "f32x4.lt": 0xfd043,
  "f32x4.gt": 0xfd044,
  "f32x4.le": 0xfd045,
  // bits
  "v128.and": 0xfd04e,
  "v128.andnot": 0xfd04f,
  "v128.or": 0xfd050,
  "v128.xor": 0xfd051,
  "v128.bitselect": 0xfd052,
  "v128.any_true": 0xfd053,
  // integer arithmetic
  "i32x4.abs": 0xfd0a0,
  "i32x4.neg": 0xfd0a1,
  "i32x4.shl": 0xfd0ab,
  "i32x4.shr_s": 0xfd0ac,
  "i32x4.shr_u": 0xfd0ad,
  "i32x4.add": 0xfd0ae,
  "i32x4.sub": 0xfd0b1,
  "i32x4.mul": 0xfd0b5,
  "i32x4.min_s": 0xfd0b6,
  "i32x4.min_u": 0xfd0b7,
  "i32x4.max_s": 0xfd0b8,
  "i32x4.max_u": 0xfd0b9,
  "i64x2.extmul_low_i32x4_u": 0xfd0de,
  "i64x2.extmul_high_i32x4_u": 0xfd0df,
  // float arithmetic
  "f32x4.floor": 0xfd068,
  "f32x4.nearest": 0xfd06a,
  "f32x4.abs": 0xfd0e0,
  "f32x4.neg": 0xfd0e1,
  "f32x4.sqrt": 0xfd0e3,
  "f32x4.add": 0xfd0e4,
  "f32x4.sub": 0xfd0e5,
  "f32x4.mul": 0xfd0e6,
  "f32x4.div": 0xfd0e7,
  "f32x4.min": 0xfd0e8,
  "f32x4.max": 0xfd0e9,
  "f32x4.pmin": 0xfd0ea,
  "f32x4.pmax": 0xfd0eb,
  "f64x2.add": 0xfd0f0,
  // conversion
  "f32x4.demote_f64x2_zero": 0xfd05e,
  "f64x2.promote_low_f32x4": 0xfd05f,
  "i32x4.trunc_sat_f32x4_s": 0xfd0f8,
  "i32x4.trunc_sat_f32x4_u": 0xfd0f9,
  "f32x4.convert_i32x4_s": 0xfd0fa,
  "f32x4.convert_i32x4_u": 0xfd0fb,
} as const;

/** Relaxed SIMD: results may differ between machines, so only after `hasRelaxedSimd()` and when the caller allows it. */
export const relaxedSimdOperations = {
  "f32x4.relaxed_madd": 0xfd105,
} as const;

/** Instructions with a lane number as immediate. */
export const laneOperations = {
  "i32x4.extract_lane": 0xfd01b,
  "i32x4.replace_lane": 0xfd01c,
  "f32x4.extract_lane": 0xfd01f,
  "f32x4.replace_lane": 0xfd020,
} as const;
