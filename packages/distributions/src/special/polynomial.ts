import { constantLike, scalar, type Scalar } from "@dl/backend";

/** c₀ + c₁ x + c₂ x² + ..., by Horner's rule. */
export function polynomial(coefficients: readonly number[], x: Scalar): Scalar {
  return coefficients.reduceRight<Scalar>(
    (sum, coefficient, power) =>
      power === coefficients.length - 1
        ? constantLike(coefficient, x)
        : scalar.add(scalar.mul(sum, x), coefficient),
    x,
  );
}
