import { emittersAt } from "@dl/backend-reference";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { derivative, stopGradient } from "./derivative.ts";
import { scalarDTypes, type ScalarOpName } from "./dtype-rules.ts";
import { foldScalar } from "./emitters.ts";
import { apply, constant, input, withPartials, type Partials, type Scalar } from "./expression.ts";
import { scalar } from "./scalar.ts";
import { instructions } from "./instructions.ts";

const [x, y] = [input(0, "float64"), input(1, "float64")];

function evaluate(expression: Scalar, inputs: readonly number[]): number {
  return foldScalar(expression, emittersAt({ index: 0 }), (leaf) => {
    if (leaf.kind === "constant") return leaf.value;
    if (leaf.kind === "input") return inputs[leaf.slot]!;
    throw new Error(`no value for ${leaf.kind}`);
  });
}

function centralDifference(expression: Scalar, at: readonly number[], slot: number): number {
  const epsilon = 1e-6;
  const shifted = (by: number): number =>
    evaluate(
      expression,
      at.map((value, i) => (i === slot ? value + by : value)),
    );
  return (shifted(epsilon) - shifted(-epsilon)) / (2 * epsilon);
}

/** First and second derivatives along every pair of float inputs against central differences. */
function checkDerivatives(expression: Scalar, at: readonly number[]): void {
  const slots = [...at.keys()];
  for (const i of slots) {
    const first = derivative(expression, input(i, "float64"));
    expectClose(evaluate(first, at), centralDifference(expression, at, i));
    for (const j of slots) {
      const second = derivative(first, input(j, "float64"));
      expectClose(evaluate(second, at), centralDifference(first, at, j));
    }
  }
}

function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-6 + 1e-6 * Math.abs(expected));
}

/** Points spread over an interval, the same in every run. */
const points = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => low + (high - low) * ((0.137 + i * Math.SQRT2) % 1));

/** Where an instruction's arguments are sampled, clear of poles; [-3, 3] unless said. */
const domains: { readonly [Name in ScalarOpName]?: readonly [low: number, high: number] } = {
  div: [0.5, 2],
  mod: [0.6, 0.9],
  pow: [0.3, 2.5],
  sqrt: [0.1, 4],
  log: [0.1, 4],
  log1p: [-0.8, 4],
};

/** How many floats an instruction takes; `undefined` if it takes none. */
function floatArity(name: ScalarOpName): number | undefined {
  return [1, 2].find((count) => {
    try {
      return scalarDTypes(
        name,
        Array.from({ length: count }, () => "float64" as const),
        "float64",
      );
    } catch {
      return false;
    }
  });
}

describe("every instruction on floats", () => {
  const names = Object.keys(instructions) as ScalarOpName[];
  const onFloats = names.filter((name) => floatArity(name) !== undefined);
  test("the rest takes bits or a condition", () => {
    expect(names.filter((name) => !onFloats.includes(name))).toEqual([
      "select",
      "and",
      "or",
      "xor",
      "shiftLeft",
      "shiftRight",
      "randomBits",
      "normalFromBits",
    ]);
  });

  test.each(onFloats)("%s", (name) => {
    const arity = floatArity(name)!;
    const args = Array.from({ length: arity }, (_, slot) => input(slot, "float64"));
    const isTargeted = name === "cast" || name === "bitcast";
    const applied = apply(name, args, isTargeted ? "float64" : undefined);
    const [low, high] = domains[name] ?? [-3, 3];
    const coordinates = points(low, high, 12 * arity);
    const samples = applied.dtype === "float64" && name !== "bitcast" ? 12 : 0;
    for (let i = 0; i < samples; i++)
      checkDerivatives(applied, coordinates.slice(i * arity, (i + 1) * arity));
    if (instructions[name].partials === null)
      for (const arg of args) expect(derivative(applied, arg)).toBe(constant(0, applied.dtype));
  });

  test.each([0, 1])("select, condition %d", (condition) => {
    const chosen = apply("select", [constant(condition, "bool"), scalar.exp(x), scalar.sin(y)]);
    for (const at of points(-3, 3, 12)) checkDerivatives(chosen, [at, -at / 2]);
  });
});

test("the partials of select, should anyone ask for them", () => {
  const { partials } = instructions.select;
  for (const condition of [0, 1]) {
    const values = partials!([constant(condition, "bool"), x, y], x).map((p) =>
      evaluate(p, [3, 5]),
    );
    expect(values).toEqual([0, condition, 1 - condition]);
  }
});

const sigmoidPartials: Partials = ([z], s) => [
  scalar.mul(scalar.mul(s, scalar.sub(1, s)), constant(1, z!.dtype)),
];
const sigmoid = (z: Scalar): Scalar =>
  withPartials(scalar.div(1, scalar.add(scalar.exp(scalar.neg(z)), 1)), [z], sigmoidPartials);

describe("composites", () => {
  const square = (z: Scalar): Scalar => scalar.mul(z, z);
  const composites: Record<string, Scalar> = {
    gelu: scalar.mul(scalar.mul(x, 0.5), scalar.add(scalar.erf(scalar.mul(x, Math.SQRT1_2)), 1)),
    softplus: scalar.add(scalar.max(x, 0), scalar.log1p(scalar.exp(scalar.neg(scalar.abs(x))))),
    "x to the x": scalar.pow(scalar.add(square(x), 0.5), y),
    "sigmoid in a product": scalar.mul(sigmoid(scalar.mul(x, y)), scalar.tanh(y)),
    "nested unaries": scalar.sin(scalar.exp(scalar.cos(scalar.atan(scalar.mul(x, 2))))),
    "shared nodes": square(square(scalar.add(square(x), scalar.mul(x, y)))),
    "Huber loss": scalar.select(
      scalar.less(scalar.abs(x), 1),
      scalar.mul(square(x), 0.5),
      scalar.sub(scalar.abs(x), 0.5),
    ),
    "an Adam step": scalar.sub(
      y,
      scalar.div(scalar.mul(x, 0.1), scalar.add(scalar.sqrt(scalar.add(square(x), 0.01)), 1e-3)),
    ),
    "a mod b in an exponent": scalar.exp(scalar.mod(scalar.mul(x, 0.3), 1)),
  };
  test.each(Object.entries(composites))("%s", (_name, expression) => {
    const coordinates = points(-2, 2, 40);
    for (let i = 0; i < 40; i += 2) checkDerivatives(expression, coordinates.slice(i, i + 2));
  });
});

test("random smooth expressions", () => {
  const { expression } = fc.letrec<{ expression: Scalar }>((tie) => ({
    expression: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom<Scalar>(x, y, constant(0.7, "float64")),
      tie("expression").chain((z) =>
        fc.constantFrom(
          scalar.sin(z),
          scalar.cos(z),
          scalar.tanh(z),
          scalar.atan(z),
          scalar.erf(z),
          scalar.neg(z),
          scalar.exp(scalar.sin(z)),
          scalar.expm1(scalar.tanh(z)),
          scalar.log1p(scalar.mul(z, z)),
          scalar.sqrt(scalar.add(scalar.mul(z, z), 1)),
          scalar.div(1, scalar.add(scalar.mul(z, z), 2)),
          sigmoid(z),
        ),
      ),
      fc
        .tuple(tie("expression"), tie("expression"))
        .chain(([a, b]) =>
          fc.constantFrom(
            scalar.add(a, b),
            scalar.sub(a, b),
            scalar.mul(scalar.tanh(a), b),
            scalar.select(scalar.less(x, y), a, b),
          ),
        ),
    ),
  }));
  const coordinate = fc.integer({ min: -1000, max: 1000 }).map((i) => i / 618.1);
  fc.assert(
    fc.property(expression, coordinate, coordinate, (f, a, b) => {
      fc.pre(Math.abs(a - b) > 1e-3);
      checkDerivatives(f, [a, b]);
    }),
    { numRuns: 200, seed: 1 },
  );
});

describe("results are simplified", () => {
  test.each<[string, Scalar, Scalar]>([
    ["of itself", derivative(x, x), constant(1, "float64")],
    ["of another", derivative(y, x), constant(0, "float64")],
    ["of a sum", derivative(scalar.add(scalar.mul(x, 3), y), x), constant(3, "float64")],
    ["of a product", derivative(scalar.mul(x, y), x), y],
    ["of a difference", derivative(scalar.sub(y, x), x), constant(-1, "float64")],
    [
      "of a selection of alike",
      derivative(scalar.select(scalar.less(x, y), scalar.add(x, 1), x), x),
      constant(1, "float64"),
    ],
    ["of a comparison", derivative(scalar.less(x, y), x), constant(0, "bool")],
  ])("%s", (_name, actual, expected) => {
    expect(actual).toBe(expected);
  });
});

test("with respect to an inner node", () => {
  const inner = scalar.exp(x);
  expect(derivative(scalar.mul(inner, y), inner)).toBe(y);
});

test("between float types the derivative is cast, through integers it is cut", () => {
  const single = scalar.cast(scalar.mul(x, x), "float32");
  const dSingle = derivative(scalar.mul(single, 3), x);
  expect(dSingle.dtype).toBe("float32");
  expect(evaluate(dSingle, [2])).toBe(12);
  const back = derivative(scalar.cast(single, "float64"), x);
  expect(back.dtype).toBe("float64");
  expect(evaluate(back, [2])).toBe(4);
  expect(derivative(scalar.cast(scalar.cast(x, "int32"), "float64"), x)).toBe(
    constant(0, "float64"),
  );
});

test("stopGradient keeps the value and cuts the derivative", () => {
  const stopped = stopGradient(scalar.exp(x));
  expect(evaluate(stopped, [1])).toBe(Math.E);
  expect(derivative(stopped, x)).toBe(constant(0, "float64"));
  expect(derivative(scalar.mul(stopped, x), x)).toBe(stopped);
  expect(stopGradient(x)).toBe(stopGradient(x));
});

describe("partials of one's own", () => {
  test("are used, and differentiated in turn", () => {
    const doubled = withPartials(scalar.exp(x), [x], ([z]) => [scalar.mul(z!, 10)]);
    expect(evaluate(derivative(doubled, x), [3])).toBe(30);
    expect(evaluate(derivative(derivative(doubled, x), x), [3])).toBe(10);
  });

  test("obey the chain rule", () => {
    const outer = sigmoid(scalar.mul(x, x));
    const s = 1 / (1 + Math.exp(-4));
    expect(evaluate(derivative(outer, x), [2])).toBeCloseTo(s * (1 - s) * 4, 12);
  });

  test("save what mechanical differentiation loses", () => {
    const mechanical = scalar.div(1, scalar.add(scalar.exp(scalar.neg(x)), 1));
    expect(evaluate(derivative(mechanical, x), [-800])).toBeNaN();
    for (const at of [-800, 800, -Infinity, Infinity])
      expect(evaluate(derivative(sigmoid(x), x), [at])).toBe(0);
  });
});

describe("extremes", () => {
  const at = (f: Scalar, ...inputs: number[]): number[] => {
    const args = inputs.map((_, slot) => input(slot, "float64"));
    return args.map((arg) => evaluate(derivative(f, arg), inputs));
  };
  test.each<[string, number[], number[]]>([
    ["max at a tie", at(scalar.max(x, y), 2, 2), [0.5, 0.5]],
    ["min at a tie", at(scalar.min(x, y), 2, 2), [0.5, 0.5]],
    ["abs at 0", at(scalar.abs(x), 0), [0]],
    ["sqrt at 0", at(scalar.sqrt(x), 0), [Infinity]],
    ["tanh far out", at(scalar.tanh(x), 1000), [0]],
    ["erf far out", at(scalar.erf(x), -Infinity), [0]],
    ["exp far below", at(scalar.exp(x), -Infinity), [0]],
    ["atan far out", at(scalar.atan(x), Infinity), [0]],
    ["0 to the 2", at(scalar.pow(x, y), 0, 2), [0, 0]],
    ["0 to the 0", at(scalar.pow(x, y), 0, 0), [0, 0]],
    ["0 to the 1", at(scalar.pow(x, y), 0, 1), [1, 0]],
    ["a root not taken", at(scalar.select(scalar.less(x, 0), 0, scalar.sqrt(x)), -1), [0]],
    [
      "a root at the edge not taken",
      at(scalar.select(scalar.less(0, x), scalar.sqrt(x), 0), 0),
      [0],
    ],
  ])("%s", (_name, actual, expected) => {
    expect(actual).toEqual(expected);
  });
  test("square of a negative", () => {
    expect(at(scalar.pow(x, 2), -3)).toEqual([-6]);
    expect(evaluate(derivative(derivative(scalar.pow(x, 2), x), x), [-3])).toBe(2);
    expect(evaluate(derivative(derivative(scalar.pow(x, 2), x), x), [0])).toBe(2);
  });
});
