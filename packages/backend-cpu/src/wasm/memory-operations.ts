// [code, signature, log2 of the natural alignment]; codes and signatures as in scalar-operations.ts.

/** Loads and stores with a constant byte offset. */
export const memoryOperations = {
  "i32.load": [0x28, "i>i", 2],
  "i64.load": [0x29, "i>l", 3],
  "f32.load": [0x2a, "i>f", 2],
  "f64.load": [0x2b, "i>d", 3],
  "i32.load8_s": [0x2c, "i>i", 0],
  "i32.load8_u": [0x2d, "i>i", 0],
  "i32.load16_s": [0x2e, "i>i", 1],
  "i32.load16_u": [0x2f, "i>i", 1],
  "i32.store": [0x36, "ii>", 2],
  "i64.store": [0x37, "il>", 3],
  "f32.store": [0x38, "if>", 2],
  "f64.store": [0x39, "id>", 3],
  "i32.store8": [0x3a, "ii>", 0],
  "i32.store16": [0x3b, "ii>", 1],
  "v128.load": [0xfd000, "i>v", 4],
  "v128.load8x8_s": [0xfd001, "i>v", 3],
  "v128.load8x8_u": [0xfd002, "i>v", 3],
  "v128.load16x4_s": [0xfd003, "i>v", 3],
  "v128.load16x4_u": [0xfd004, "i>v", 3],
  "v128.load32x2_s": [0xfd005, "i>v", 3],
  "v128.load32x2_u": [0xfd006, "i>v", 3],
  "v128.load8_splat": [0xfd007, "i>v", 0],
  "v128.load16_splat": [0xfd008, "i>v", 1],
  "v128.load32_splat": [0xfd009, "i>v", 2],
  "v128.load64_splat": [0xfd00a, "i>v", 3],
  "v128.load32_zero": [0xfd05c, "i>v", 2],
  "v128.load64_zero": [0xfd05d, "i>v", 3],
  "v128.store": [0xfd00b, "iv>", 4],
} as const;

/** Loads into and stores from one lane. */
export const memoryLaneOperations = {
  "v128.load8_lane": [0xfd054, "iv>v", 0],
  "v128.load16_lane": [0xfd055, "iv>v", 1],
  "v128.load32_lane": [0xfd056, "iv>v", 2],
  "v128.load64_lane": [0xfd057, "iv>v", 3],
  "v128.store8_lane": [0xfd058, "iv>", 0],
  "v128.store16_lane": [0xfd059, "iv>", 1],
  "v128.store32_lane": [0xfd05a, "iv>", 2],
  "v128.store64_lane": [0xfd05b, "iv>", 3],
} as const;
