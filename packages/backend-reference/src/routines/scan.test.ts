import { contiguousLayout, routineProgram, type RoutineParameters } from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

type Scan = RoutineParameters["scan"];
const sum: Scan = { op: "sum", axis: 0, exclusive: false, reverse: false };

function scan(settings: Scan, shape: readonly number[], values: readonly number[]): number[] {
  const program = routineProgram("scan", settings, [
    { dtype: "float64", layout: contiguousLayout(shape) },
  ]);
  return [...evaluateProgram(program, [Float64Array.from(values)])[0]!];
}

test.each<[Partial<Scan>, number[]]>([
  [{}, [2, 5, 9]],
  [{ exclusive: true }, [0, 2, 5]],
  [{ reverse: true }, [9, 7, 4]],
  [{ reverse: true, exclusive: true }, [7, 4, 0]],
  [{ op: "prod" }, [2, 6, 24]],
  [{ op: "prod", exclusive: true }, [1, 2, 6]],
  [{ op: "prod", reverse: true }, [24, 12, 4]],
])("%j", (settings, expected) => {
  expect(scan({ ...sum, ...settings }, [3], [2, 3, 4])).toEqual(expected);
});

test("along each axis", () => {
  expect(scan(sum, [2, 2], [1, 2, 3, 4])).toEqual([1, 2, 4, 6]);
  expect(scan({ ...sum, axis: 1 }, [2, 2], [1, 2, 3, 4])).toEqual([1, 3, 3, 7]);
  expect(scan(sum, [0, 2], [])).toEqual([]);
});

test("NaN stays from where it stands", () => {
  expect(scan(sum, [3], [1, NaN, 2])).toEqual([1, NaN, NaN]);
});

test("integers wrap", () => {
  const program = routineProgram("scan", { ...sum, op: "prod" }, [
    { dtype: "int32", layout: contiguousLayout([3]) },
  ]);
  expect(evaluateProgram(program, [Int32Array.of(0x10001, 0x10001, -1)])[0]).toEqual(
    Int32Array.of(0x10001, 0x20001, -0x20001),
  );
});
