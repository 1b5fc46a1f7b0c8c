import {
  contiguousLayout,
  input,
  mapProgram,
  reduceProgram,
  routineProgram,
  scalar,
  type Program,
} from "@dl/backend";
import { afterAll, beforeAll, expect, test } from "vitest";
import { webgpu, type WebgpuBackend } from "./index.ts";

const float = (shape: readonly number[]) => ({
  dtype: "float32" as const,
  layout: contiguousLayout(shape),
});
const x = input(0, "float32");

let backend: WebgpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend.dispose());

async function run(
  program: Program,
  inputs: readonly number[][],
  count: number,
): Promise<number[]> {
  const bindings = inputs.map((elements) => {
    const buffer = backend.allocate(4 * elements.length);
    backend.write(buffer, new Uint8Array(Float32Array.from(elements).buffer));
    return { buffer, offset: 0 };
  });
  const output = backend.allocate(4 * count);
  backend.dispatch(backend.compile(program), bindings, [output], []);
  const bytes = await backend.read(output);
  return [...new Float32Array(bytes.buffer)];
}

test("a map, a reduction and a product on the page", async () => {
  const values = [1, 2, 3, 4, 5, 6];
  expect(
    await run(mapProgram([6], [float([6])], [], [scalar.exp(scalar.mul(x, 0))]), [values], 6),
  ).toEqual([1, 1, 1, 1, 1, 1]);
  const rows = reduceProgram({
    op: "sum",
    shape: [2, 3],
    axes: [1],
    inputs: [float([2, 3])],
    parameters: [],
    value: x,
    epilogue: undefined,
  });
  expect(await run(rows, [values], 2)).toEqual([6, 15]);
  expect(
    await run(routineProgram("matmul", {}, [float([2, 3]), float([3, 2])]), [values, values], 4),
  ).toEqual([22, 28, 49, 64]);
});

test("reductions fold within subgroups", () => {
  expect(backend.adapterInfo.usesSubgroups).toBe(true);
});

test("extremes of tanh and maximum", async () => {
  const values = [NaN, Infinity, -Infinity, 100, -100, 0];
  expect(await run(mapProgram([6], [float([6])], [], [scalar.tanh(x)]), [values], 6)).toEqual([
    NaN,
    1,
    -1,
    1,
    -1,
    0,
  ]);
  expect(await run(mapProgram([6], [float([6])], [], [scalar.max(x, 0)]), [values], 6)).toEqual([
    NaN,
    Infinity,
    0,
    100,
    0,
    0,
  ]);
});

test("the same in a worker", async () => {
  const worker = new Worker(new URL("../test/browser-worker.ts", import.meta.url), {
    type: "module",
  });
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }): void => resolve(data);
    worker.onerror = (event): void => reject(new Error(event.message));
  });
  worker.terminate();
  expect(answer).toEqual([6, 15]);
});
