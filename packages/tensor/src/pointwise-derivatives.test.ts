import { derivative } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { pointwiseReferences } from "@dl/testing/pointwise-references";
import { beforeAll, describe, expect, test } from "vitest";
import { configure, PointwiseOp, pointwiseFunctions, tensor, type Tensor } from "./index.ts";
import { applyPointwise } from "./ops/pointwise.ts";
import type { PointwiseName } from "./pointwise-functions.ts";

beforeAll(() => void configure({ backend: reference() }));

const names = (Object.keys(pointwiseFunctions) as PointwiseName[]).filter(
  (name) => pointwiseReferences[name].isDifferentiable !== false,
);

/** The symbolic derivative by one operand, as an operation. */
function derivativeBy(name: PointwiseName, which: number): PointwiseOp {
  const { op } = pointwiseFunctions[name];
  return new PointwiseOp(name, (...operands) =>
    derivative(op.expression(operands), operands[which]!),
  );
}

async function slopes(name: PointwiseName, which: number, operands: number[][]): Promise<number[]> {
  const tensors: (Tensor | number)[] = operands.map((list) => tensor(list, { dtype: "float64" }));
  const { numbers } = pointwiseFunctions[name].definition;
  const op = derivativeBy(name, which);
  return Array.from(await applyPointwise(op, [...tensors, ...numbers], "float64").data());
}

function samples([low, high]: readonly [number, number], count: number, phase: number): number[] {
  return Array.from(
    { length: count },
    (_, i) => low + (high - low) * (((i + 1) * 0.6180339887 + phase * 0.7548776662) % 1),
  );
}

describe.each(names)("the derivative of %s", (name) => {
  const { numbers, tensorOperands } = pointwiseFunctions[name].definition;
  const { of: valueOf, domain = [-3, 3] } = pointwiseReferences[name];
  const operandCount = 1 + tensorOperands;

  test("agrees with central differences", async () => {
    const operands = Array.from({ length: operandCount }, (_, i) => samples(domain, 40, i));
    for (let which = 0; which < operandCount; which++) {
      const actual = await slopes(name, which, operands);
      actual.forEach((slope, i) => {
        const at = (shift: number): number => {
          const point = operands.map((list, k) => list[i]! + (k === which ? shift : 0));
          return valueOf(...point, ...numbers);
        };
        const expected = (at(1e-6) - at(-1e-6)) / 2e-6;
        expect(Math.abs(slope - expected)).toBeLessThan(1e-5 + 1e-3 * Math.abs(expected));
      });
    }
  });

  test("is finite where function and inputs are, far out", async () => {
    const far = [800, -800, 50, -50, 1e30, -1e30, 1e-30, 1e10];
    const pairs = far.flatMap((a) => far.map((b) => [a, b]));
    const lists = Array.from({ length: operandCount }, (_, operand) =>
      pairs.map((pair) => pair[operand % 2]!),
    );
    // A negative base has no power beside whole exponents, and so no slope there.
    const checked = name === "pow" ? 1 : operandCount;
    for (let which = 0; which < checked; which++) {
      const actual = await slopes(name, which, lists);
      const wrong = actual
        .map((slope, i) => ({ slope, point: lists.map((list) => list[i]!) }))
        .filter(
          ({ slope, point }) =>
            Number.isNaN(slope) && Number.isFinite(valueOf(...point, ...numbers)),
        )
        .map(({ slope, point }) => `by ${which} at (${point.join(", ")}): ${slope}`);
      expect(wrong).toEqual([]);
    }
  });
});

describe("conventions at kinks", () => {
  test.each<[PointwiseName, number, number[], number]>([
    ["relu", 0, [0], 0],
    ["abs", 0, [0], 0],
    ["leakyRelu", 0, [0], 0.01],
    ["elu", 0, [0], 1],
    ["relu6", 0, [6], 0],
    ["hardtanh", 0, [1], 0],
    ["hardsigmoid", 0, [3], 0],
    ["maximum", 0, [2, 2], 0.5],
    ["minimum", 1, [2, 2], 0.5],
    ["hypot", 0, [0, 0], 0],
    ["atan2", 1, [0, 0], 0],
    ["xlogy", 0, [0, 0], 0],
    ["pow", 0, [0, 0], 0],
    ["logaddexp", 0, [-Infinity, -Infinity], 0.5],
    ["sigmoid", 0, [-800], 0],
    ["softplus", 0, [-800], 0],
    ["softplus", 0, [800], 1],
  ])("%s by operand %d at %j is %d", async (name, which, point, expected) => {
    const [slope] = await slopes(
      name,
      which,
      point.map((x) => [x]),
    );
    expect(slope).toBe(expected);
  });
});
