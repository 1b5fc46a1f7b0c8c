import { describe, expect, test } from "vitest";
import { contiguousLayout, internLayout } from "../layout.ts";
import type { InputSpec } from "./program.ts";
import { routineResults, windowCount, windowOutputSize } from "./routine-results.ts";
import type { RoutineName, RoutineParameters } from "./routines.ts";

const float = (...shape: number[]): InputSpec => ({
  dtype: "float32",
  layout: contiguousLayout(shape),
});
const int = (...shape: number[]): InputSpec => ({
  dtype: "int32",
  layout: contiguousLayout(shape),
});
const window = { stride: [2, 1], padding: [1, 0, 0, 2], dilation: [1, 2] } as const;
const conv = { ...window, groups: 2 };
const pool = { ...window, kernelSize: [2, 3] } as const;

test("a window's positions, counted by trying each", () => {
  for (let size = 0; size < 6; size++)
    for (let kernel = 1; kernel < 4; kernel++)
      for (let stride = 1; stride < 4; stride++)
        for (let padding = 0; padding < 3; padding++)
          for (let dilation = 1; dilation < 3; dilation++) {
            let count = 0;
            while (count * stride + dilation * (kernel - 1) < size + padding) count++;
            expect(Math.max(windowCount(size, kernel, stride, padding, dilation), 0)).toBe(count);
          }
});

test("height and width are padded on their own sides", () => {
  expect(windowOutputSize([5, 6], [2, 3], window)).toEqual([3, 4]);
});

type Case = {
  [Name in RoutineName]: [Name, RoutineParameters[Name], InputSpec[], ...(readonly number[])[]];
}[RoutineName];

describe("shapes of results", () => {
  test.each<Case>([
    ["matmul", {}, [float(7, 2, 3), float(7, 3, 4)], [7, 2, 4]],
    ["conv2d", conv, [float(8, 4, 5, 6), float(6, 2, 2, 3)], [8, 6, 3, 4]],
    [
      "conv2dInputGrad",
      { ...conv, inputSize: [5, 6] },
      [float(8, 6, 3, 4), float(6, 2, 2, 3)],
      [8, 4, 5, 6],
    ],
    [
      "conv2dWeightGrad",
      { ...conv, kernelSize: [2, 3] },
      [float(8, 4, 5, 6), float(8, 6, 3, 4)],
      [6, 2, 2, 3],
    ],
    ["maxPool2d", pool, [float(8, 4, 5, 6)], [8, 4, 3, 4], [8, 4, 3, 4]],
    [
      "resample",
      { axis: 1, positions: [[3], [], [0, 1]], weights: [[1], [], [0.5, 0.5]] },
      [float(8, 4, 5)],
      [8, 3, 5],
    ],
    ["gather", { axis: 1 }, [float(3, 4), int(2, 9)], [2, 9]],
    ["scatter", { axis: 1, mode: "add" }, [float(3, 4), int(2, 9), float(2, 9)], [3, 4]],
    ["indexSelect", { axis: 0 }, [float(3, 4), int(9)], [9, 4]],
    ["indexAdd", { axis: 0 }, [float(3, 4), int(9), float(9, 4)], [3, 4]],
    ["concatenate", { axis: 1 }, [float(3, 4), float(3, 0), float(3, 2)], [3, 6]],
    ["pad", { before: [1, 0], after: [2, -1], interior: [0, 3], value: 0 }, [float(3, 4)], [6, 12]],
    ["pad", { before: [1], after: [2], interior: [3], value: 0 }, [float(0)], [3]],
    ["scan", { op: "sum", axis: 0, exclusive: false, reverse: false }, [float(3, 4)], [3, 4]],
    ["sort", { axis: 0, descending: false }, [float(3, 4)], [3, 4], [3, 4]],
  ])("%s", (routine, settings, inputs, ...shapes) => {
    expect(routineResults(routine, inputs, settings).map(({ shape }) => shape)).toEqual(shapes);
  });
});

test("types of results: the first input's, and int32 for positions", () => {
  const dtypesOf = (list: readonly { dtype: string }[]): string[] => list.map(({ dtype }) => dtype);
  expect(dtypesOf(routineResults("sort", [float(3)], { axis: 0, descending: false }))).toEqual([
    "float32",
    "int32",
  ]);
  expect(dtypesOf(routineResults("maxPool2d", [float(1, 1, 5, 6)], pool))).toEqual([
    "float32",
    "int32",
  ]);
  expect(dtypesOf(routineResults("gather", [float(3), int(2)], { axis: 0 }))).toEqual(["float32"]);
});

describe("inputs that do not fit are refused", () => {
  test.each<[RoutineName, RoutineParameters[RoutineName], InputSpec[]]>([
    ["matmul", {}, [float(2, 3), float(4, 5)]],
    ["matmul", {}, [float(3), float(3)]],
    ["matmul", {}, [float(2, 2, 3), float(3, 3, 4)]],
    ["matmul", {}, [int(2, 3), int(3, 4)]],
    ["conv2d", conv, [float(8, 4, 5, 6), float(6, 4, 2, 3)]],
    ["conv2dInputGrad", { ...conv, inputSize: [9, 6] }, [float(8, 6, 3, 4), float(6, 2, 2, 3)]],
    ["conv2dWeightGrad", { ...conv, kernelSize: [5, 3] }, [float(8, 4, 5, 6), float(8, 6, 3, 4)]],
    ["maxPool2d", pool, [float(4, 5, 6)]],
    ["resample", { axis: 0, positions: [[0]], weights: [[1]] }, [int(3)]],
    ["gather", { axis: 1 }, [float(3, 4), int(4, 4)]],
    ["gather", { axis: 1 }, [float(3, 4), float(3, 4)]],
    ["scatter", { axis: 1, mode: "add" }, [float(3, 4), int(2, 9), float(2, 8)]],
    ["indexSelect", { axis: 0 }, [float(3, 4), int(9, 1)]],
    ["indexAdd", { axis: 0 }, [float(3, 4), int(9), float(8, 4)]],
    ["concatenate", { axis: 1 }, [float(3, 4), float(2, 4)]],
    ["concatenate", { axis: 0 }, [float(3), int(3)]],
    ["pad", { before: [1], after: [1], interior: [0], value: 0 }, [float(3, 4)]],
  ])("%s %j", (routine, settings, inputs) => {
    expect(() => routineResults(routine, inputs, settings)).toThrow(
      expect.objectContaining({
        name: "InternalError",
        message: expect.stringContaining(`${routine}: inputs do not fit: `),
      }),
    );
  });

  test("only matmul reads through strides", () => {
    const transposed: InputSpec = { dtype: "float32", layout: internLayout([3, 3], [1, 3]) };
    expect(routineResults("matmul", [transposed, transposed], {})[0]!.shape).toEqual([3, 3]);
    expect(() => routineResults("sort", [transposed], { axis: 0, descending: false })).toThrow(
      "sort: inputs must be contiguous.",
    );
  });
});
