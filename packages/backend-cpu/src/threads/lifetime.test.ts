import { contiguousLayout, input, mapProgram, routineProgram, scalar } from "@dl/backend";
import { build } from "esbuild";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { cpu } from "../index.ts";

const float = (shape: readonly number[]) => ({
  dtype: "float32" as const,
  layout: contiguousLayout(shape),
});

test("2,000 steps leave memory as it was", async () => {
  const backend = await cpu({ threads: 2 });
  const product = backend.compile(
    routineProgram("matmul", {}, [float([128, 160]), float([160, 96])]),
  );
  const activation = backend.compile(
    mapProgram([128, 96], [float([128, 96])], [], [scalar.tanh(input(0, "float32"))]),
  );
  const [a, b] = [backend.allocate(4 * 128 * 160), backend.allocate(4 * 160 * 96)];
  const seen: unknown[] = [];
  for (let step = 0; step < 2000; step++) {
    const c = backend.allocate(4 * 128 * 96);
    const inputs = [a, b].map((buffer) => ({ buffer, offset: 0 }));
    backend.dispatch(product, inputs, [c], []);
    backend.dispatch(activation, [{ buffer: c, offset: 0 }], [c], []);
    if (step % 100 === 0) await backend.read(c, 0, 4);
    backend.free(c);
    if (step === 20 || step === 1999) seen.push(backend.memory());
  }
  expect(seen[1]).toEqual(seen[0]);
  await backend.dispose();
});

test("results stay right when memory grows between and within steps", async () => {
  const backend = await cpu({ threads: 4 });
  const count = 100_000;
  const double = backend.compile(
    mapProgram([count], [float([count])], [], [scalar.mul(input(0, "float32"), 2)]),
  );
  let buffer = backend.allocate(4 * count);
  backend.write(buffer, new Uint8Array(new Float32Array(count).fill(1).buffer));
  for (let step = 1; step <= 12; step++) {
    backend.allocate(3 * 2 ** 20 * step);
    const next = backend.allocate(4 * count);
    backend.dispatch(double, [{ buffer, offset: 0 }], [next], []);
    const elements = new Float32Array((await backend.read(next)).buffer);
    expect(elements.every((element) => element === 2 ** step)).toBe(true);
    buffer = next;
  }
  await backend.dispose();
});

test.each([
  ["{ threads: 3 }", 100_000],
  ["{}", 4_000_000],
])("a process with a backend that nobody disposed of ends: cpu(%s)", async (options, count) => {
  const folder = await mkdtemp(join(tmpdir(), "dl-cpu-"));
  try {
    const outfile = join(folder, "script.mjs");
    await build({
      stdin: {
        contents: `
          import { contiguousLayout, input, mapProgram, scalar } from "@dl/backend";
          import { cpu } from "./src/index.ts";
          const backend = await cpu(${options});
          const spec = { dtype: "float32", layout: contiguousLayout([${count}]) };
          const buffer = backend.allocate(${4 * count});
          const square = mapProgram([${count}], [spec], [], [scalar.mul(input(0, "float32"), 0)]);
          for (let i = 0; i < 50; i++)
            backend.dispatch(backend.compile(square), [{ buffer, offset: 0 }], [buffer], []);
          console.log((await backend.read(buffer, 0, 4)).join(), backend.info);`,
        resolveDir: join(import.meta.dirname, "../.."),
      },
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["@dl/source"],
      minify: true,
      outfile,
    });
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], { timeout: 20_000 });
    const threads = options === "{}" ? Math.min(4, availableParallelism()) : 3;
    expect(stdout).toMatch(`0,0,0,0 WebAssembly SIMD, ${threads} thread`);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("without SharedArrayBuffer there is one thread, and info says so in a short line", async () => {
  vi.stubGlobal("SharedArrayBuffer", undefined);
  try {
    const backend = await cpu({ threads: 4, deterministic: true });
    expect(backend.capabilities.threads).toBe(1);
    expect(backend.info).toBe(
      "WebAssembly SIMD, 1 thread (no COOP/COEP), relaxed SIMD: no (deterministic)",
    );
    expect(backend.info.length).toBeLessThan(80);
    await backend.dispose();
  } finally {
    vi.unstubAllGlobals();
  }
});

test("where an engine cannot reserve shared memory it is plain, and info says so", async () => {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      if (descriptor.shared === true) throw new RangeError("could not allocate memory");
      super(descriptor);
    }
  };
  try {
    for (const options of [{}, { threads: 2 }]) {
      const backend = await cpu(options);
      expect(backend.info).toMatch(/^WebAssembly SIMD, 1 thread \((no shared memory|one core)\),/);
      await backend.dispose();
    }
  } finally {
    WebAssembly.Memory = Memory;
  }
});

test("threads are counted, and wrong numbers refused", async () => {
  const info = async (options: Parameters<typeof cpu>[0]): Promise<string> => {
    const backend = await cpu(options);
    await backend.dispose();
    return backend.info;
  };
  expect(await info({ threads: 1 })).toMatch(/^WebAssembly SIMD, 1 thread, relaxed SIMD/);
  for (const threads of [0, -1, 1.5, NaN, 33])
    await expect(cpu({ threads })).rejects.toThrow(/threads must be "auto" or a whole number/);
  const automatic = await cpu({ threads: "auto" });
  expect(automatic.capabilities.threads).toBeGreaterThanOrEqual(1);
  expect(automatic.capabilities.threads).toBeLessThanOrEqual(4);
  await automatic.dispose();
});
