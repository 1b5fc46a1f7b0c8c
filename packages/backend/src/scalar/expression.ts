import { dtypes, type DType } from "../dtype.ts";
import { InternalError } from "../errors.ts";
import { IdTrie } from "../intern.ts";
import { scalarDTypes, type ScalarOpName } from "./dtype-rules.ts";

/**
 * A scalar expression: the one language every backend understands.
 *
 * Nodes are interned: the same structure is the same object, so identity is equality and `id`
 * names an expression in program caches.
 */
export type Scalar =
  | InputScalar
  | ParameterScalar
  | ConstantScalar
  | IndexScalar
  | ApplyScalar
  | CustomScalar;

interface ScalarNode {
  readonly id: number;
  readonly dtype: DType;
}

/** Element of the program's input number `slot`. */
export interface InputScalar extends ScalarNode {
  readonly kind: "input";
  readonly slot: number;
}

/** A number given at dispatch, the same for every element: a learning rate, a seed. */
export interface ParameterScalar extends ScalarNode {
  readonly kind: "parameter";
  readonly slot: number;
}

export interface ConstantScalar extends ScalarNode {
  readonly kind: "constant";
  readonly value: number;
}

/** Row-major position (uint32) of the element being computed in the program's output. */
export interface IndexScalar extends ScalarNode {
  readonly kind: "index";
}

/** An instruction applied to expressions. */
export interface ApplyScalar extends ScalarNode {
  readonly kind: "apply";
  readonly op: ScalarOpName;
  readonly args: readonly Scalar[];
}

/** `value`, but differentiated with the given partials instead of by tracing through it. */
export interface CustomScalar extends ScalarNode {
  readonly kind: "custom";
  readonly value: Scalar;
  readonly args: readonly Scalar[];
  readonly partials: Partials;
}

/** Derivatives with respect to each argument; `y` is the result, for rules that read shorter with it. */
export type Partials = (args: readonly Scalar[], y: Scalar) => readonly Scalar[];

let nextId = 0;
const inputs = new IdTrie<InputScalar>();
const parameters = new IdTrie<ParameterScalar>();
const constants = new Map<string, ConstantScalar>();
const applications = new Map<ScalarOpName, IdTrie<ApplyScalar>>();
const indexNode: IndexScalar = { kind: "index", id: nextId++, dtype: "uint32" };

/**
 * The element of a program's input.
 *
 * @example
 * input(0, "float32") === input(0, "float32"); // => true
 */
export function input(slot: number, dtype: DType): InputScalar {
  const node = inputs.child(slot).child(dtypes[dtype].id);
  return (node.value ??= { kind: "input", id: nextId++, dtype, slot });
}

/**
 * A number that comes with the dispatch.
 *
 * @example
 * parameter(0, "float32").kind; // => "parameter"
 */
export function parameter(slot: number, dtype: DType): ParameterScalar {
  const node = parameters.child(slot).child(dtypes[dtype].id);
  return (node.value ??= { kind: "parameter", id: nextId++, dtype, slot });
}

/**
 * A number in an expression, rounded to its type.
 *
 * @example
 * constant(0.5, "float32").value; // => 0.5
 */
export function constant(value: number, dtype: DType): ConstantScalar {
  const rounded = roundToDType(value, dtype);
  // -0 and 0 print alike but are not the same constant.
  const key = `${dtype}:${Object.is(rounded, -0) ? "-0" : rounded}`;
  let node = constants.get(key);
  if (node === undefined) {
    node = { kind: "constant", id: nextId++, dtype, value: rounded };
    constants.set(key, node);
  }
  return node;
}

function roundToDType(value: number, dtype: DType): number {
  switch (dtype) {
    case "float32":
      return Math.fround(value);
    case "float64":
      return value;
    case "int32":
      return value | 0;
    case "uint32":
      return value >>> 0;
    case "bool":
      return value === 0 ? 0 : 1;
  }
}

export function isConstant(x: Scalar, value: number): boolean {
  return x.kind === "constant" && x.value === value;
}

/**
 * The position of the element being computed, row by row.
 *
 * @example
 * index().dtype; // => "uint32"
 */
export function index(): IndexScalar {
  return indexNode;
}

/** Applies an instruction; `target` is the result type of `cast` and `bitcast`, and of no other. */
export function apply(op: ScalarOpName, args: readonly Scalar[], target?: DType): Scalar {
  const dtype = scalarDTypes(
    op,
    args.map((arg) => arg.dtype),
    target,
  );
  let trie = applications.get(op);
  if (trie === undefined) {
    trie = new IdTrie<ApplyScalar>();
    applications.set(op, trie);
  }
  let node = trie.child(dtypes[dtype].id);
  for (const arg of args) node = node.child(arg.id);
  return (node.value ??= { kind: "apply", id: nextId++, dtype, op, args: [...args] });
}

const customs = new Map<Partials, IdTrie<CustomScalar>>();

/**
 * `value` with derivatives of its own: for formulas whose mechanical derivative overflows, such as
 * 1 / (1 + exp(-x)) at -800, and for conventions at kinks.
 *
 * Give the same `partials` function each time, or equal expressions will not be one object.
 *
 * @example
 * const x = input(0, "float32");
 * const slope = ([a]) => [scalar.exp(a)];
 * derivative(withPartials(scalar.expm1(x), [x], slope), x) === scalar.exp(x); // => true
 */
export function withPartials(
  value: Scalar,
  args: readonly Scalar[],
  partials: Partials,
): CustomScalar {
  let trie = customs.get(partials);
  if (trie === undefined) {
    trie = new IdTrie<CustomScalar>();
    customs.set(partials, trie);
  }
  let node = trie.child(value.id);
  for (const arg of args) node = node.child(arg.id);
  return (node.value ??= {
    kind: "custom",
    id: nextId++,
    dtype: value.dtype,
    value,
    args: [...args],
    partials,
  });
}

/**
 * What a node is computed from.
 *
 * @example
 * operands(scalar.add(input(0, "float32"), 1)).length; // => 2
 */
export function operands(node: Scalar): readonly Scalar[] {
  if (node.kind === "apply") return node.args;
  if (node.kind === "custom") return [node.value];
  return [];
}

/**
 * Every node the expressions are built from, operands before what uses them, each once.
 *
 * @example
 * const x = input(0, "float32");
 * topologicalOrder([scalar.mul(x, scalar.exp(x))]).length; // => 3
 */
export function topologicalOrder(outputs: readonly Scalar[]): readonly Scalar[] {
  const seen = new Set<Scalar>();
  const order: Scalar[] = [];
  const visit = (node: Scalar): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const operand of operands(node)) visit(operand);
    order.push(node);
  };
  for (const output of outputs) visit(output);
  return order;
}

/**
 * The expression with each node `replace` answers for put in place of the old one.
 *
 * @example
 * const [x, y] = [input(0, "float32"), input(1, "float32")];
 * const negated = substitute(scalar.neg(x), (node) => (node === x ? y : undefined));
 * negated === scalar.neg(y); // => true
 */
export function substitute(
  expression: Scalar,
  replace: (node: Scalar) => Scalar | undefined,
  memo: Map<Scalar, Scalar> = new Map(),
): Scalar {
  const known = memo.get(expression);
  if (known !== undefined) return known;
  let result = replace(expression);
  if (result === undefined) {
    const again = (node: Scalar): Scalar => substitute(node, replace, memo);
    if (expression.kind === "apply")
      result = apply(expression.op, expression.args.map(again), expression.dtype);
    else if (expression.kind === "custom")
      result = withPartials(
        again(expression.value),
        expression.args.map(again),
        expression.partials,
      );
    else result = expression;
  }
  memo.set(expression, result);
  return result;
}

/**
 * The number an integer or bool constant stands for must be whole; a float one may be anything.
 *
 * @example
 * constantLike(2, input(0, "float32")).dtype; // => "float32"
 */
export function constantLike(value: number, like: Scalar): ConstantScalar {
  if (dtypes[like.dtype].kind !== "float" && !Number.isInteger(value))
    throw new InternalError("constant", `${value} is not a value of ${like.dtype}.`);
  return constant(value, like.dtype);
}
