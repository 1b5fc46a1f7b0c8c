import { DTypeError, dtypes, type DType } from "@dl/backend";

/**
 * Common type of two tensors: the one place that says so. Symmetric; floats win over integers; no
 * type holds the numbers of both int32 and uint32.
 */
const promotions: { readonly [A in DType]: { readonly [B in DType]: DType | undefined } } = {
  bool: { bool: "bool", uint32: "uint32", int32: "int32", float32: "float32", float64: "float64" },
  uint32: {
    bool: "uint32",
    uint32: "uint32",
    int32: undefined,
    float32: "float32",
    float64: "float64",
  },
  int32: {
    bool: "int32",
    uint32: undefined,
    int32: "int32",
    float32: "float32",
    float64: "float64",
  },
  float32: {
    bool: "float32",
    uint32: "float32",
    int32: "float32",
    float32: "float32",
    float64: "float64",
  },
  float64: {
    bool: "float64",
    uint32: "float64",
    int32: "float64",
    float32: "float64",
    float64: "float64",
  },
};

/** @throws {DTypeError} for int32 beside uint32. */
export function promoteDTypes(op: string, a: DType, b: DType): DType {
  const common = promotions[a][b];
  if (common === undefined)
    throw new DTypeError(
      op,
      `no type holds both ${a} and ${b}. Convert one side with x.cast(...).`,
      { received: [a, b] },
    );
  return common;
}

/** Type of a tensor beside a plain number: a fraction makes integers float32, a whole number does not. */
export function promoteWithNumber(dtype: DType, value: number): DType {
  if (dtypes[dtype].isFloat) return dtype;
  if (!Number.isInteger(value)) return "float32";
  return dtype === "bool" ? "int32" : dtype;
}
