/** Blocks start at a cache line. */
export const blockAlignment = 64;

/**
 * Smallest block size that holds `byteLength`: eight sizes to a doubling, so at most an eighth is
 * lost, and freed blocks of similar tensors serve each other.
 */
export function sizeClass(byteLength: number): number {
  if (byteLength <= 8 * blockAlignment)
    return Math.max(1, Math.ceil(byteLength / blockAlignment)) * blockAlignment;
  const step = 2 ** (31 - Math.clz32(Math.ceil(byteLength / blockAlignment) - 1) - 3);
  const unit = Math.max(step, 1) * blockAlignment;
  return Math.ceil(byteLength / unit) * unit;
}
