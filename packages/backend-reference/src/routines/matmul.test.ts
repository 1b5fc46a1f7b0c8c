import {
  contiguousLayout,
  input,
  internLayout,
  routineProgram,
  scalar,
  type Layout,
} from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

const at = ({ strides }: Layout, ...position: number[]): number =>
  position.reduce((sum, p, axis) => sum + p * strides[axis]!, 0);
const ramp = (count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => ((i * 37) % 19) - 9);

test.each<[string, Layout, Layout]>([
  ["plain", contiguousLayout([2, 3, 4]), contiguousLayout([2, 4, 5])],
  ["left transposed", internLayout([2, 3, 4], [12, 1, 3]), contiguousLayout([2, 4, 5])],
  ["right transposed", contiguousLayout([2, 3, 4]), internLayout([2, 4, 5], [20, 1, 4])],
  ["batch broadcast", internLayout([2, 3, 4], [0, 4, 1]), contiguousLayout([2, 4, 5])],
  ["column broadcast", contiguousLayout([2, 3, 4]), internLayout([2, 4, 5], [4, 1, 0])],
  ["batches swapped", internLayout([2, 3, 4], [4, 8, 1]), contiguousLayout([2, 4, 5])],
])("%s", (_name, a, b) => {
  const program = routineProgram("matmul", {}, [
    { dtype: "float64", layout: a },
    { dtype: "float64", layout: b },
  ]);
  const [left, right] = [ramp(24), ramp(40)];
  const expected: number[] = [];
  for (let batch = 0; batch < 2; batch++)
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 5; j++) {
        let sum = 0;
        for (let k = 0; k < 4; k++) sum += left[at(a, batch, i, k)]! * right[at(b, batch, k, j)]!;
        expected.push(sum);
      }
  expect([...evaluateProgram(program, [left, right])[0]!]).toEqual(expected);
});

test("an empty inner axis gives zeros, and an empty outer one nothing", () => {
  const product = (m: number, k: number, n: number): number[] => {
    const inputs = [contiguousLayout([m, k]), contiguousLayout([k, n])].map((layout) => ({
      dtype: "float32" as const,
      layout,
    }));
    const elements = inputs.map(({ layout }) => new Float32Array(layout.elementCount).fill(1));
    return [...evaluateProgram(routineProgram("matmul", {}, inputs), elements)[0]!];
  };
  expect(product(2, 0, 2)).toEqual([0, 0, 0, 0]);
  expect(product(0, 2, 2)).toEqual([]);
  expect(product(1, 2, 1)).toEqual([2]);
});

test("float32 products are summed in double; 0 times Infinity is NaN", () => {
  const layout = contiguousLayout([1, 3]);
  const column = contiguousLayout([3, 1]);
  const program = routineProgram("matmul", {}, [
    { dtype: "float32", layout },
    { dtype: "float32", layout: column },
  ]);
  const dot = (a: number[], b: number[]): number =>
    evaluateProgram(program, [Float32Array.from(a), Float32Array.from(b)])[0]![0]!;
  expect(dot([1e8, 1, -1e8], [1, 1, 1])).toBe(1);
  expect(dot([0, 1, 1], [Infinity, 1, 1])).toBeNaN();
});

test("bias and activation as an epilogue", () => {
  const program = routineProgram(
    "matmul",
    {},
    [
      { dtype: "float64", layout: contiguousLayout([2, 1]) },
      { dtype: "float64", layout: contiguousLayout([1, 2]) },
    ],
    ["float64"],
    {
      inputs: [{ dtype: "float64", layout: internLayout([2, 2], [0, 1]) }],
      value: scalar.max(scalar.add(input(0, "float64"), input(1, "float64")), 0),
    },
  );
  const results = evaluateProgram(
    program,
    [Float64Array.of(1, -2), Float64Array.of(3, 4), Float64Array.of(10, -3)],
    [0],
  );
  expect([...results[0]!]).toEqual([13, 1, 4, 0]);
});
