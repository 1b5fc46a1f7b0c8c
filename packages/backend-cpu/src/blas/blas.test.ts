import { contiguousLayout, input, internLayout, routineProgram, scalar } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import koffi from "koffi";
import { afterEach, expect, test, vi } from "vitest";
import {
  expectClose,
  runOn,
  sampleElements,
  type TestInput,
} from "../../test/against-reference.ts";
import { cpu } from "../index.ts";
import { fitsBlas, leadingAxis } from "./blas-layout.ts";

const tolerance = { relative: 2e-5, absolute: 2e-4 };
const float = (shape: readonly number[], strides?: readonly number[]) => ({
  dtype: "float32" as const,
  layout: strides === undefined ? contiguousLayout(shape) : internLayout(shape, strides),
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const canLoad = (file: string): boolean => {
  try {
    koffi.load(file);
    return true;
  } catch {
    return false;
  }
};

const products = [
  ["as stored", float([40, 50]), float([50, 60])],
  ["left transposed", float([40, 50], [1, 40]), float([50, 60])],
  ["right transposed", float([40, 50]), float([50, 60], [1, 50])],
  ["rows apart", float([40, 50], [64, 1]), float([50, 60], [1, 70])],
  ["repeated rows, which BLAS cannot read", float([40, 50], [0, 1]), float([50, 60])],
  ["every other column, which BLAS cannot read", float([40, 50], [100, 2]), float([50, 60])],
  ["a batch", float([3, 40, 50]), float([3, 50, 60], [3000, 1, 50])],
  ["one matrix for a batch", float([3, 40, 50]), float([3, 50, 60], [0, 60, 1])],
  ["too small to hand over", float([3, 40]), float([40, 2])],
  ["nothing to sum", float([40, 0]), float([0, 60])],
] as const;

test.each(products)("a product with %s", async (_, left, right) => {
  const program = routineProgram("matmul", {}, [left, right]);
  const inputs = [1, 2].map((seed): TestInput => {
    const elements = sampleElements("float32", 12_000, seed);
    return { elements, offset: seed };
  });
  const [expected] = await runOn(reference(), program, inputs);
  for (const threads of [1, 2]) {
    const backend = await cpu({ blas: "auto", threads });
    const [actual] = await runOn(backend, program, inputs);
    expectClose(actual!, expected!, tolerance);
    await backend.dispose();
  }
});

test("an epilogue follows, old results do not matter, and memory may grow", async () => {
  const backend = await cpu({ blas: "auto" });
  const size = 200;
  const program = routineProgram("matmul", {}, [float([size, size]), float([size, size])], [], {
    inputs: [float([size, size], [0, 1])],
    value: scalar.max(scalar.add(input(0, "float32"), input(1, "float32")), 0),
  });
  const inputs = [1, 2, 3].map((seed) => ({
    elements: sampleElements("float32", size * size, seed),
  }));
  const stale = backend.allocate(4 * size * size);
  backend.write(stale, new Uint8Array(new Float32Array(size * size).fill(NaN).buffer));
  backend.free(stale);
  const [expected] = await runOn(reference(), program, inputs);
  const [actual] = await runOn(backend, program, inputs);
  expectClose(actual!, expected!, { relative: 1e-4, absolute: 2e-3 });
  backend.allocate(300 * 2 ** 20);
  const [again] = await runOn(backend, program, inputs);
  expect(again).toEqual(actual);
  await backend.dispose();
});

test("info says which library it is, or why there is none", async () => {
  const infoOf = async (options: Parameters<typeof cpu>[0]): Promise<string> => {
    const backend = await cpu(options);
    await backend.dispose();
    return backend.info;
  };
  expect(await infoOf({})).not.toContain("BLAS");
  expect(await infoOf({ blas: "auto" })).toMatch(
    canLoad("libopenblas.so.0")
      ? /, BLAS: OpenBLAS$/
      : /, BLAS: (OpenBLAS|MKL|BLIS|Accelerate|no \(none of .* found\))$/,
  );
  expect(await infoOf({ blas: "auto", deterministic: true })).toMatch(
    /BLAS: no \(deterministic\)$/,
  );
  const { platform } = process;
  vi.stubGlobal("process", { platform: platform === "win32" ? "linux" : "win32" });
  expect(await infoOf({ blas: "auto" })).toMatch(/BLAS: no \(none of OpenBLAS, MKL, BLIS found\)$/);
  vi.stubGlobal("process", undefined);
  expect(await infoOf({ blas: "auto" })).toMatch(/BLAS: no \(no BLAS here\)$/);
});

test("only what rows or columns describe goes to BLAS", () => {
  expect(leadingAxis(3, 4, 4, 1)).toEqual({ isTransposed: false, stride: 4 });
  expect(leadingAxis(3, 4, 1, 3)).toEqual({ isTransposed: true, stride: 3 });
  expect(leadingAxis(3, 4, 3, 1)).toBeUndefined();
  expect(leadingAxis(3, 4, 8, 2)).toBeUndefined();
  const strides = { aRowStride: 64, aDepthStride: 1, bDepthStride: 64, bColumnStride: 1 };
  const fits = (m: number, n: number, k: number): boolean =>
    fitsBlas({ a: 0, b: 0, c: 0, m, n, k, ...strides, cRowStride: n });
  expect([fits(64, 64, 64), fits(64, 4, 64), fits(16, 16, 16)]).toEqual([true, false, false]);
});
