/** Middle value; the mean of the two middle ones where there are two. @throws {RangeError} for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("median: there are no values.");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
