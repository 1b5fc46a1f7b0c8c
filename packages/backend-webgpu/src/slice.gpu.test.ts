import { contiguousLayout, input, mapProgram, reduceProgram, routineProgram, scalar } from "@dl/backend";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareWithReference, randomElements } from "../test/compare-with-reference.ts";
import { webgpu, type WebgpuBackend } from "./index.ts";

let backend: WebgpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend.dispose());
const float = (...shape: number[]) => ({ dtype: "float32" as const, layout: contiguousLayout(shape) });
const x = input(0, "float32");
const y = input(1, "float32");

test("info", () => {
  expect(backend.info).toContain("swiftshader");
  expect(backend.adapterInfo.isFallback).toBe(true);
});
test("map", async () => {
  await compareWithReference(backend, mapProgram([5, 7], [float(5, 7), float(5, 7)], [], [scalar.add(scalar.tanh(x), y), scalar.mul(x, y)]), [randomElements("float32", 35), randomElements("float32", 35)]);
});
test("reduce", async () => {
  for (const axes of [[0], [1], [0, 1]])
    await compareWithReference(backend, reduceProgram({ op: "sum", shape: [300, 70], axes, inputs: [float(300, 70)], parameters: [], value: scalar.mul(x, x), epilogue: undefined }), [randomElements("float32", 21000)]);
});
test("matmul", async () => {
  for (const [m, k, n] of [[3, 4, 5], [65, 33, 70], [128, 784, 256], [200, 300, 129]] as const)
    await compareWithReference(backend, routineProgram("matmul", {}, [float(m, k), float(k, n)]), [randomElements("float32", m * k), randomElements("float32", k * n)], [], {relative: 1e-4, absolute: 1e-4});
});
