import type { Tensor } from "./tensor.ts";

/** Tensors made since a scope was opened, for `tidy`. */
const scopes: Tensor[][] = [];

/** Told of every tensor made. */
export function noteInScope(tensor: Tensor): void {
  if (scopes.length > 0) scopes[scopes.length - 1]!.push(tensor);
}

export function openScope(): void {
  scopes.push([]);
}

/** The tensors made in the scope opened last. */
export function closeScope(): Tensor[] {
  return scopes.pop()!;
}
