import { coalesceAxes, contiguousStrides, type InputSpec, type Shape } from "@dl/backend";
import { place, takeApart } from "./coordinates.ts";
import { elementType, type ElementType, type KernelBuilder, type Width } from "./kernel-builder.ts";

/** An input to be read at positions of a shape. */
export interface ReadInput {
  readonly slot: number;
  readonly operand: number;
  readonly spec: InputSpec;
  /** The operand of an output that is the same buffer: the input is read through it. */
  readonly alias: { readonly operand: number; readonly element: ElementType } | undefined;
  /** Whether its offset is a multiple of 4. */
  readonly isAligned: boolean;
}

/** Statements that load inputs for an index, and the name of each loaded value. */
export interface LoadedInputs {
  readonly lines: readonly string[];
  readonly names: ReadonlyMap<number, string>;
}

type Access = "contiguous" | "single" | "strided";

function accessOf({ spec: { layout } }: ReadInput): Access {
  if (layout.isContiguous) return "contiguous";
  return layout.strides.every((stride, axis) => stride === 0 || layout.shape[axis] === 1)
    ? "single"
    : "strided";
}

/**
 * Reads inputs at a row-major position of one shape, one element or four neighbours at a time.
 *
 * Contiguous inputs need no coordinates; for the others the position is taken apart along the
 * fewest axes that serve them all.
 */
export class InputReader {
  readonly #inputs: readonly ReadInput[];
  readonly #axes: { readonly shape: readonly number[]; readonly strides: readonly number[][] };
  readonly #strided: readonly ReadInput[];

  constructor(shape: Shape, inputs: readonly ReadInput[]) {
    this.#inputs = inputs;
    this.#strided = inputs.filter((read) => accessOf(read) === "strided");
    const walked = coalesceAxes(shape, [
      contiguousStrides(shape),
      ...this.#strided.map(({ spec }) => spec.layout.strides),
    ]);
    this.#axes = { shape: walked.shape, strides: walked.strides.slice(1) };
  }

  /** Whether four neighbours from a multiple of 4 on always lie in one row. */
  get allowsFour(): boolean {
    return this.#strided.length === 0 || this.#axes.shape.at(-1)! % 4 === 0;
  }

  /** Loads at `index`, a multiple of 4 when `width` is 4. */
  load(kernel: KernelBuilder, width: Width, index: string, prefix: string): LoadedInputs {
    const lines: string[] = [];
    const names = new Map<number, string>();
    let coordinates: readonly string[] = [];
    if (this.#strided.length > 0) {
      const apart = takeApart(kernel, index, this.#axes.shape, `${prefix}c`);
      lines.push(...apart.lines);
      coordinates = apart.names;
    }
    for (const read of this.#inputs) {
      const name = `${prefix}x${read.slot}`;
      lines.push(`let ${name} = ${this.#value(kernel, width, read, index, coordinates)};`);
      names.set(read.slot, name);
    }
    return { lines, names };
  }

  #value(
    kernel: KernelBuilder,
    width: Width,
    read: ReadInput,
    index: string,
    coordinates: readonly string[],
  ): string {
    const element = elementType(read.spec.dtype);
    if (read.alias !== undefined) {
      const array = kernel.write(read.alias.operand, read.alias.element, width);
      const value = `${array}[${width === 4 ? `${index} / 4u` : index}]`;
      if (read.alias.element === element) return value;
      return `bitcast<${width === 4 ? `vec4<${element}>` : element}>(${value})`;
    }
    const access = accessOf(read);
    const offset = kernel.offset(read.operand);
    if (access === "single") {
      const value = `${kernel.read(read.operand, element)}[${offset}]`;
      return width === 4 ? `vec4<${element}>(${value})` : value;
    }
    if (access === "contiguous") {
      if (width === 4 && read.isAligned)
        return `${kernel.read(read.operand, element, 4)}[(${offset} + ${index}) / 4u]`;
      return lanes(
        kernel.read(read.operand, element),
        `${offset} + ${index}`,
        "1u",
        element,
        width,
      );
    }
    const strides = this.#axes.strides[this.#strided.indexOf(read)]!;
    const position = place(kernel, offset, coordinates, strides);
    const inner = strides.at(-1)!;
    if (width === 4 && inner === 0)
      return `vec4<${element}>(${kernel.read(read.operand, element)}[${position}])`;
    const isVector =
      width === 4 &&
      inner === 1 &&
      read.isAligned &&
      strides.slice(0, -1).every((s) => s % 4 === 0);
    if (isVector) return `${kernel.read(read.operand, element, 4)}[(${position}) / 4u]`;
    return lanes(kernel.read(read.operand, element), position, kernel.fixed(inner), element, width);
  }
}

function lanes(
  array: string,
  position: string,
  stride: string,
  element: ElementType,
  width: Width,
): string {
  if (width === 1) return `${array}[${position}]`;
  const values = ["", ` + ${stride}`, ` + 2u * ${stride}`, ` + 3u * ${stride}`].map(
    (step) => `${array}[${position}${step}]`,
  );
  return `vec4<${element}>(${values.join(", ")})`;
}
