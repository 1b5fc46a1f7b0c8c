/** What was made since a scope was opened, for `tidy`: tensors, which this file need not know. */
const scopes: object[][] = [];

/** Told of every tensor made. */
export function noteInScope(tensor: object): void {
  if (scopes.length > 0) scopes[scopes.length - 1]!.push(tensor);
}

export function openScope(): void {
  scopes.push([]);
}

/** What was made in the scope opened last. */
export function closeScope(): object[] {
  return scopes.pop()!;
}
