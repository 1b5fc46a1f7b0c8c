import { apply, constant, withPartials, type Partials, type Scalar } from "./expression.ts";

/**
 * 0 where the condition holds, else `formula`; but differentiated as `formula` everywhere.
 *
 * For a point where a formula is 0 whatever it multiplies, and its slope is not: b · aᵇ⁻¹ at b = 0.
 * `extension` stands for the formula at the point, where that itself has exceptions.
 *
 * @example
 * const [x, y] = [input(0, "float32"), input(1, "float32")];
 * const quotient = vanishingWhere(scalar.equal(x, 0), scalar.div(x, y));
 * derivative(quotient, x) === scalar.div(1, y); // => true
 */
export function vanishingWhere(
  condition: Scalar,
  formula: Scalar,
  extension: Scalar = formula,
): Scalar {
  const zero = withPartials(constant(0, formula.dtype), [extension], itself);
  return apply("select", [condition, zero, formula]);
}

const itself: Partials = ([x]) => [constant(1, x!.dtype)];
