import { gradientsOf } from "@dl/autograd";
import type { Backend, DType } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { pointwiseFunctions, tensor, zerosLike, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { difference, float32Tolerance, type Tolerance } from "../conformance/compare.ts";
import { readFixture } from "../pytorch/fixtures.ts";
import { pointwiseReferences } from "../op-samples/pointwise-references.ts";
import { deviations, type Deviation, type Part } from "./deviations.ts";

type Column = readonly (number | string)[];

/** As scripts/make-special-points.py writes it. */
interface SpecialPoints {
  readonly op: keyof typeof pointwiseFunctions;
  readonly numbers: readonly number[];
  readonly points: readonly Column[];
  readonly values: Column;
  readonly first: readonly Column[];
  readonly second: readonly Column[];
}

const precise: Tolerance = { relative: 1e-7, absolute: 1e-8 };
const targets: readonly (readonly [string, Backend, DType, Tolerance])[] = [
  ["reference", reference(), "float64", precise],
  ["cpu", await cpu(), "float32", float32Tolerance],
];
const { records } = readFixture<{ records: SpecialPoints[] }>("special-points");
const used = new Set<Deviation>();

const slopesOf = (y: Tensor, operands: readonly Tensor[]): Tensor[] =>
  y.requiresGrad
    ? gradientsOf(y.sum(), operands, { createGraph: true })
    : operands.map((x) => zerosLike(x));

describe.each(targets)(
  "values and derivatives at special points, %s",
  (_name, backend, dtype, tolerance) => {
    const named = records.map(
      (record) => [`${record.op}${record.numbers.map((n) => `(${n})`).join("")}`, record] as const,
    );
    it.each(named)("%s", async (name, { op, numbers, points, values, first, second }) => {
      const operands = points.map((column) =>
        tensor(column.map(Number), { dtype, backend }).requireGrad(),
      );
      const y = pointwiseFunctions[op].apply(operands[0]!, ...operands.slice(1), ...numbers);
      const slopes = slopesOf(y, operands);
      const bends = slopes.flatMap((slope, i) => slopesOf(slope, operands).slice(i));
      const check = async (part: Part, received: Tensor, pytorch: Column): Promise<void> => {
        const data = await received.data();
        const expected = pytorch.map((given, i) => {
          const point = points.map((column) => Number(column[i]));
          const listed = deviations.find(
            (known) =>
              known.ops.includes(name) &&
              known.parts.includes(part) &&
              (known.dtype ?? dtype) === dtype &&
              known.at(...point),
          );
          // Outside of the domain there is nothing to differentiate.
          if (part !== "value" && Number.isNaN(Number(values[i]))) return data[i]!;
          const shape = { shape: [1], dtype };
          const agrees =
            difference(
              "",
              { ...shape, data: [data[i]!] },
              { ...shape, data: [Number(given)] },
              tolerance,
            ) === undefined;
          if (listed === undefined || agrees) return Number(given);
          used.add(listed);
          return listed.is(...point);
        });
        const wanted = { shape: [expected.length], dtype, data: expected };
        const found = { shape: [expected.length], dtype, data };
        expect(difference(part, found, wanted, tolerance)).toBeUndefined();
      };
      await check("value", y, values);
      for (const [i, slope] of slopes.entries()) await check("first", slope, first[i]!);
      for (const [i, bend] of bends.entries()) await check("second", bend, second[i]!);
    });
  },
);

it("covers every differentiable operation of the tables", () => {
  const covered = new Set(records.map(({ op }) => op));
  const missing = Object.entries(pointwiseReferences).filter(
    ([name, { isDifferentiable }]) =>
      isDifferentiable !== false && !covered.has(name as SpecialPoints["op"]),
  );
  expect(missing.map(([name]) => name)).toEqual([]);
});

it("names only differences that there are", () => {
  expect(
    deviations.filter((known) => !used.has(known)),
    "agrees with PyTorch: remove it",
  ).toEqual([]);
});
