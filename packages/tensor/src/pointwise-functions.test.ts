import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { isFloat, type Backend, type DType } from "@dl/backend";
import { pointwiseReferences, type PointwiseReference } from "@dl/testing/pointwise-references";
import { afterEach, describe, expect, test } from "vitest";
import { configure } from "./core/configuration.ts";
import { tensor } from "./ops/tensor-from-data.ts";
import { pointwiseFunctions, type PointwiseName } from "./pointwise-functions.ts";
import type { OperandRules } from "./ops/pointwise-definition.ts";
import "./methods.ts";

const backends = [reference(), await cpu()];
const extremes = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 3, -3, 20, -20, 90, -90];
extremes.push(800, -800, 1e-30, -1e-30, 1e-4, -1e-4, 1e10, -1e10, 1e30, -1e30);

/** Not random: the same samples everywhere. */
function samples([low, high]: readonly [number, number], count: number, phase: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const fraction = ((i + 1) * 0.6180339887 + phase * 0.7548776662) % 1;
    return low + (high - low) * fraction;
  });
}

/** One list of numbers per operand: samples, then every combination of extremes. */
function operandLists(
  types: OperandRules["types"],
  { domain = [-3, 3] }: PointwiseReference,
  operands: number,
): number[][] {
  const lists = Array.from({ length: operands }, (_, i) => samples(domain, 64, i));
  if (types === "bits" || types === "integer") return lists.map((list) => list.map(Math.round));
  const edge =
    operands > 2 ? extremes.filter(Number.isFinite).filter((x) => Math.abs(x) < 1e3) : extremes;
  for (let i = 0; i < edge.length ** operands; i++)
    lists.forEach((list, operand) =>
      list.push(edge[Math.floor(i / edge.length ** operand) % edge.length]!),
    );
  return lists;
}

function dtypesOf(types: OperandRules["types"], backend: Backend): readonly DType[] {
  if (types === "bits" || types === "integer") return ["int32"];
  return backend.capabilities.dtypes.filter(isFloat);
}

const names = Object.keys(pointwiseFunctions) as PointwiseName[];

const modes = backends.flatMap((backend) => [
  { backend, name: backend.name, eager: false },
  { backend, name: backend.name, eager: true },
]);

describe.each(modes)("$name, eager $eager", ({ backend, eager }) => {
  afterEach(() => configure({ eager: false }));

  test.each(names)("%s equals its reference", async (name) => {
    configure({ backend, eager });
    const { definition, apply } = pointwiseFunctions[name];
    const { types, numbers, tensorOperands } = definition;
    const row = pointwiseReferences[name];
    for (const dtype of dtypesOf(types, backend)) {
      const lists = operandLists(types, row, 1 + tensorOperands);
      const [x, ...others] = lists.map((list) => tensor(list, { dtype }));
      const actual = await apply(x!, ...others).data();
      const stored = await Promise.all([x!, ...others].map((operand) => operand.data()));
      const wrong: string[] = [];
      for (let i = 0; i < actual.length; i++) {
        const operands = stored.map((list) => list[i]!);
        const expected = row.of(...operands, ...numbers);
        if (!isClose(actual[i]!, expected, dtype))
          wrong.push(`${dtype} ${name}(${operands.join(", ")}) = ${actual[i]!}, not ${expected}`);
      }
      expect(wrong).toEqual([]);
    }
  });
});

function isClose(actual: number, expected: number, dtype: DType): boolean {
  const single = dtype === "float32";
  const wanted = single ? Math.fround(expected) : expected;
  if (Object.is(actual, wanted) || actual === wanted) return true;
  const [relative, absolute] = single ? [1.3e-6, 1e-7] : [1e-12, 1e-13];
  return Math.abs(actual - wanted) <= absolute + relative * Math.abs(wanted);
}
