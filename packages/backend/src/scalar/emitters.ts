import type { ScalarOpName } from "./dtype-rules.ts";
import type { ApplyScalar, Scalar } from "./expression.ts";

/**
 * What a backend owes the scalar layer: one emitter per instruction. The mapped type makes an
 * omission a compile error. `node` gives the result type, and through `node.args` the operands'.
 */
export type Emitters<T> = {
  readonly [Name in ScalarOpName]: (node: ApplyScalar, ...args: T[]) => T;
};

/** What the leaves of an expression become. */
export type LeafEmitter<T> = (
  leaf: Extract<Scalar, { kind: "input" | "parameter" | "constant" | "index" }>,
) => T;

/**
 * Folds an expression bottom-up; each shared node is emitted once.
 *
 * @example
 * const { add } = scalar;
 * const sum = add(input(0, "float32"), 2);
 * const leaf = (node) => (node.kind === "constant" ? node.value : 40);
 * foldScalar(sum, emittersAt({ index: 0 }), leaf); // => 42
 */
export function foldScalar<T>(
  expression: Scalar,
  emitters: Emitters<T>,
  leaf: LeafEmitter<T>,
  memo: Map<Scalar, T> = new Map(),
): T {
  const known = memo.get(expression);
  if (known !== undefined) return known;
  let result: T;
  if (expression.kind === "apply")
    result = emitters[expression.op](
      expression,
      ...expression.args.map((arg) => foldScalar(arg, emitters, leaf, memo)),
    );
  else if (expression.kind === "custom")
    result = foldScalar(expression.value, emitters, leaf, memo);
  else result = leaf(expression);
  memo.set(expression, result);
  return result;
}
