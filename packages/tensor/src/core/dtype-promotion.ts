import { DTypeError, dtypes, type DType } from "@dl/backend";

/** Each holds the numbers of those before it, but for int32 beside uint32. */
const widening: readonly DType[] = ["bool", "uint32", "int32", "float32", "float64"];

/**
 * Common type of two tensors: the one place that says so. Symmetric; floats win over integers.
 *
 * @throws {DTypeError} for int32 beside uint32: no type holds the numbers of both.
 */
export function promoteDTypes(op: string, a: DType, b: DType): DType {
  if (a !== b && dtypes[a].kind === "integer" && dtypes[b].kind === "integer")
    throw new DTypeError(
      op,
      `no type holds both ${a} and ${b}. Convert one side with x.cast(...).`,
      { received: [a, b] },
    );
  return widening[Math.max(widening.indexOf(a), widening.indexOf(b))]!;
}

/** Type of a tensor beside a plain number: a fraction makes integers float32, a whole number does not. */
export function promoteWithNumber(dtype: DType, value: number): DType {
  if (dtypes[dtype].isFloat) return dtype;
  if (!Number.isInteger(value)) return "float32";
  return dtype === "bool" ? "int32" : dtype;
}
