import {
  contiguousLayout,
  contiguousStrides,
  elementCount,
  index,
  input,
  internLayout,
  reduceProgram,
  scalar,
  type DType,
  type ReduceOp,
  type Scalar,
} from "@dl/backend";
import { describe, expect, test } from "vitest";
import {
  allBackends,
  close,
  expectSame,
  runOn,
  sampleElements,
} from "../test/against-reference.ts";

interface Options {
  readonly op: ReduceOp;
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  readonly dtype?: DType;
  readonly strides?: readonly number[];
  readonly value?: Scalar;
}

function program({ op, shape, axes, dtype = "float32", strides, value }: Options) {
  return reduceProgram({
    op,
    shape,
    axes,
    inputs: [{ dtype, layout: internLayout(shape, strides ?? contiguousStrides(shape)) }],
    parameters: [],
    value: value ?? input(0, dtype),
    epilogue: undefined,
  });
}

const shapes: [shape: number[], axes: number[], strides?: number[]][] = [
  [[7], [0]],
  [[1], [0]],
  [[600], [0]],
  [[3, 5], [1]],
  [[3, 5], [0]],
  [
    [3, 5],
    [0, 1],
  ],
  [[5, 3], [1]],
  [[4, 300], [1]],
  [[300, 10], [0]],
  [[70, 33], [0]],
  [[9, 2], [1]],
  [
    [2, 3, 4, 5],
    [0, 2, 3],
  ],
  [
    [2, 3, 4, 5],
    [1, 3],
  ],
  [[2, 3, 4, 5], [1]],
  [
    [2, 3, 4, 5],
    [0, 2],
  ],
  [[2, 3, 4, 5], [0]],
  [[2, 3, 4, 5], []],
  [[], []],
  [[6, 7], [1], [1, 6]],
  [[6, 7], [0], [1, 6]],
  [[6, 7], [1], [0, 1]],
  [[6, 7], [0], [0, 1]],
  [[6, 7], [1], [1, 0]],
  [[6, 7], [0], [14, 2]],
  [[6, 7], [1], [14, 2]],
  [[4, 0], [1]],
  [[0, 4], [0]],
  [[0, 4], [1]],
  [[3, 1, 4], [1]],
];

const ops = ["sum", "prod", "max", "min", "argmax", "argmin"] as const;

describe.each(ops)("%s", (op) => {
  const fits = shapes.filter(([, axes]) => !op.startsWith("arg") || axes.length === 1);
  test.each(fits)("%j over %j, strides %j", async (shape, axes, strides) => {
    for (const dtype of ["float32", "int32", "uint32", "bool"] as const) {
      const elements = sampleElements(dtype, 3100);
      // Products stay in range.
      const value =
        op === "prod" && dtype === "float32"
          ? scalar.add(scalar.mul(input(0, dtype), 0.01), 1)
          : input(0, dtype);
      const reduce = program({ op, shape, axes, dtype, value, ...(strides && { strides }) });
      await expectSame(reduce, [{ elements }], [], { relative: 1e-5, absolute: 1e-5 });
    }
  });
});

describe("extremes", () => {
  const rows = [
    [NaN, 1, 2, 3, 4],
    [1, 2, NaN, NaN, 9],
    [Infinity, -Infinity, 0, 1, 2],
    [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
    [Infinity, Infinity, Infinity, Infinity, Infinity],
    [3, 7, 7, 1, 7],
    [0, -0, 0, -0, 0],
  ];
  test.each(ops)("%s", async (op) => {
    for (const axis of [0, 1]) {
      await expectSame(program({ op, shape: [7, 5], axes: [axis] }), [{ elements: rows.flat() }]);
      await expectSame(program({ op, shape: [5, 7], axes: [axis], strides: [1, 5] }), [
        { elements: rows.flat() },
      ]);
    }
  });
});

test("reads the index of the domain", async () => {
  const value = scalar.mul(input(0, "float32"), scalar.cast(index(), "float32"));
  for (const axes of [[0], [1], [0, 2], [1, 2]])
    for (const strides of [
      [20, 5, 1],
      [1, 3, 12],
    ])
      await expectSame(
        program({ op: "sum", shape: [3, 4, 5], axes, strides, value }),
        [{ elements: sampleElements("float32", 80) }],
        [],
        { relative: 1e-5, absolute: 1e-3 },
      );
});

test("hoists inputs that do not change along the reduced axes", async () => {
  const [x, mean] = [input(0, "float32"), input(1, "float32")];
  const centred = scalar.sub(x, scalar.sqrt(scalar.abs(mean)));
  for (const [axes, strides] of [
    [
      [0, 2, 3],
      [0, 1, 0, 0],
    ],
    [[0], [0, 20, 5, 1]],
    [
      [1, 3],
      [5, 0, 1, 0],
    ],
  ] as const)
    await expectSame(
      reduceProgram({
        op: "sum",
        shape: [2, 3, 4, 5],
        axes,
        inputs: [
          { dtype: "float32", layout: contiguousLayout([2, 3, 4, 5]) },
          { dtype: "float32", layout: internLayout([2, 3, 4, 5], strides) },
        ],
        parameters: [],
        value: scalar.mul(centred, centred),
        epilogue: undefined,
      }),
      [
        { elements: sampleElements("float32", 120) },
        { elements: sampleElements("float32", 120, 2) },
      ],
    );
});

test("applies an epilogue", async () => {
  await expectSame(
    reduceProgram({
      op: "argmax",
      shape: [6, 9],
      axes: [1],
      inputs: [{ dtype: "float32", layout: contiguousLayout([6, 9]) }],
      parameters: ["float32"],
      value: input(0, "float32"),
      epilogue: {
        inputs: [{ dtype: "int32", layout: internLayout([6], [2]) }],
        value: scalar.cast(scalar.equal(input(0, "int32"), input(1, "int32")), "float32"),
      },
    }),
    [
      { elements: sampleElements("float32", 54) },
      { elements: [0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3] },
    ],
    [0],
    close,
  );
});

describe("accuracy over a million elements", () => {
  const count = 2 ** 20;
  test.each([
    { name: "equal", make: () => 0.1 },
    { name: "positive", make: (i: number) => ((i * 2654435761) % 65536) / 65536 },
    { name: "wide", make: (i: number) => 2 ** ((i * 7919) % 24) },
  ])("$name", async ({ make }) => {
    const { fast, withoutSubgroups } = await allBackends();
    const elements = Float32Array.from({ length: count }, (_, i) => make(i));
    const exactSum = elements.reduce((sum, x) => sum + x, 0);
    for (const [shape, axes] of [
      [[count], [0]],
      [[count / 4, 4], [0]],
      [[count / 16, 16], [0]],
      [[16, count / 16], [1]],
    ] as const) {
      for (const backend of [fast, withoutSubgroups]) {
        const [sums] = await runOn(backend, program({ op: "sum", shape, axes }), [{ elements }]);
        expect(sums!.length).toBe(elementCount(shape) / (axes[0] === 0 ? shape[0] : shape[1]!));
        let total = 0;
        for (let i = 0; i < sums!.length; i++) total += sums![i]!;
        expect(Math.abs(total / exactSum - 1)).toBeLessThan(1e-6);
        const [again] = await runOn(backend, program({ op: "sum", shape, axes }), [{ elements }]);
        expect(again).toEqual(sums);
      }
    }
  });
});
