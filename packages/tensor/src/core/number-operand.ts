import { ArgumentError, dtypes, isFloat, type DType } from "@dl/backend";

/** Least and greatest finite number that a type holds. */
const ranges: { readonly [Name in DType]: readonly [least: number, greatest: number] } = {
  bool: [0, 1],
  uint32: [0, 2 ** 32 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  float32: [-3.4028234663852886e38, 3.4028234663852886e38],
  float64: [-Number.MAX_VALUE, Number.MAX_VALUE],
};

/** A number as elements of a type are written: anything but 0 is true. */
export function asElement(value: number, dtype: DType): number {
  return dtype === "bool" ? Number(value !== 0) : value;
}

/**
 * Integers hold whole numbers of their range; floats round, but do not make a finite number infinite.
 */
function holds(dtype: DType, value: number): boolean {
  const { kind } = dtypes[dtype];
  if (kind === "bool") return true;
  if (!Number.isFinite(value)) return kind === "float";
  const [least, greatest] = ranges[dtype];
  const rounded = dtype === "float32" ? Math.fround(value) : value;
  return rounded >= least && rounded <= greatest && (kind === "float" || Number.isInteger(value));
}

/** @throws {ArgumentError} for a number that the type cannot hold. */
export function checkFits(op: string, value: number, dtype: DType): void {
  if (holds(dtype, value)) return;
  const [least, greatest] = ranges[dtype];
  const [what, instead] = isFloat(dtype) ? ["", "Infinity"] : ["whole numbers ", "float32"];
  throw new ArgumentError(
    op,
    `${value} does not fit ${dtype} (${what}${least} to ${greatest}). Use ${instead} or float64.`,
    { expected: dtype, received: value },
  );
}

/** {@link checkFits} where the fraction is dropped: data that is converted on request. */
export function checkConvertible(op: string, value: number, dtype: DType): void {
  if (!isFloat(dtype) && !holds(dtype, Math.trunc(value))) checkFits(op, value, dtype);
}

/**
 * What stands for a number beside a tensor of a type that may not hold it: another number, beside
 * which the operation gives the answer that mathematics gives beside this one.
 */
export type NumberRule = (value: number, dtype: DType, op: string) => number;

/** A rule for finite numbers; a number beside bool makes int32 of it. */
function forFinite(rule: (value: number, least: number, greatest: number) => number): NumberRule {
  return (value, dtype) => {
    if (!Number.isFinite(value)) return value;
    const type = dtype === "bool" ? "int32" : dtype;
    return holds(type, value) ? value : rule(value, ...ranges[type]);
  };
}

/** The next value of the type from below: what `x < n` and `x ≥ n` say beside it. */
export const roundedUp: NumberRule = /* @__PURE__ */ forFinite((value, least, greatest) =>
  value > greatest ? Infinity : Math.max(Math.ceil(value), least),
);

/** What `x > n` and `x ≤ n` say beside it. */
export const roundedDown: NumberRule = /* @__PURE__ */ forFinite((value, least, greatest) =>
  value < least ? -Infinity : Math.min(Math.floor(value), greatest),
);

/** Nothing is equal to a number that the type does not hold. */
export const heldOrNaN: NumberRule = /* @__PURE__ */ forFinite(() => NaN);

/** An upper bound above the type bounds nothing; one below it is refused. */
export const upperBound: NumberRule = /* @__PURE__ */ forFinite((value, _least, greatest) =>
  Math.min(value, greatest),
);

/** A lower bound below the type bounds nothing; one above it is refused. */
export const lowerBound: NumberRule = /* @__PURE__ */ forFinite((value, least) =>
  Math.max(value, least),
);
