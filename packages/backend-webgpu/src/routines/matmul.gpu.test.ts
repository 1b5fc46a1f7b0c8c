import { contiguousLayout, input, internLayout, routineProgram, scalar } from "@dl/backend";
import { describe, test } from "vitest";
import { expectSame, sampleElements } from "../../test/against-reference.ts";

const float = (shape: readonly number[], strides?: readonly number[]) => ({
  dtype: "float32" as const,
  layout: strides === undefined ? contiguousLayout(shape) : internLayout(shape, strides),
});
// Sums of up to 300 products of size 16 that partly cancel.
const tolerance = { relative: 1e-5, absolute: 1e-3 };

describe("matmul", () => {
  test.each([
    [1, 1, 1],
    [1, 7, 5],
    [5, 1, 7],
    [7, 5, 1],
    [4, 8, 16],
    [5, 9, 17],
    [33, 65, 129],
    [3, 0, 4],
    [0, 3, 4],
    [130, 300, 20],
  ])("[%i, %i] by [.., %i]", async (m, k, n) => {
    const inputs = [
      { elements: sampleElements("float32", m * k) },
      { elements: sampleElements("float32", k * n, 2) },
    ];
    const layouts = [
      [float([m, k]), float([m, k], [1, m])],
      [float([k, n]), float([k, n], [1, k])],
    ] as const;
    for (const a of layouts[0])
      for (const b of layouts[1])
        await expectSame(routineProgram("matmul", {}, [a, b]), inputs, [], tolerance);
  });

  test("batches, broadcast and permuted", async () => {
    const inputs = [
      { elements: sampleElements("float32", 200), offset: 3 },
      { elements: sampleElements("float32", 200, 2) },
    ];
    for (const [a, b] of [
      [float([2, 3, 4, 5]), float([2, 3, 5, 2])],
      [float([2, 3, 4, 5], [0, 20, 5, 1]), float([2, 3, 5, 2], [30, 0, 1, 5])],
      [float([2, 3, 4, 5], [60, 5, 15, 1]), float([2, 3, 5, 2])],
    ] as const)
      await expectSame(routineProgram("matmul", {}, [a, b]), inputs, [], tolerance);
  });

  test("bias and activation", async () => {
    const value = scalar.max(scalar.add(input(0, "float32"), input(1, "float32")), 0);
    const program = routineProgram("matmul", {}, [float([6, 7]), float([7, 5])], [], {
      inputs: [float([6, 5], [0, 1])],
      value,
    });
    const [a, b, c] = [42, 35, 5].map((n, i) => ({ elements: sampleElements("float32", n, i) }));
    await expectSame(program, [a!, b!, c!], [], tolerance);
  });
});
