import { dtypes, elementCount, type OutputSpec, type StorageArray } from "@dl/backend";
import type { StridedElements } from "./strided-walk.ts";

/** A program made ready: reads its inputs, writes its outputs, takes its parameters. */
export type CompiledRun = (
  inputs: readonly StridedElements[],
  outputs: readonly StorageArray[],
  scalars: readonly number[],
) => void;

/** Room for a result before its epilogue: floats as doubles, so that rounding comes once, at the end. */
export function resultArray({ dtype, shape }: OutputSpec): StorageArray {
  const count = elementCount(shape);
  if (dtypes[dtype].isFloat) return new Float64Array(count);
  return dtype === "int32" ? new Int32Array(count) : new Uint32Array(count);
}
