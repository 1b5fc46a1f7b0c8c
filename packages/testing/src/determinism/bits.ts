import type { Values } from "../conformance/compare.ts";

/** What a NaN's bits may be differs between engines, so all count as this one. */
const oneNaN = 0x7fc00000;

/** A hash (Fowler, Noll & Vo, FNV-1a, by words) of types, shapes and every bit of the elements. */
export function bitsOf(results: readonly Values[]): string {
  let hash = 2166136261;
  const add = (word: number): void => {
    hash = Math.imul(hash ^ word, 16777619);
    hash ^= hash >>> 15; // what a word's high bits change must reach the low ones
  };
  for (const { dtype, shape, data } of results) {
    for (const character of dtype) add(character.charCodeAt(0));
    for (const size of shape) add(size);
    if (dtype === "float32")
      for (const word of new Int32Array(Float32Array.from(data).buffer))
        add((word & 0x7fffffff) > 0x7f800000 ? oneNaN : word);
    else if (dtype === "float64")
      for (const word of new Int32Array(Float64Array.from(data).buffer)) add(word);
    else for (let i = 0; i < data.length; i++) add(data[i]!);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
