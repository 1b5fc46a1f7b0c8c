/**
 * Window positions [first, end) along one axis for which a tap falls inside the input: those o with
 * 0 <= o * stride + start < size, where `start` is the tap's place for o = 0 and may be negative.
 */
export function insidePositions(
  count: number,
  stride: number,
  start: number,
  size: number,
): [first: number, end: number] {
  const first = Math.max(0, Math.ceil(-start / stride));
  const end = Math.min(count, Math.floor((size - 1 - start) / stride) + 1);
  return [first, end];
}
