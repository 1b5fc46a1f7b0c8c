import {
  contiguousLayout,
  input,
  mapProgram,
  normalFromBits,
  reduceProgram,
  routineProgram,
  scalar,
  UnsupportedError,
  type Backend,
  type Program,
} from "@dl/backend";
import { describe, expect, test } from "vitest";
import { cpuWith, functionKernels, indexKernels, systemBlas, workerThreads } from "./index.ts";

const x = { dtype: "float32", layout: contiguousLayout([4]) } as const;
const sine = mapProgram([4], [x], [], [scalar.sin(input(0, "float32"))]);
const exponential = mapProgram([4], [x], [], [scalar.exp(input(0, "float32"))]);
const bits = { dtype: "uint32", layout: contiguousLayout([4]) } as const;
const deviates = mapProgram([4], [bits], [], [scalar.normalFromBits(input(0, "uint32"))]);
const length = reduceProgram({
  op: "hypot",
  shape: [4],
  axes: [0],
  inputs: [x],
  parameters: [],
  value: input(0, "float32"),
  epilogue: undefined,
});
const deep = { dtype: "float32", layout: contiguousLayout([1, 5000]) } as const;
const deepProduct = routineProgram(
  "matmul",
  {},
  [deep, { dtype: "float32", layout: contiguousLayout([5000, 1]) }],
  [],
);
const runningSum = routineProgram(
  "scan",
  { op: "sum", axis: 0, exclusive: false, reverse: false },
  [x],
  [],
);

async function run(backend: Backend, program: Program, elements: Float32Array | Uint32Array) {
  const [from, to] = [backend.allocate(16), backend.allocate(16)];
  backend.write(from, new Uint8Array(elements.buffer));
  backend.dispatch(backend.compile(program), [{ buffer: from, offset: 0 }], [to], []);
  return [...new Float32Array((await backend.read(to)).buffer)];
}
const ones = Float32Array.of(1, 1, 1, 1);

describe("a backend of parts", () => {
  test("runs what it has", async () => {
    const bare = await cpuWith([]);
    expect((await run(bare, exponential, ones))[0]).toBeCloseTo(Math.E, 6);
    const more = await cpuWith([indexKernels, functionKernels]);
    expect((await run(more, sine, ones))[0]).toBeCloseTo(Math.sin(1), 6);
    expect(await run(more, runningSum, ones)).toEqual([1, 2, 3, 4]);
    expect((await run(more, length, ones))[0]).toBe(2);
    const middle = Uint32Array.of(0, 0x7fffffff, 0x80000000, 0xffffffff);
    const exact = [...middle].map((word) => Math.fround(normalFromBits(word)));
    expect(await run(more, deviates, middle)).toEqual(exact);
  });

  test.each([
    [sine, "cpu: this backend was made without the function sin. Give cpuWith functionKernels too"],
    [deviates, "without the function normalFromBits. Give cpuWith functionKernels too"],
    [deepProduct, "without products over more than 4096 terms. Give cpuWith deepKernels too"],
    [length, "without lengths (norm, std). Give cpuWith functionKernels too"],
    [runningSum, "the routine scan. Give cpuWith indexKernels or convolutionKernels too"],
  ])("names the part it lacks %#", async (program, message) => {
    const bare = await cpuWith([]);
    expect(() => bare.compile(program)).toThrow(message);
    expect(() => bare.compile(program)).toThrow(UnsupportedError);
  });

  test("has threads and BLAS only where it was given them", async () => {
    await expect(cpuWith([], { threads: 2 })).rejects.toThrow(
      "cpu: this backend was made without threads. Give cpuWith workerThreads too, or use cpu(), which has everything.",
    );
    await expect(cpuWith([], { blas: "auto" })).rejects.toThrow("Give cpuWith systemBlas too");
    const backend = await cpuWith([workerThreads, systemBlas], { threads: 2, blas: "auto" });
    expect(backend.capabilities.threads).toBe(2);
    expect(backend.info).toMatch(/2 threads.*BLAS: /);
    await backend.dispose();
  });
});
