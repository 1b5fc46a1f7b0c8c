import {
  constant,
  contiguousLayout,
  index,
  input,
  internLayout,
  mapProgram,
  parameter,
  scalar,
  type DType,
  type Scalar,
} from "@dl/backend";
import { describe, expect, test } from "vitest";
import {
  allBackends,
  exact,
  expectSame,
  runOn,
  sampleElements,
} from "../test/against-reference.ts";

const x = input(0, "float32");
const y = input(1, "float32");
const float = (shape: readonly number[], strides?: readonly number[]) => ({
  dtype: "float32" as DType,
  layout: strides === undefined ? contiguousLayout(shape) : internLayout(shape, strides),
});
const sample = (count: number, seed?: number) => ({
  elements: sampleElements("float32", count, seed),
});

describe("layouts", () => {
  const sum = scalar.add(scalar.mul(x, 2), y);
  test.each([0, 1, 2, 3, 4, 5, 7, 8, 33, 20000])("contiguous, %i elements", async (n) => {
    await expectSame(
      mapProgram([n], [float([n]), float([n])], [], [sum]),
      [sample(n), sample(n, 2)],
      [],
      exact,
    );
  });

  test.each([
    { shape: [3, 5], left: [5, 1], right: [0, 1] },
    { shape: [3, 5], left: [5, 1], right: [1, 0] },
    { shape: [5, 7], left: [1, 5], right: [7, 1] },
    { shape: [2, 3, 5], left: [15, 5, 1], right: [0, 1, 0] },
    { shape: [4, 3, 2, 5], left: [5, 20, 60, 1], right: [1, 0, 4, 8] },
    { shape: [], left: [], right: [] },
    { shape: [1, 1], left: [9, 9], right: [1, 1] },
    { shape: [6], left: [3], right: [0] },
    { shape: [3, 0, 2], left: [0, 2, 1], right: [2, 2, 1] },
    { shape: [3, 17], left: [40, 2], right: [0, 0] },
  ])("$shape, strides $left and $right", async ({ shape, left, right }) => {
    const program = mapProgram(shape, [float(shape, left), float(shape, right)], [], [sum]);
    await expectSame(program, [{ ...sample(400), offset: 3 }, sample(400, 2)], [], exact);
  });

  test("negative strides", async () => {
    const program = mapProgram([3, 5], [float([3, 5], [5, -1]), float([3, 5], [-7, 1])], [], [sum]);
    await expectSame(
      program,
      [
        { ...sample(30), offset: 4 },
        { ...sample(40, 2), offset: 20 },
      ],
      [],
      exact,
    );
  });

  test("writes over its input", async () => {
    const { fast } = await allBackends();
    const buffer = fast.allocate(4 * 7);
    fast.write(buffer, new Uint8Array(Float32Array.from([1, 2, 3, 4, 5, 6, 7]).buffer));
    const program = mapProgram([7], [float([7])], [], [scalar.mul(x, x)]);
    fast.dispatch(fast.compile(program), [{ buffer, offset: 0 }], [buffer], []);
    const bytes = await fast.read(buffer);
    expect([...new Float32Array(bytes.buffer)]).toEqual([1, 4, 9, 16, 25, 36, 49]);
    fast.free(buffer);
  });
});

const extremes = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  1.5,
  2.5,
  -2.5,
  // No subnormal number: WGSL allows a device to take them for 0.
  1e-30,
  3e38,
  -3e9,
  5e9,
  7.25,
  100,
  -100,
];

async function onExtremes(value: Scalar, other = 0): Promise<void> {
  const pairs = extremes.flatMap((a) => extremes.map((b) => [a, b] as const));
  const program = mapProgram(
    [pairs.length],
    [float([pairs.length]), float([pairs.length])],
    [],
    [value],
  );
  await expectSame(program, [
    { elements: pairs.map(([a]) => Math.fround(a)) },
    { elements: pairs.map(([, b]) => Math.fround(b + other)) },
  ]);
}

describe("instructions on extremes", () => {
  const binary = ["add", "sub", "mul", "div", "max", "min", "less", "lessEqual", "equal"] as const;
  test.each(binary)("%s", (name) => onExtremes(scalar[name](x, y)));
  const transcendental = [
    "exp",
    "expm1",
    "log",
    "log1p",
    "sin",
    "cos",
    "atan",
    "tanh",
    "erf",
  ] as const;
  test.each(transcendental)("%s", (name) => onExtremes(scalar[name](x)));
  test.each(["pow", "mod"] as const)("%s", (name) => onExtremes(scalar[name](x, y)));
  const unary = ["neg", "abs", "floor", "round", "sqrt", "isNaN"] as const;
  test.each(unary)("%s", (name) => onExtremes(scalar[name](x)));
  test.each(["int32", "uint32", "bool"] as const)("cast to %s and back", async (dtype) => {
    await onExtremes(scalar.cast(x, dtype));
    await onExtremes(scalar.cast(scalar.cast(x, dtype), "float32"));
  });
  test("select, and, or, not", async () => {
    const both = scalar.and(scalar.less(x, y), scalar.not(scalar.isNaN(x)));
    await onExtremes(scalar.select(both, x, y));
    await onExtremes(scalar.or(both, scalar.cast(y, "bool")));
    await onExtremes(scalar.select(both, scalar.less(x, 1), scalar.cast(y, "bool")));
    await onExtremes(scalar.add(scalar.cast(both, "float32"), 1));
  });
  test("bitcast", () => onExtremes(scalar.shiftRight(scalar.bitcast(scalar.abs(x), "int32"), 7)));
});

describe.each(["int32", "uint32"] as const)("integers: %s", (dtype) => {
  const a = input(0, dtype);
  const b = input(1, dtype);
  const names = [
    "add",
    "sub",
    "mul",
    "mod",
    "max",
    "min",
    "less",
    "lessEqual",
    "equal",
    "and",
    "or",
    "xor",
    "shiftLeft",
    "shiftRight",
  ] as const;
  test.each(names)("%s", async (name) => {
    const values = [0, 1, 2, 3, 7, 31, 32, 33, 2 ** 31 - 1, -(2 ** 31), -1, -2, -3, -7];
    const pairs = values.flatMap((left) => values.map((right) => [left, right] as const));
    const spec = { dtype, layout: contiguousLayout([pairs.length]) };
    await expectSame(mapProgram([pairs.length], [spec, spec], [], [scalar[name](a, b)]), [
      { elements: pairs.map(([left]) => left) },
      { elements: pairs.map(([, right]) => right) },
    ]);
  });
});

describe("random numbers", () => {
  const keys = [0, 1, 2, 3].map((slot) => parameter(slot, "uint32")) as [
    Scalar,
    Scalar,
    Scalar,
    Scalar,
  ];
  const bits = scalar.randomBits(...keys);
  const keyTypes: DType[] = ["uint32", "uint32", "uint32", "uint32"];
  const scalars = [0x12345678, 0x9abcdef0, 0xffffffff, 7];
  test.each([[[1]], [[4]], [[17]], [[1000]]])("bits of %j", async (shape) => {
    await expectSame(
      mapProgram(shape, [], keyTypes, [bits, scalar.normalFromBits(bits)]),
      [],
      scalars,
      exact,
    );
  });
  test("rows that do not end at a block", async () => {
    const rows = float([6, 5], [0, 1]);
    const program = mapProgram([6, 5], [rows], keyTypes, [
      scalar.add(scalar.cast(bits, "float32"), x),
    ]);
    await expectSame(program, [sample(5)], scalars, exact);
  });
  test("keys that differ by element", async () => {
    const own = scalar.randomBits(
      scalar.bitcast(x, "uint32"),
      ...(keys.slice(1) as [Scalar, Scalar, Scalar]),
    );
    await expectSame(
      mapProgram([11], [float([11])], keyTypes, [own]),
      [sample(11)],
      scalars,
      exact,
    );
  });
  test("every normal table node and the ends", async () => {
    const ends = [0, 1, 2, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff];
    const elements = [
      ...ends,
      ...Array.from({ length: 4096 }, (_, i) => Math.imul(i, 2654435761) >>> 0),
    ];
    const spec = { dtype: "uint32" as DType, layout: contiguousLayout([elements.length]) };
    const program = mapProgram(
      [elements.length],
      [spec],
      [],
      [scalar.normalFromBits(input(0, "uint32"))],
    );
    await expectSame(program, [{ elements }], [], exact);
  });
});

test("index, parameters and several outputs", async () => {
  const rate = parameter(0, "float32");
  const program = mapProgram(
    [3, 5],
    [float([3, 5], [1, 3])],
    ["float32", "bool"],
    [
      scalar.mul(x, rate),
      scalar.add(index(), 1),
      scalar.select(parameter(1, "bool"), x, scalar.sqrt(rate)),
      constant(3, "int32"),
    ],
  );
  await expectSame(program, [sample(15)], [0.1, 1], exact);
  await expectSame(program, [sample(15)], [0.1, 0], exact);
});

test("an element's bits do not depend on where it falls", async () => {
  const { fast } = await allBackends();
  const value = scalar.div(
    scalar.mul(x, scalar.sqrt(scalar.abs(x))),
    scalar.add(scalar.abs(x), 0.3),
  );
  const elements = sampleElements("float32", 64);
  const [whole] = await runOn(fast, mapProgram([64], [float([64])], [], [value]), [{ elements }]);
  for (let n = 1; n < 9; n++) {
    const [part] = await runOn(fast, mapProgram([n], [float([n])], [], [value]), [
      { elements, offset: 5 },
    ]);
    for (let i = 0; i < n; i++) expect(part![i]).toBe(whole![i + 5]);
  }
});
