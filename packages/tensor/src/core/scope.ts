/** What was made since a scope was opened, for `tidy`: tensors, which this file need not know. */
interface Scope {
  /** Counts up from 1; a scope's number is above those of the scopes around it. */
  readonly id: number;
  readonly made: object[];
}

const scopes: Scope[] = [];
let lastId = 0;

/** Told of every tensor made. */
export function noteInScope(tensor: object): void {
  if (scopes.length > 0) scopes[scopes.length - 1]!.made.push(tensor);
}

export function openScope(): void {
  scopes.push({ id: ++lastId, made: [] });
}

/** What was made in the scope opened last. */
export function closeScope(): object[] {
  return scopes.pop()!.made;
}

/**
 * The number of the scope that will free a tensor; 0 if none will.
 *
 * @example
 * scopeOf(zeros([2])); // => 0
 */
export function scopeOf(tensor: object): number {
  return scopes.findLast(({ made }) => made.lastIndexOf(tensor) >= 0)?.id ?? 0;
}

/**
 * Has a tensor made inside {@link tidy} outlive it, and gives it back: for what is stored elsewhere
 * than in a result, such as in a field.
 *
 * `owner` is the number of the scope that then frees it, or the innermost open one around that;
 * 0 stands for none.
 *
 * @example
 * const kept = [];
 * tidy(() => void kept.push(keepBeyondScope(tensor([1, 2]))));
 * await kept[0].toArray(); // => [1, 2]
 */
export function keepBeyondScope<T extends object>(tensor: T, owner = 0): T {
  // From the end: what is kept has mostly just been made.
  for (let i = scopes.length - 1; i >= 0 && scopes[i]!.id > owner; i--) {
    const { made } = scopes[i]!;
    const at = made.lastIndexOf(tensor);
    if (at < 0) continue;
    made.splice(at, 1);
    scopes.findLast(({ id }) => id <= owner)?.made.push(tensor);
    break;
  }
  return tensor;
}
