import { contiguousLayout, routineProgram } from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

const window = {
  kernelSize: [2, 2],
  stride: [2, 2],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
} as const;
const square = { dtype: "float64", layout: contiguousLayout([1, 1, 2, 2]) } as const;

test.each([
  [true, [1, 2, 3, 4]],
  [false, [4, 8, 12, 16]],
])("padding counts: %s", (countIncludePad, expected) => {
  const program = routineProgram("avgPool2d", { ...window, countIncludePad }, [square]);
  expect([...evaluateProgram(program, [Float64Array.of(4, 8, 12, 16)])[0]!]).toEqual(expected);
});

test("means over overlapping windows, plane by plane", () => {
  const settings = {
    ...window,
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    countIncludePad: true,
  } as const;
  const layout = contiguousLayout([1, 2, 2, 3]);
  const program = routineProgram("avgPool2d", settings, [{ dtype: "float64", layout }]);
  const x = Float64Array.of(0, 4, 8, 12, 16, 20, 1, 1, 1, 1, 1, 1);
  expect([...evaluateProgram(program, [x])[0]!]).toEqual([8, 12, 1, 1]);
});

test.each([true, false])("the gradient is the adjoint; padding counts: %s", (countIncludePad) => {
  const settings = {
    kernelSize: [3, 2],
    stride: [2, 1],
    padding: [1, 0, 1, 1],
    dilation: [1, 2],
    countIncludePad,
  } as const;
  const x = { dtype: "float64", layout: contiguousLayout([2, 2, 4, 3]) } as const;
  const forward = routineProgram("avgPool2d", settings, [x]);
  const y = { dtype: "float64", layout: contiguousLayout(forward.result.shape) } as const;
  const backward = routineProgram("avgPool2dGrad", { ...settings, inputSize: [4, 3] }, [y]);
  const dy = Float64Array.from({ length: y.layout.elementCount }, (_, i) => (i * 5) % 11);
  const dx = evaluateProgram(backward, [dy])[0]!;
  for (let i = 0; i < x.layout.elementCount; i++) {
    const unit = new Float64Array(x.layout.elementCount).fill(1, i, i + 1);
    const response = [...evaluateProgram(forward, [unit])[0]!];
    const expected = response.reduce((sum, v, k) => sum + v * dy[k]!, 0);
    expect(dx[i]).toBeCloseTo(expected, 12);
  }
});
