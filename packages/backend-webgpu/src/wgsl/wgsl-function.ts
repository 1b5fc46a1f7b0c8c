/** A function of one element. Its text is what follows `fn dl_name`. */
export interface WgslFunction {
  readonly text: string;
  /** Functions it calls. */
  readonly needs?: readonly WgslDependency[];
  readonly readsNormalTable?: boolean;
}

/** What library functions call. */
type WgslDependency =
  | "bits"
  | "isNaN"
  | "order"
  | "orderOfNumbers"
  | "exp"
  | "reduceAngle"
  | "mulHigh"
  | "philox"
  | "remainder";

/** Σ coefficients[i]·xⁱ, by Horner's rule. */
export function polynomial(x: string, coefficients: readonly number[]): string {
  return coefficients
    .slice(0, -1)
    .reduceRight((sum, c) => `(${sum} * ${x} + ${literal(c)})`, literal(coefficients.at(-1)!));
}

/** A finite float32 as a literal. */
export function literal(value: number): string {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}
