/** Part `part` of `parts` about equal ones of 0 to `total`, cut at multiples of `step`. */
export function splitRange(
  total: number,
  parts: number,
  part: number,
  step = 1,
): readonly [begin: number, end: number] {
  const steps = Math.ceil(total / step);
  const cut = (i: number): number => Math.min(total, Math.floor((steps * i) / parts) * step);
  return [cut(part), part === parts - 1 ? total : cut(part + 1)];
}
