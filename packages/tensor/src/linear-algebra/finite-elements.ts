/**
 * Whether no element is NaN or an infinity: zero times each is added up, in four sums that need not
 * wait for each other.
 */
export function areFinite(
  elements: Float64Array,
  start = 0,
  end: number = elements.length,
): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = start;
  for (; i + 3 < end; i += 4) {
    a += 0 * elements[i]!;
    b += 0 * elements[i + 1]!;
    c += 0 * elements[i + 2]!;
    d += 0 * elements[i + 3]!;
  }
  for (; i < end; i++) a += 0 * elements[i]!;
  return a + b + c + d === 0;
}

/** Calls `each` with the number of every matrix of stacks that is finite; the result of others is NaN. */
export function forFinite(
  stacks: readonly Float64Array[],
  result: Float64Array,
  count: number,
  each: (matrix: number) => void,
): void {
  const isFinite = stacks.every((stack) => areFinite(stack));
  for (let m = 0; m < count; m++) {
    const part = ({ length }: Float64Array): [number, number] => [
      (m * length) / count,
      ((m + 1) * length) / count,
    ];
    if (isFinite || stacks.every((stack) => areFinite(stack, ...part(stack)))) each(m);
    else result.fill(NaN, ...part(result));
  }
}
