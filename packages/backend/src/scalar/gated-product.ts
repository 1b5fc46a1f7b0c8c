import { constant, isConstant, withPartials, type Partials, type Scalar } from "./expression.ts";
import { scalar } from "./scalar.ts";

const { cast, mul, neg, select } = scalar;

/**
 * `a · b` for derivatives: where either is 0 because nothing is let through, the product is exactly
 * 0, also beside an infinity or NaN.
 *
 * "Nothing" is what an expression says itself: a branch of a select that is the constant 0, or a
 * condition read as a number. The product is taken inside those branches.
 *
 * @example
 * const [x, dy] = [input(0, "float32"), input(1, "float32")];
 * const open = scalar.less(0, x);
 * gatedProduct(dy, scalar.cast(open, "float32")) === scalar.select(open, dy, 0); // => true
 */
export function gatedProduct(a: Scalar, b: Scalar): Scalar {
  const right = cast(b, a.dtype);
  if (isConstant(a, 0) || isConstant(right, 0)) return constant(0, a.dtype);
  if (isConstant(a, 1)) return right;
  if (isConstant(right, 1)) return a;
  if (isConstant(a, -1)) return neg(right);
  if (isConstant(right, -1)) return neg(a);
  if (isGate(right)) return throughGate(right, a);
  if (isGate(a)) return throughGate(a, right);
  return mul(a, right);
}

/** Whether 0 stands in a branch of it, so that a product must be taken inside. */
function isGate(x: Scalar): boolean {
  const known = gates.get(x);
  if (known !== undefined) return known;
  const found = findGate(x);
  gates.set(x, found);
  return found;
}

const gates = new WeakMap<Scalar, boolean>();

function findGate(x: Scalar): boolean {
  if (x.kind === "constant") return x.value === 0;
  if (x.kind === "custom") return isGate(x.value);
  if (x.kind !== "apply") return false;
  if (x.op === "select") return isGate(x.args[1]!) || isGate(x.args[2]!);
  if (x.op === "cast") return x.args[0]!.dtype === "bool";
  return (x.op === "neg" || x.op === "mul") && x.args.some(isGate);
}

/** `gate · factor`, taken inside the gate's branches. */
function throughGate(gate: Scalar, factor: Scalar): Scalar {
  if (gate.kind === "custom")
    return withPartials(gatedProduct(gate.value, factor), [gate, factor], swapped);
  if (gate.kind !== "apply") return gate; // the constant 0
  const [first, second, third] = gate.args;
  switch (gate.op) {
    case "select":
      return select(first!, gatedProduct(second!, factor), gatedProduct(third!, factor));
    case "cast":
      return select(first!, factor, 0);
    case "neg":
      return neg(gatedProduct(first!, factor));
    default:
      return gatedProduct(gatedProduct(first!, second!), factor);
  }
}

/** Of a product: each factor's partial is the other. */
const swapped: Partials = ([a, b]) => [b!, a!];
