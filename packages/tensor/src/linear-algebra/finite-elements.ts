/**
 * Whether no element is NaN or an infinity, which give NaN less themselves. In four sums that need not
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
    const p = elements[i]!;
    const q = elements[i + 1]!;
    const r = elements[i + 2]!;
    const s = elements[i + 3]!;
    a += p - p;
    b += q - q;
    c += r - r;
    d += s - s;
  }
  for (; i < end; i++) {
    const p = elements[i]!;
    a += p - p;
  }
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
