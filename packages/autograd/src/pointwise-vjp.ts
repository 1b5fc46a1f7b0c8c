import {
  derivative,
  gatedProduct,
  input,
  isFloat,
  operands as operandsOf,
  parameter,
  scalar,
  substitute,
  type DType,
  type Scalar,
} from "@dl/backend";
import { applyOne, PointwiseOp, Tensor, type Operand } from "@dl/tensor";

/** How one operand's gradient is computed from the output's: `dy · partial(kept)`. */
type PartialRule =
  | { readonly kind: "zero" }
  /** The partial is 1: the gradient is dy itself. */
  | { readonly kind: "identity" }
  | {
      readonly kind: "product";
      readonly op: PointwiseOp;
      /** Operand positions the partial reads; `operands.length` stands for the output. */
      readonly reads: readonly number[];
    };

const rules = new WeakMap<Scalar, (PartialRule | undefined)[]>();

/** Derived once per operation, operand types and operand. */
export function partialRule(
  op: PointwiseOp,
  operands: readonly Operand[],
  which: number,
): PartialRule {
  const expression = op.expression(
    operands.map((operand, slot) =>
      operand instanceof Tensor ? input(slot, operand.dtype) : parameter(slot, operand.dtype),
    ),
  );
  let known = rules.get(expression);
  if (known === undefined) {
    known = [];
    rules.set(expression, known);
  }
  const { dtype } = operands[which]!;
  return (known[which] ??= derivePartial(op, expression, operands.length, which, dtype));
}

/** Of types and counts alone: what is derived is kept for good, and must not keep a tensor with it. */
function derivePartial(
  op: PointwiseOp,
  expression: Scalar,
  operandCount: number,
  which: number,
  dtype: DType,
): PartialRule {
  if (!isFloat(expression.dtype) || !isFloat(dtype)) return { kind: "zero" };
  const exact = derivative(expression, input(which, dtype));
  if (exact.kind === "constant" && exact.value === 0) return { kind: "zero" };
  if (exact.kind === "constant" && exact.value === 1 && dtype === expression.dtype)
    return { kind: "identity" };
  // Written with the output where that alone suffices: relu and tanh then keep nothing else.
  const output = input(operandCount, expression.dtype);
  const byOutput = substitute(exact, (node) => (node === expression ? output : undefined));
  const partial = slotsOf(byOutput).every((slot) => slot === operandCount) ? byOutput : exact;
  const reads = slotsOf(partial);
  // Made of bare operands, so that it does not depend on what else is fused with it.
  const dySlot = operandCount + 1;
  const dy = scalar.cast(input(dySlot, expression.dtype), dtype);
  const gradient = gatedProduct(dy, partial);
  const build = (...given: Scalar[]): Scalar =>
    substitute(gradient, (node) =>
      node.kind === "input" || node.kind === "parameter"
        ? given[node.slot === dySlot ? 0 : 1 + reads.indexOf(node.slot)]
        : undefined,
    );
  return { kind: "product", op: new PointwiseOp(`${op.name}Vjp`, build), reads };
}

/** Operand positions an expression or its derivatives read, in order. */
function slotsOf(expression: Scalar): number[] {
  const slots = new Set<number>();
  const seen = new Set<Scalar>();
  const visit = (node: Scalar): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "input" || node.kind === "parameter") slots.add(node.slot);
    for (const operand of operandsOf(node)) visit(operand);
    if (node.kind === "custom") node.args.forEach(visit);
  };
  visit(expression);
  return [...slots].toSorted((a, b) => a - b);
}

/** Gradient of one operand; `kept` are the operands and output that the rule reads, in its order. */
export function applyPartial(
  rule: PartialRule,
  dy: Tensor,
  kept: readonly Operand[],
): Tensor | undefined {
  if (rule.kind === "zero") return undefined;
  if (rule.kind === "identity") return dy;
  return applyOne("pointwise", [dy, ...kept], { op: rule.op });
}
