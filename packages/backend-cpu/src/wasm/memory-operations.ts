// [code, log2 of the natural alignment]; codes as in scalar-operations.ts.

/** Loads and stores with a constant byte offset. */
export const memoryOperations = {
  "i32.load": [0x28, 2],
  "f32.load": [0x2a, 2],
  "i32.store": [0x36, 2],
  "f32.store": [0x38, 2],
  "v128.load": [0xfd000, 4],
  "v128.load32_splat": [0xfd009, 2],
  "v128.load32_zero": [0xfd05c, 2],
  "v128.load64_zero": [0xfd05d, 3],
  "v128.store": [0xfd00b, 4],
} as const;

/** Loads into and stores from one lane. */
export const memoryLaneOperations = {
  "v128.load32_lane": [0xfd056, 2],
  "v128.load64_lane": [0xfd057, 3],
  "v128.store32_lane": [0xfd05a, 2],
} as const;
