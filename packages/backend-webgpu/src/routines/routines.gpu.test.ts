import {
  contiguousLayout,
  elementCount,
  input,
  routineProgram,
  scalar,
  type DType,
  type InputSpec,
  type RoutineName,
  type RoutineParameters,
  type Taps,
} from "@dl/backend";
import { describe, test } from "vitest";
import { exact, expectSame, sampleElements, type Tolerance } from "../../test/against-reference.ts";

const spec = (shape: readonly number[], dtype: DType = "float32"): InputSpec => ({
  dtype,
  layout: contiguousLayout(shape),
});

/** Indices below `bound`, some of them repeated. */
const indices = (count: number, bound: number): number[] =>
  sampleElements("uint32", count, 7).map((x) => x % bound);

async function check<Name extends RoutineName>(
  routine: Name,
  settings: RoutineParameters[Name],
  inputs: readonly InputSpec[],
  elements: readonly (readonly number[] | undefined)[] = [],
  tolerance: Tolerance = exact,
): Promise<void> {
  const data = inputs.map(({ dtype, layout }, i) => ({
    elements: elements[i] ?? sampleElements(dtype, layout.elementCount, i + 1),
  }));
  await expectSame(routineProgram(routine, settings, inputs), data, [], tolerance);
}

const all = ["float32", "int32", "uint32", "bool"] as const;
const rounding = { relative: 2e-5, absolute: 2e-5 };
const window = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;

const windows = [
  { size: [8, 8], kernelSize: [2, 2], ...window, stride: [2, 2] },
  { size: [28, 28], kernelSize: [2, 2], ...window, stride: [2, 2] },
  { size: [9, 11], kernelSize: [2, 2], ...window, stride: [2, 2] },
  { size: [5, 7], kernelSize: [3, 2], ...window },
  { size: [7, 7], kernelSize: [3, 3], ...window, stride: [2, 2], padding: [1, 1, 1, 1] },
  { size: [9, 8], kernelSize: [3, 2], stride: [2, 1], padding: [2, 0, 1, 3], dilation: [2, 3] },
  { size: [3, 3], kernelSize: [2, 2], ...window, padding: [3, 3, 3, 3] },
  { size: [1, 1], kernelSize: [1, 1], ...window },
] as const;

describe.each(windows)("window $kernelSize over $size, stride $stride, padding $padding", (w) => {
  const { size, ...settings } = w;
  test("max pool", async () => {
    for (const dtype of ["float32", "int32"] as const)
      await check("maxPool2d", settings, [spec([2, 3, ...size], dtype)]);
    const odd = [NaN, -Infinity, 0, -0, 3, 3, NaN, 1, Infinity];
    const elements = Array.from({ length: 2 * size[0] * size[1] }, (_, i) => odd[(i * 5) % 9]!);
    await check("maxPool2d", settings, [spec([1, 2, ...size])], [elements]);
  });

  test.each([1, 2])("convolutions, %i groups", async (groups) => {
    const { kernelSize, ...convolution } = { ...settings, groups };
    const [x, weight] = [spec([2, 4, ...size]), spec([6, 4 / groups, ...kernelSize])];
    await check("conv2d", convolution, [x, weight], [], rounding);
    const dy = spec(routineProgram("conv2d", convolution, [x, weight]).result.shape);
    await check("conv2dInputGrad", { ...convolution, inputSize: size }, [dy, weight], [], rounding);
    await check("conv2dWeightGrad", { ...convolution, kernelSize }, [x, dy], [], {
      relative: 1e-4,
      absolute: 1e-4,
    });
  });
});

test.each([1, 3])("a filter for each of %i channels", async (groups) => {
  const wide = [
    { size: [33, 35], kernelSize: [4, 4], ...window, padding: [2, 1, 2, 1] },
    { size: [16, 40], kernelSize: [5, 3], stride: [1, 3], padding: [2, 2, 0, 4], dilation: [1, 2] },
    { size: [6, 20], kernelSize: [1, 4], ...window, padding: [0, 0, -1, 2] },
    { size: [12, 12], kernelSize: [4, 4], ...window, stride: [2, 2], padding: [1, 1, 1, 1] },
  ] as const;
  for (const { size, kernelSize, ...settings } of [...windows, ...wide])
    for (const batch of [1, 5]) {
      const convolution = { ...settings, groups };
      const [x, weight] = [spec([batch, groups, ...size]), spec([groups, 1, ...kernelSize])];
      await check("conv2d", convolution, [x, weight], [], rounding);
      const dy = spec(routineProgram("conv2d", convolution, [x, weight]).result.shape);
      const deep = { relative: 1e-4, absolute: 2e-4 };
      await check(
        "conv2dInputGrad",
        { ...convolution, inputSize: size },
        [dy, weight],
        [],
        rounding,
      );
      await check("conv2dWeightGrad", { ...convolution, kernelSize }, [x, dy], [], deep);
    }
});

/** Sample elements with `value` at some share of the way through them. */
const withOne = (count: number, seed: number, value: number, share: number): number[] =>
  sampleElements("float32", count, seed).with(Math.floor(share * (count - 1)), value);

const deep = { size: [30, 30], kernelSize: [3, 3], ...window, padding: [1, 1, 1, 1] } as const;

describe.each([...windows, deep])(
  "one number that is not finite reaches its own windows alone: $kernelSize over $size, stride $stride",
  (w) => {
    const { size, ...settings } = w;
    const [images, channels] = w === deep ? [6, 1] : [2, 4];
    const places = [0, 0.4, 1].flatMap((share) =>
      [Infinity, NaN].map((value) => [value, share] as const),
    );
    const wide = { relative: 1e-4, absolute: 2e-4 };

    async function checkOnes<Name extends RoutineName>(
      routine: Name,
      parameters: RoutineParameters[Name],
      inputs: readonly InputSpec[],
    ): Promise<void> {
      const counts = inputs.map(({ layout }) => layout.elementCount);
      for (const [value, share] of places)
        for (const [odd] of inputs.entries()) {
          const elements = counts.map((count, i) =>
            i === odd ? withOne(count, i + 1, value, share) : undefined,
          );
          await check(routine, parameters, inputs, elements, wide);
        }
    }

    test("convolutions and their gradients", async () => {
      const { kernelSize, ...plain } = { ...settings, groups: 1 };
      const [x, weight] = [spec([images, channels, ...size]), spec([3, channels, ...kernelSize])];
      const dy = spec(routineProgram("conv2d", plain, [x, weight]).result.shape);
      await checkOnes("conv2d", plain, [x, weight]);
      await checkOnes("conv2dInputGrad", { ...plain, inputSize: size }, [dy, weight]);
      await checkOnes("conv2dWeightGrad", { ...plain, kernelSize }, [x, dy]);
    });

    test("pools", async () => {
      const x = spec([images, channels, ...size]);
      await checkOnes("maxPool2d", settings, [x]);
    });
  },
);

/** Sums of up to 4 positions each, some of none. */
function someTaps(size: number, count: number): Taps {
  const positions = Array.from({ length: count }, (_, i) =>
    Array.from({ length: (i * 3 + 1) % 5 }, (_tap, t) => (i * 7 + t * 3) % size),
  );
  return { positions, weights: positions.map((row) => row.map((at, t) => at / 4 - t)) };
}

test("resample along every axis", async () => {
  for (const [shape, axis, count] of [
    [[7], 0, 5],
    [[1, 9], 1, 4],
    [[3, 6], 1, 9],
    [[21, 19], 1, 33],
    [[5, 3, 33], 1, 2],
    [[5, 3, 33], 2, 33],
    [[2, 4, 5, 2], 2, 7],
    [[2, 3, 8, 19], 2, 4],
    [[9, 64], 0, 3],
    [[0, 4], 1, 3],
    [[4, 3, 0], 1, 3],
    [[4, 3], 1, 0],
  ] as const)
    await check(
      "resample",
      { axis, ...someTaps(shape[axis]!, count) },
      [spec(shape)],
      [],
      rounding,
    );
});

test("resample leaves out what no tap names, and keeps the sign of zero", async () => {
  const odd = [Infinity, -0, NaN, -0];
  const taps = { positions: [[1], [3, 1], [], [0]], weights: [[1], [1, 2], [], [-1]] };
  for (const [shape, axis] of [
    [[4], 0],
    [[8, 4], 1],
    [[4, 5], 0],
  ] as const) {
    const inner = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
    const elements = Array.from(
      { length: elementCount(shape) },
      (_, i) => odd[Math.floor(i / inner) % 4]!,
    );
    await check("resample", { axis, ...taps }, [spec(shape)], [elements]);
  }
});

describe.each(all)("moving %s", (dtype) => {
  test("gather and scatter", async () => {
    for (const [x, shape, axis] of [
      [[5], [9], 0],
      [[3, 4], [3, 6], 1],
      [[3, 4], [7, 4], 0],
      [[3, 4], [2, 3], 1],
      [[3, 4, 5], [2, 6, 3], 1],
      [[3, 4, 5], [3, 0, 5], 1],
      [[2, 3, 49], [2, 3, 16], 2],
    ] as const) {
      const at = indices(elementCount(shape), x[axis]!);
      await check("gather", { axis }, [spec(x, dtype), spec(shape, "int32")], [undefined, at]);
      for (const mode of ["add", "replace"] as const)
        await check(
          "scatter",
          { axis, mode },
          [spec(x, dtype), spec(shape, "int32"), spec(shape, dtype)],
          [undefined, at],
          rounding,
        );
    }
  });

  test("index select and add", async () => {
    for (const [x, count, axis] of [
      [[5], 3, 0],
      [[4, 3], 6, 0],
      [[4, 3], 2, 1],
      [[2, 3, 40], 5, 1],
      [[2, 3], 0, 1],
    ] as const) {
      const at = indices(count, x[axis]!);
      const source = x.map((size, i) => (i === axis ? count : size));
      await check(
        "indexSelect",
        { axis },
        [spec(x, dtype), spec([count], "int32")],
        [undefined, at],
      );
      await check(
        "indexAdd",
        { axis },
        [spec(x, dtype), spec([count], "int32"), spec(source, dtype)],
        [undefined, at],
        rounding,
      );
    }
  });

  test("concatenate", async () => {
    await check("concatenate", { axis: 0 }, [
      spec([3], dtype),
      spec([0], dtype),
      spec([40], dtype),
    ]);
    await check("concatenate", { axis: 1 }, [spec([2, 3, 2], dtype), spec([2, 1, 2], dtype)]);
    await check("concatenate", { axis: 2 }, [spec([2, 3, 1], dtype), spec([2, 3, 30], dtype)]);
  });

  test("pad", async () => {
    for (const [shape, before, after, interior] of [
      [[4], [1], [2], [0]],
      [[4], [-1], [-2], [0]],
      [[4], [-5], [3], [0]],
      [
        [3, 40],
        [1, 2],
        [0, 3],
        [0, 0],
      ],
      [
        [3, 4],
        [1, -2],
        [0, 3],
        [2, 1],
      ],
      [
        [3, 4],
        [-1, 0],
        [-3, -1],
        [1, 2],
      ],
      [
        [0, 2],
        [1, 0],
        [1, 1],
        [1, 0],
      ],
      [[], [], [], []],
    ] as const)
      await check("pad", { before, after, interior, value: 1 }, [spec(shape, dtype)]);
  });

  test("scan", async () => {
    for (const op of ["sum", "prod"] as const)
      for (const exclusive of [true, false])
        for (const reverse of [true, false])
          for (const [shape, axis] of [
            [[7], 0],
            [[3, 5], 1],
            [[3, 5], 0],
            [[2, 3, 4], 1],
            [[2, 0], 1],
          ] as const)
            await check(
              "scan",
              { op, axis, exclusive, reverse },
              [spec(shape, dtype)],
              [],
              rounding,
            );
  });

  test("sort", async () => {
    for (const descending of [true, false])
      for (const [shape, axis] of [
        [[1], 0],
        [[50], 0],
        [[3, 9], 1],
        [[9, 3], 0],
        [[2, 5, 3], 1],
        [[0], 0],
      ] as const)
        await check("sort", { axis, descending }, [spec(shape, dtype)]);
  });
});

test("extremes move unchanged, and sort with NaN the largest", async () => {
  const odd = [NaN, 3, -0, 0, Infinity, -Infinity, NaN, -1, 0, -0, 1e-40, -1e-40];
  for (const descending of [true, false])
    await check("sort", { axis: 0, descending }, [spec([12])], [odd]);
  await check(
    "sort",
    { axis: 0, descending: true },
    [spec([4], "int32")],
    [[2 ** 31 - 1, -(2 ** 31), 0, -1]],
  );
  await check(
    "sort",
    { axis: 0, descending: false },
    [spec([3], "uint32")],
    [[2 ** 32 - 1, 0, 2 ** 31]],
  );
  await check("concatenate", { axis: 0 }, [spec([12]), spec([12])], [odd, odd]);
  await check(
    "pad",
    { before: [1], after: [0], interior: [1], value: -Infinity },
    [spec([12])],
    [odd],
  );
});

test("a convolution's bias and activation", async () => {
  const program = routineProgram(
    "conv2d",
    { ...window, groups: 1 },
    [spec([2, 3, 5, 5]), spec([4, 3, 2, 2])],
    [],
    {
      inputs: [{ dtype: "float32", layout: contiguousLayout([2, 4, 4, 4]) }],
      value: scalar.tanh(scalar.add(input(0, "float32"), input(1, "float32"))),
    },
  );
  await expectSame(
    program,
    [150, 48, 128].map((n, i) => ({ elements: sampleElements("float32", n, i) })),
    [],
    rounding,
  );
});
