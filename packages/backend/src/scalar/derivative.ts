import { isFloat } from "../dtype.ts";
import { constant, constantLike, isConstant, withPartials, type Scalar } from "./expression.ts";
import { gatedProduct } from "./gated-product.ts";
import { instructions } from "./instructions.ts";
import { scalar } from "./scalar.ts";

const { add, cast, select } = scalar;

/**
 * Symbolic derivative of `y` with respect to `variable`, a node of `y`, by forward accumulation
 * over the shared expression graph.
 *
 * @example
 * const x = input(0, "float32");
 * derivative(scalar.sin(x), x) === scalar.cos(x); // => true
 */
export function derivative(y: Scalar, variable: Scalar): Scalar {
  return differentiate(y, variable, new Map());
}

function differentiate(y: Scalar, variable: Scalar, seen: Map<Scalar, Scalar>): Scalar {
  const known = seen.get(y);
  if (known !== undefined) return known;
  let dy: Scalar;
  if (y === variable) dy = constantLike(1, y);
  else if (!isFloat(y.dtype) || (y.kind !== "apply" && y.kind !== "custom")) dy = zeroLike(y);
  else dy = chainRule(y, variable, seen);
  seen.set(y, dy);
  return dy;
}

function chainRule(
  y: Extract<Scalar, { kind: "apply" | "custom" }>,
  variable: Scalar,
  seen: Map<Scalar, Scalar>,
): Scalar {
  const rule = y.kind === "custom" ? y.partials : instructions[y.op].partials;
  if (rule === null) return zeroLike(y);
  const inner = y.args.map((arg) =>
    isFloat(arg.dtype) ? differentiate(arg, variable, seen) : undefined,
  );
  if (inner.every((d) => d === undefined || isConstant(d, 0))) return zeroLike(y);
  // A select chooses between derivatives, so that an infinite one not chosen does no harm.
  if (y.kind === "apply" && y.op === "select")
    return simplifiedSelect(y.args[0]!, inner[1]!, inner[2]!);
  const partials = rule(y.args, y);
  return inner.reduce<Scalar>(
    (sum, d, i) =>
      d === undefined || isConstant(d, 0) ? sum : simplifiedAdd(sum, gatedProduct(partials[i]!, d)),
    zeroLike(y),
  );
}

const zeroLike = (x: Scalar): Scalar => constant(0, x.dtype);

function simplifiedAdd(a: Scalar, b: Scalar): Scalar {
  const right = cast(b, a.dtype);
  if (isConstant(a, 0)) return right;
  if (isConstant(right, 0)) return a;
  return add(a, right);
}

function simplifiedSelect(condition: Scalar, a: Scalar, b: Scalar): Scalar {
  return a === b ? a : select(condition, a, b);
}

/**
 * `x` with derivative zero: a value to compute with, not to differentiate through.
 *
 * @example
 * const x = input(0, "float32");
 * derivative(scalar.mul(x, stopGradient(x)), x) === stopGradient(x); // => true
 */
export function stopGradient(x: Scalar): Scalar {
  return withPartials(x, [], noPartials);
}

const noPartials = (): readonly Scalar[] => [];
