import type { KernelBuilder } from "./kernel-builder.ts";

/** Statements that take a row-major position apart, and the names of its coordinates. */
export interface Coordinates {
  readonly lines: readonly string[];
  readonly names: readonly string[];
}

/** Sizes are uniform words, so that other shapes share the text. */
export function takeApart(
  kernel: KernelBuilder,
  position: string,
  shape: readonly number[],
  prefix: string,
): Coordinates {
  const lines: string[] = [];
  const names: string[] = [];
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const name = `${prefix}${axis}`;
    if (axis === 0) lines.push(`let ${name} = ${rest};`);
    else {
      const size = kernel.fixed(shape[axis]!);
      const left = `${prefix}_rest${axis}`;
      lines.push(`let ${left} = ${rest} / ${size};`, `let ${name} = ${rest} - ${left} * ${size};`);
      rest = left;
    }
    names[axis] = name;
  }
  return { lines, names };
}

/** `start + Σ names[i]·strides[i]`; strides are uniform words, 0 and 1 among them. */
export function place(
  kernel: KernelBuilder,
  start: string,
  names: readonly string[],
  strides: readonly number[],
): string {
  const terms = strides.map((stride, i) => `${names[i]!} * ${kernel.fixed(stride)}`);
  return [start, ...terms].join(" + ");
}
