import { elementCount, type Shape } from "@dl/backend";
import type { HostFunction } from "../core/host-function.ts";
import { forFinite } from "./finite-elements.ts";
import { matrix, type Matrix } from "./matrix.ts";

/** Rows and columns. */
export type MatrixSize = Pick<Matrix, "rows" | "columns">;

/**
 * What linear algebra does to each matrix of a stack, on the host in float64. There is one result:
 * several factors come one below the other, each with as many columns. Matrices of all inputs with the
 * same place in their stacks belong together.
 */
export interface MatrixMethod extends HostFunction {
  readonly resultSize: (sizes: readonly MatrixSize[]) => MatrixSize;
}

/** A method by what it does to one matrix, or one of each stack. */
interface SingleMethod extends Pick<MatrixMethod, "name" | "resultSize"> {
  /** `which` names the matrix in an error. */
  readonly each: (inputs: readonly Matrix[], which: string, numbers: readonly number[]) => Matrix;
}

/** The method for every matrix of stacks; a matrix with NaN or infinity gives NaN. */
export function stackwise({ name, resultSize, each }: SingleMethod): MatrixMethod {
  return {
    name,
    isStackable: true,
    resultSize,
    compute(inputs, result, { shapes, numbers }) {
      const sizes = shapes.map(sizeOf);
      const count = countOf(shapes);
      forFinite(inputs, result, count, (i) => {
        const own = sizes.map(({ rows, columns }, k) =>
          matrix(rows, columns, partOf(inputs[k]!, i, count)),
        );
        partOf(result, i, count).set(each(own, nameOf(i, count), numbers).elements);
      });
    },
  };
}

export const likeFirst = ([a]: readonly MatrixSize[]): MatrixSize => a!;

/** Of the matrices of stacks. */
export function countOf([first]: readonly Shape[]): number {
  return elementCount(first!.slice(0, -2));
}

/** Of the matrices of a stack. */
export function sizeOf(shape: readonly number[]): MatrixSize {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return { rows, columns };
}

/** How an error names one of a stack. */
export function nameOf(i: number, count: number): string {
  return count === 1 ? "the matrix" : `matrix ${i}`;
}

const partOf = (stack: Float64Array, i: number, count: number): Float64Array =>
  stack.subarray((i * stack.length) / count, ((i + 1) * stack.length) / count);
