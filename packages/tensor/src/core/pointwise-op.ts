import { IdTrie, operands, topologicalOrder, type Scalar, type ScalarOpName } from "@dl/backend";

/**
 * A pointwise operation: a name and an expression. One object per operation, since expressions and
 * derivatives are cached by it.
 *
 * @example
 * const double = new PointwiseOp("double", (x) => scalar.add(x, x));
 * const doubled = fusedMap((x) => [double.expression([x])], [tensor([1, 2])]);
 * await doubled[0].toArray(); // => [2, 4]
 */
export class PointwiseOp {
  readonly name: string;
  private readonly build: (...operands: Scalar[]) => Scalar;
  private readonly expressions = new IdTrie<Scalar>();
  private readonly costs = new WeakMap<Scalar, Cost>();

  constructor(name: string, build: (...operands: Scalar[]) => Scalar) {
    this.name = name;
    this.build = build;
  }

  /** The operation applied to these expressions. */
  expression(inputs: readonly Scalar[]): Scalar {
    let node = this.expressions;
    for (const { id } of inputs) node = node.child(id);
    return (node.value ??= this.build(...inputs));
  }

  /** What computing an element takes, given the operation applied to bare inputs. */
  cost(applied: Scalar): Cost {
    let cost = this.costs.get(applied);
    if (cost === undefined) {
      const nodes = topologicalOrder([applied]);
      let size = 0;
      // What hangs on numbers alone is computed once, not per element.
      const varying = new Set<Scalar>();
      for (const node of nodes) {
        const varies = node.kind === "input" || node.kind === "index" || isRandom(node);
        if (!varies && !operands(node).some((operand) => varying.has(operand))) continue;
        varying.add(node);
        if (node.kind === "apply") size += expensive.has(node.op) ? expensiveCost : 1;
      }
      const readsPosition = nodes.some((node) => node.kind === "index" || isRandom(node));
      cost = { size, readsPosition };
      this.costs.set(applied, cost);
    }
    return cost;
  }
}

const isRandom = (node: Scalar): boolean => node.kind === "apply" && node.op === "randomBits";

export interface Cost {
  /** Rough work, in additions. */
  readonly size: number;
  /** The value depends on where in the tensor the element stands. */
  readonly readsPosition: boolean;
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
