import {
  constant,
  contiguousLayout,
  elementCount,
  input,
  internLayout,
  mapProgram,
  parameter,
  reduceProgram,
  scalar,
  type InputSpec,
  type Scalar,
} from "@dl/backend";
import { describe, expect, test } from "vitest";
import { mapKernel, type MapVariant } from "./map.ts";
import { gridOf } from "./pipelines.ts";
import { reduceKernels } from "./reduce.ts";
import { BufferPool } from "./memory/buffer-pool.ts";
import { sizeClass } from "./memory/size-class.ts";

const x = input(0, "float32");
const y = input(1, "float32");
const float = (shape: readonly number[], strides?: readonly number[]): InputSpec => ({
  dtype: "float32",
  layout: strides === undefined ? contiguousLayout(shape) : internLayout(shape, strides),
});
const plain: MapVariant = { isAligned: () => true, aliasOf: () => -1 };
const mapText = (
  shape: readonly number[],
  inputs: readonly InputSpec[],
  value: Scalar,
  variant = plain,
): string => mapKernel(mapProgram(shape, inputs, ["float32"], [value]), variant).code;

describe("a map's text", () => {
  const sum = scalar.add(scalar.mul(x, parameter(0, "float32")), y);

  test("is the same for other sizes, strides and numbers", () => {
    const one = mapText([6, 8], [float([6, 8]), float([6, 8], [0, 1])], sum);
    expect(mapText([10, 16], [float([10, 16]), float([10, 16], [0, 1])], sum)).toBe(one);
    expect(mapText([10, 16], [float([10, 16]), float([10, 16], [1, 0])], sum)).not.toBe(one);
  });

  test("loads and stores four at a time where inputs allow it", () => {
    const four = mapText([7], [float([7]), float([7])], sum);
    expect(four).toContain("in0: array<vec4<f32>>");
    const unaligned = mapText([7], [float([7]), float([7])], sum, {
      ...plain,
      isAligned: (slot) => slot > 0,
    });
    expect(unaligned).toContain("in0: array<f32>");
    expect(unaligned).toContain("in1: array<vec4<f32>>");
    expect(mapText([5, 7], [float([5, 7]), float([5, 7], [1, 5])], sum)).not.toContain("vec4<f32>");
  });

  test("reads an input through the output that is the same buffer", () => {
    const text = mapText([8], [float([8]), float([8])], sum, {
      ...plain,
      aliasOf: (slot) => slot - 1,
    });
    expect(text).toContain("let a_x1 = out2[index / 4u];");
    expect(text).not.toContain("in1");
  });

  test("names every operation once and makes no constant expression", () => {
    const shared = scalar.exp(x);
    const text = mapText([4], [float([4])], scalar.mul(scalar.add(shared, 1), shared));
    expect(text.match(/= dl_exp4\(/g)).toHaveLength(1);
    expect(
      mapText([4], [], scalar.add(constant(Infinity, "float32"), constant(NaN, "float32"))),
    ).toMatch(/let v0 = vec4<f32>\(dl_bits\(2139095040u\)\);/);
  });
});

describe("a reduction's text", () => {
  const kernels = (shape: readonly number[], axes: readonly number[], usesSubgroups = false) =>
    reduceKernels(
      reduceProgram({
        op: "sum",
        shape,
        axes,
        inputs: [float(shape)],
        parameters: [],
        value: x,
        epilogue: undefined,
      }),
      usesSubgroups,
    );

  test("is cut in parts where it is long, fixed by its shape", () => {
    expect(kernels([64, 10], [1]).second).toBeUndefined();
    const { first, second, scratchBytes } = kernels([1 << 20], [0]);
    expect(second).toBeDefined();
    expect(scratchBytes).toBe(4 * first.groupCount);
    expect(first.groupCount).toBeGreaterThan(32);
  });

  test("names subgroups only where they are used", () => {
    for (const [usesSubgroups, opening] of [
      [true, "enable subgroups;\n@group(0)"],
      [false, "@group(0)"],
    ] as const) {
      const { first, second } = kernels([1 << 20], [0], usesSubgroups);
      for (const { code } of [first, second!]) {
        expect(code.startsWith(opening)).toBe(true);
        expect(code.includes("subgroup")).toBe(usesSubgroups);
      }
    }
  });
});

test("a grid over the limit of one dimension uses two", () => {
  expect(gridOf(65535)).toEqual([65535, 1]);
  for (const count of [65536, 1e6, 65535 ** 2]) {
    const grid = gridOf(count);
    expect(Math.max(...grid)).toBeLessThanOrEqual(65535);
    expect(elementCount(grid)).toBeGreaterThanOrEqual(count);
  }
});

test("size classes waste at most an eighth", () => {
  for (let size = 1; size < 1e8; size = Math.ceil(size * 1.37)) {
    const block = sizeClass(size);
    expect(block).toBeGreaterThanOrEqual(size);
    expect(block % 256).toBe(0);
    if (size > 2048) expect(block).toBeLessThanOrEqual(size * 1.126 + 256);
  }
});

function fakeDevice(destroyed: number[]): GPUDevice {
  return {
    createBuffer: ({ size }: { size: number }) => ({ size, destroy: () => destroyed.push(size) }),
    pushErrorScope: () => {},
    popErrorScope: async () => null,
  } as unknown as GPUDevice;
}

test("the pool hands freed buffers out again and destroys the oldest beyond its share", () => {
  const destroyed: number[] = [];
  const device = fakeDevice(destroyed);
  const pool = new BufferPool(device, 4096, () => {});
  const a = pool.take(1000, 2 ** 30);
  pool.give(a);
  expect(pool.pooledBytes).toBe(1024);
  expect(pool.take(900, 2 ** 30)).toBe(a);
  const blocks = [1024, 2048, 3072].map((size) => pool.take(size, 2 ** 30));
  blocks[0]!.lastBatch = 7; // named by commands not submitted yet
  for (const block of blocks) pool.give(block);
  pool.trim(7);
  expect(destroyed).toEqual([2048]);
  expect(pool.pooledBytes).toBe(4096);
});

test("the pool keeps no more than 16,384 buffers, however small", () => {
  const destroyed: number[] = [];
  const pool = new BufferPool(fakeDevice(destroyed), 2 ** 30, () => {});
  const blocks = Array.from({ length: 20_000 }, () => pool.take(4, 2 ** 30));
  for (const block of blocks) {
    pool.give(block);
    pool.trim(0);
  }
  expect(destroyed).toHaveLength(20_000 - 16_384);
  expect(pool.pooledBytes).toBe(16_384 * 256);
});
