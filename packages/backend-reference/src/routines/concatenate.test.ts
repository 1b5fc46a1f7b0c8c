import { contiguousLayout, input, routineProgram, scalar, type Shape } from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

const spec = (shape: Shape) => ({ dtype: "int32" as const, layout: contiguousLayout(shape) });

test("along each axis, empty parts included", () => {
  const join = (axis: number, ...parts: [Shape, number[]][]): number[] => {
    const program = routineProgram(
      "concatenate",
      { axis },
      parts.map(([shape]) => spec(shape)),
    );
    return [
      ...evaluateProgram(
        program,
        parts.map(([, values]) => Int32Array.from(values)),
      )[0]!,
    ];
  };
  expect(
    join(
      0,
      [
        [1, 2],
        [1, 2],
      ],
      [
        [2, 2],
        [3, 4, 5, 6],
      ],
    ),
  ).toEqual([1, 2, 3, 4, 5, 6]);
  expect(
    join(
      1,
      [
        [2, 1],
        [1, 2],
      ],
      [
        [2, 2],
        [3, 4, 5, 6],
      ],
    ),
  ).toEqual([1, 3, 4, 2, 5, 6]);
  expect(
    join(
      1,
      [[2, 0], []],
      [
        [2, 1],
        [1, 2],
      ],
      [
        [2, 1],
        [3, 4],
      ],
    ),
  ).toEqual([1, 3, 2, 4]);
});

test("through an epilogue", () => {
  const program = routineProgram("concatenate", { axis: 0 }, [spec([1]), spec([1])], [], {
    inputs: [spec([2])],
    value: scalar.mul(input(0, "int32"), input(1, "int32")),
  });
  const inputs = [[2], [3], [10, 100]].map((values) => Int32Array.from(values));
  expect([...evaluateProgram(program, inputs)[0]!]).toEqual([20, 300]);
});
