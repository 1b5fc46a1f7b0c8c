import { input, internLayout, mapProgram, type DType } from "@dl/backend";
import { expect, test } from "vitest";
import { bothBackends, runOn } from "../test/against-reference.ts";

test.each([
  { shape: [4, 4], strides: [1, 4] },
  { shape: [5, 7], strides: [1, 5] },
  { shape: [64, 64], strides: [1, 64] },
  { shape: [9, 35], strides: [1, 40] },
  { shape: [3, 5], strides: [1, 3] },
  { shape: [6, 9], strides: [1, -6] },
  { shape: [2, 3, 18, 5], strides: [270, 90, 1, 18] },
  { shape: [7, 3, 6], strides: [1, 42, 7] },
  { shape: [5, 3, 6], strides: [1, 0, 5] },
  { shape: [2, 6, 5, 3], strides: [90, 5, 1, 30] },
  { shape: [0, 6, 5], strides: [30, 1, 6] },
  { shape: [4, 4, 4], strides: [1, 1, 4] },
])("copies $shape from strides $strides", async ({ shape, strides }) => {
  const { fast, slow } = await bothBackends();
  for (const dtype of ["float32", "int32", "bool"] as const satisfies DType[]) {
    const spec = { dtype, layout: internLayout(shape, strides) };
    const program = mapProgram(shape, [spec], ["float32"], [input(0, dtype)]);
    const elements = Array.from({ length: 4200 }, (_, i) => (dtype === "bool" ? (i * 7) & 1 : i));
    const inputs = [{ elements, offset: 60 }];
    const [actual] = await runOn(fast, program, inputs, [1]);
    const [expected] = await runOn(slow, program, inputs, [1]);
    expect(Array.from(actual!)).toEqual(Array.from(expected!));
  }
});
