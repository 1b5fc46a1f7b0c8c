import { IdTrie, topologicalOrder, type Scalar, type ScalarOpName } from "@dl/backend";

/**
 * A pointwise operation: a name and an expression. One object per operation, since expressions and
 * derivatives are cached by it.
 */
export class PointwiseOp {
  readonly name: string;
  private readonly build: (...operands: Scalar[]) => Scalar;
  private readonly expressions = new IdTrie<Scalar>();
  private readonly costs = new WeakMap<Scalar, number>();

  constructor(name: string, build: (...operands: Scalar[]) => Scalar) {
    this.name = name;
    this.build = build;
  }

  /** The operation applied to these expressions. */
  expression(operands: readonly Scalar[]): Scalar {
    let node = this.expressions;
    for (const operand of operands) node = node.child(operand.id);
    return (node.value ??= this.build(...operands));
  }

  /** Rough work per element, in additions, given the operation applied to bare inputs. */
  cost(applied: Scalar): number {
    let cost = this.costs.get(applied);
    if (cost === undefined) {
      cost = 0;
      for (const node of topologicalOrder([applied]))
        if (node.kind === "apply") cost += expensive.has(node.op) ? expensiveCost : 1;
      this.costs.set(applied, cost);
    }
    return cost;
  }
}

/** From this cost on, computing a value twice is dearer than storing and reading it. */
export const expensiveCost = 8;

const expensive: ReadonlySet<ScalarOpName> = new Set([
  "div",
  "mod",
  "pow",
  "sqrt",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sin",
  "cos",
  "atan",
  "tanh",
  "erf",
  "randomBits",
  "normalFromBits",
]);
