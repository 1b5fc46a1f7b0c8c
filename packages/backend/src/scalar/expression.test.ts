import { expect, test } from "vitest";
import {
  apply,
  constant,
  constantLike,
  index,
  input,
  parameter,
  substitute,
  topologicalOrder,
  withPartials,
  type Scalar,
} from "./expression.ts";
import { foldScalar, type Emitters } from "./emitters.ts";
import { scalar } from "./scalar.ts";

const x = input(0, "float64");
const y = input(1, "float64");

test("equal structure is one object", () => {
  expect(scalar.add(x, scalar.mul(y, 2))).toBe(scalar.add(x, scalar.mul(y, 2)));
  expect(scalar.add(x, y)).not.toBe(scalar.add(y, x));
  expect(scalar.add(x, y)).not.toBe(scalar.sub(x, y));
  expect(input(0, "float64")).toBe(x);
  expect(input(0, "float32")).not.toBe(x);
  expect(parameter(0, "float32")).toBe(parameter(0, "float32"));
  expect(parameter(0, "float64")).not.toBe(x);
  expect(index()).toBe(index());
  expect(scalar.cast(x, "int32")).toBe(scalar.cast(x, "int32"));
  expect(scalar.cast(x, "int32")).not.toBe(scalar.cast(x, "uint32"));
});

test("constants: by value after rounding, with -0 apart from 0", () => {
  expect(constant(-0, "float64")).not.toBe(constant(0, "float64"));
  expect(constant(-0, "int32")).toBe(constant(0, "int32"));
  expect(constant(NaN, "float32")).toBe(constant(NaN, "float32"));
  expect(constant(0.1, "float32").value).toBe(Math.fround(0.1));
  expect(constant(0.1, "float32")).toBe(constant(Math.fround(0.1), "float32"));
  expect(constant(1, "float32")).not.toBe(constant(1, "float64"));
  expect(constant(-1, "uint32").value).toBe(2 ** 32 - 1);
  expect(constant(2 ** 31, "int32").value).toBe(-(2 ** 31));
  expect(constant(7, "bool").value).toBe(1);
  expect(constant(NaN, "bool").value).toBe(1);
});

test("ids are distinct", () => {
  const nodes = [x, y, index(), constant(-0, "float64"), constant(0, "float64"), scalar.add(x, y)];
  expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
});

test("a number beside an expression takes its type", () => {
  const i = input(0, "int32");
  expect(scalar.add(i, 1)).toBe(scalar.add(i, constant(1, "int32")));
  expect(scalar.sub(1, x)).toBe(scalar.sub(constant(1, "float64"), x));
  expect(scalar.select(scalar.less(x, y), 0, y)).toBe(
    scalar.select(scalar.less(x, y), constant(0, "float64"), y),
  );
  expect(() => constantLike(0.5, i)).toThrow("constant: 0.5 is not a value of int32.");
});

test("a cast to the same type is nothing", () => {
  expect(scalar.cast(x, "float64")).toBe(x);
});

const halves = (args: readonly Scalar[]): readonly Scalar[] =>
  args.map((arg) => constantLike(0.5, arg));

test("withPartials is one object for one rule", () => {
  const value = scalar.add(x, y);
  expect(withPartials(value, [x, y], halves)).toBe(withPartials(value, [x, y], halves));
  expect(withPartials(value, [x], halves)).not.toBe(withPartials(value, [x, y], halves));
  expect(withPartials(value, [x, y], (args) => halves(args))).not.toBe(
    withPartials(value, [x, y], halves),
  );
  expect(withPartials(value, [x, y], halves).dtype).toBe("float64");
});

test("topological order: operands first, each once, values of customs included", () => {
  const shared = scalar.exp(x);
  const custom = withPartials(scalar.add(shared, 1), [x], halves);
  const order = topologicalOrder([scalar.mul(shared, custom), shared]);
  expect(new Set(order).size).toBe(order.length);
  expect(order).toHaveLength(6);
  for (const node of order)
    if (node.kind === "apply")
      for (const arg of node.args) expect(order.indexOf(arg)).toBeLessThan(order.indexOf(node));
  expect(order.indexOf(custom.value)).toBeLessThan(order.indexOf(custom));
});

test("substitute puts nodes in place, and changes nothing when there is nothing to change", () => {
  const expression = scalar.add(scalar.mul(x, x), scalar.cast(scalar.less(x, y), "float64"));
  expect(substitute(expression, () => undefined)).toBe(expression);
  const replaced = substitute(expression, (node) => (node === x ? scalar.exp(y) : undefined));
  const e = scalar.exp(y);
  expect(replaced).toBe(scalar.add(scalar.mul(e, e), scalar.cast(scalar.less(e, y), "float64")));
});

test("substitute reaches the arguments of customs and keeps their rule", () => {
  const custom = withPartials(scalar.exp(x), [x], halves);
  const replaced = substitute(scalar.neg(custom), (node) => (node === x ? y : undefined));
  expect(replaced).toBe(scalar.neg(withPartials(scalar.exp(y), [y], halves)));
});

test("substitute takes what replaces as it is", () => {
  expect(substitute(scalar.neg(x), (node) => (node === x ? scalar.neg(x) : undefined))).toBe(
    scalar.neg(scalar.neg(x)),
  );
});

test("a fold meets shared nodes once", () => {
  let calls = 0;
  const emitters = new Proxy({} as Emitters<string>, {
    get:
      () =>
      (node: { op: string }, ...args: string[]) => {
        calls++;
        return `${node.op}(${args.join()})`;
      },
  });
  let deep: Scalar = x;
  for (let i = 0; i < 40; i++) deep = scalar.add(deep, scalar.neg(deep));
  foldScalar(
    deep,
    { ...emitters, add: () => (calls++, "+"), neg: () => (calls++, "-") },
    () => "x",
  );
  expect(calls).toBe(80);
  const custom = withPartials(scalar.mul(x, y), [x], halves);
  expect(foldScalar(custom, emitters, (leaf) => (leaf === x ? "x" : "y"))).toBe("mul(x,y)");
});

test.each<[string, () => unknown, string]>([
  [
    "mixed types",
    () => scalar.add(x, input(0, "float32")),
    "add: operands must have one type, got float64 and float32.",
  ],
  [
    "a float shift",
    () => scalar.shiftLeft(x, y),
    "shiftLeft: does not take float64, only integer.",
  ],
  [
    "an integer division",
    () => scalar.div(input(0, "int32"), 2),
    "div: does not take int32, only float.",
  ],
  [
    "a bool sum",
    () => scalar.add(input(0, "bool"), input(1, "bool")),
    "add: does not take bool, only float or integer.",
  ],
  [
    "a float condition",
    () => scalar.select(x, x, y),
    "select: the condition must be bool, got float64.",
  ],
  ["too few operands", () => apply("add", [x]), "add: takes 2 operands, got 1."],
  ["a cast to nothing", () => apply("cast", [x]), "cast: needs a result type."],
])("%s is refused", (_name, build, message) => {
  expect(build).toThrow(message);
});

test("result types", () => {
  const u = input(0, "uint32");
  expect(scalar.less(u, u).dtype).toBe("bool");
  expect(scalar.randomBits(u, u, u, u).dtype).toBe("uint32");
  expect(scalar.normalFromBits(u).dtype).toBe("float32");
  expect(scalar.bitcast(u, "float32").dtype).toBe("float32");
  expect(scalar.select(scalar.less(u, u), u, u).dtype).toBe("uint32");
  expect(scalar.not(scalar.isNaN(x)).dtype).toBe("bool");
});
