/** Below this many words a loop is faster than a call into the engine. */
const loopLimit = 24;

/** Moves words within memory; the two places may not overlap. */
export function copyWords(words: Int32Array, from: number, to: number, count: number): void {
  if (count <= loopLimit) for (let i = 0; i < count; i++) words[to + i] = words[from + i]!;
  else words.copyWithin(to, from, from + count);
}
