/** Taps [first, end) of a window along one axis that lie inside the input, the window's tap 0 at `start`. */
function insideTaps(
  kernelSize: number,
  dilation: number,
  start: number,
  size: number,
): [first: number, end: number] {
  const first = start >= 0 ? 0 : Math.ceil(-start / dilation);
  const end = Math.min(kernelSize, Math.floor((size - 1 - start) / dilation) + 1);
  return [first, Math.max(first, end)];
}

/** {@link insideTaps} of every window along one axis, as pairs. */
export function tapRanges(
  windows: number,
  kernelSize: number,
  stride: number,
  dilation: number,
  padding: number,
  size: number,
): Int32Array {
  const ranges = new Int32Array(2 * windows);
  for (let i = 0; i < windows; i++)
    ranges.set(insideTaps(kernelSize, dilation, i * stride - padding, size), 2 * i);
  return ranges;
}
