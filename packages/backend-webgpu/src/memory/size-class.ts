/** Sizes of device buffers are multiples of this. */
const blockAlignment = 256;

/**
 * Smallest block size that holds `byteLength`: eight sizes to a doubling, so at most an eighth is
 * lost, and freed buffers of similar tensors serve each other.
 */
export function sizeClass(byteLength: number): number {
  const blocks = Math.max(1, Math.ceil(byteLength / blockAlignment));
  if (blocks <= 8) return blocks * blockAlignment;
  const step = 2 ** (31 - Math.clz32(blocks - 1) - 3) * blockAlignment;
  return Math.ceil(byteLength / step) * step;
}
