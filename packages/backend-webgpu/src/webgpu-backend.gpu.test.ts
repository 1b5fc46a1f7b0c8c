import {
  BackendError,
  constant,
  contiguousLayout,
  DeviceLostError,
  input,
  mapProgram,
  OutOfMemoryError,
  parameter,
  scalar,
  UnsupportedError,
} from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { afterEach, describe, expect, test } from "vitest";
import { webgpu, type WebgpuBackend, type WebgpuOptions } from "./index.ts";

const x = input(0, "float32");
const vector = { dtype: "float32", layout: contiguousLayout([4]) } as const;
const square = mapProgram([4], [vector], [], [scalar.mul(x, x)]);
const floats = (...numbers: number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(numbers).buffer);
const numbers = (bytes: Uint8Array): number[] => [...new Float32Array(bytes.buffer)];

const made: WebgpuBackend[] = [];
async function make(options?: WebgpuOptions): Promise<WebgpuBackend> {
  const backend = await webgpu(options);
  made.push(backend);
  return backend;
}
afterEach(async () => {
  for (const backend of made.splice(0)) await backend.dispose();
});

describe("the device", () => {
  test("is described", async () => {
    const backend = await make();
    expect(backend.info).toMatch(/^WebGPU on .+, buffers up to \d+ MiB/);
    expect(backend.adapterInfo.limits["maxStorageBufferBindingSize"]).toBeGreaterThan(2 ** 27);
    expect(backend.capabilities.dtypes).toEqual(["float32", "int32", "uint32", "bool"]);
  });

  test("is refused with the reason when there is none", async () => {
    const nothing = { requestAdapter: async () => null } as unknown as GPU;
    await expect(webgpu({ gpu: nothing })).rejects.toThrow(UnsupportedError);
    await expect(webgpu({ gpu: nothing })).rejects.toThrow(
      /webgpu: the engine found no adapter\. .*cpu backend/,
    );
  });

  test("may be given, and is then not destroyed", async () => {
    const own = await make();
    const adapter = await (await nodeGpu()).requestAdapter();
    const device = await adapter!.requestDevice();
    const backend = await webgpu({ device });
    const buffer = backend.allocate(16);
    backend.write(buffer, floats(1, 2, 3, 4));
    expect(numbers(await backend.read(buffer))).toEqual([1, 2, 3, 4]);
    await backend.dispose();
    device.pushErrorScope("validation");
    device.createBuffer({ size: 16, usage: 128 });
    expect(await device.popErrorScope()).toBeNull();
    device.destroy();
    expect(own.isLost).toBe(false);
  });
});

async function nodeGpu(): Promise<GPU> {
  const { create } = (await import("webgpu")) as unknown as { create(flags: string[]): GPU };
  return create([]);
}

describe("commands", () => {
  test("of a step travel in one submission", async () => {
    const backend = await make();
    const [a, b] = [backend.allocate(16), backend.allocate(16)];
    backend.write(a, floats(1, 2, 3, 4));
    const executable = backend.compile(square);
    for (let i = 0; i < 20; i++)
      backend.dispatch(executable, [{ buffer: i % 2 ? b : a, offset: 0 }], [i % 2 ? a : b], []);
    expect(backend.counters()).toEqual({ dispatches: 20, submissions: 0 });
    await Promise.all([backend.read(a), backend.read(b)]);
    expect(backend.counters()).toEqual({ dispatches: 20, submissions: 1 });
  });

  test("are ordered with writes into buffers they use, and with reuse of freed ones", async () => {
    const backend = await make();
    const executable = backend.compile(square);
    const results = [];
    for (let i = 1; i <= 50; i++) {
      const a = backend.allocate(16);
      const b = backend.allocate(16);
      backend.write(a, floats(i, i, i, i));
      backend.dispatch(executable, [{ buffer: a, offset: 0 }], [b], []);
      backend.free(a);
      results.push(b);
    }
    for (const [i, buffer] of results.entries())
      expect(numbers(await backend.read(buffer))[0]).toBe((i + 1) ** 2);
  });

  test("beyond a batch, and more than the uniform ring holds, run all the same", async () => {
    const backend = await make();
    const plus = mapProgram([4], [vector], ["float32"], [scalar.add(x, parameter(0, "float32"))]);
    const buffer = backend.allocate(16);
    backend.write(buffer, floats(0, 0, 0, 0));
    const executable = backend.compile(plus);
    for (let i = 0; i < 2000; i++)
      backend.dispatch(executable, [{ buffer, offset: 0 }], [buffer], [1]);
    expect(numbers(await backend.read(buffer))).toEqual([2000, 2000, 2000, 2000]);
    expect(backend.memory().pooledBytes).toBe(0);
  });

  test("over more workgroups than one dimension holds", async () => {
    const backend = await make();
    const count = 65535 * 256 * 4 + 12345;
    const program = mapProgram([count], [], [], [scalar.cast(constant(7, "uint32"), "uint32")]);
    const buffer = backend.allocate(4 * count);
    backend.dispatch(backend.compile(program), [], [buffer], []);
    const ends = [await backend.read(buffer, 0, 4), await backend.read(buffer, 4 * count - 4, 4)];
    expect(ends.map((bytes) => new Uint32Array(bytes.buffer)[0])).toEqual([7, 7]);
  });
});

describe("refuses", () => {
  test("more than a buffer may have, naming bytes and limit, and goes on", async () => {
    const backend = await make();
    const limit = backend.capabilities.maxBufferBytes;
    expect(() => backend.allocate(limit + 1)).toThrow(OutOfMemoryError);
    expect(() => backend.allocate(limit + 1)).toThrow(
      `at most ${limit} bytes: ${limit + 1} asked for`,
    );
    const buffer = backend.allocate(16);
    backend.write(buffer, floats(1, 2, 3, 4));
    expect(numbers(await backend.read(buffer))).toEqual([1, 2, 3, 4]);
  });

  test("a freed buffer, another backend's, and work after dispose", async () => {
    const backend = await make();
    const [a, b] = [backend.allocate(16), backend.allocate(16)];
    const executable = backend.compile(square);
    const foreign = reference().allocate(16);
    expect(() => backend.dispatch(executable, [{ buffer: foreign, offset: 0 }], [b], [])).toThrow(
      /another backend/,
    );
    backend.free(a);
    expect(() => backend.dispatch(executable, [{ buffer: a, offset: 0 }], [b], [])).toThrow(
      /has been freed/,
    );
    await backend.dispose();
    expect(() => backend.allocate(4)).toThrow(BackendError);
    expect(() => backend.free(b)).not.toThrow();
  });

  test("float64", async () => {
    const backend = await make();
    const program = mapProgram([2], [], [], [constant(1, "float64")]);
    expect(() => backend.compile(program)).toThrow(UnsupportedError);
  });
});

describe("a lost device", () => {
  test("fails pending and later calls, and recovers", async () => {
    const gpu = await nodeGpu();
    const device = await (await gpu.requestAdapter())!.requestDevice();
    const backend = await make({ device, gpu, subgroups: false });
    const before = backend.allocate(16);
    backend.write(before, floats(1, 2, 3, 4));
    const executable = backend.compile(square);
    const pending = backend.read(before);
    device.destroy();
    await expect(pending).rejects.toThrow(DeviceLostError);
    await expect(backend.synchronize()).rejects.toThrow(DeviceLostError);
    const caught = [1, 2].map(() => {
      try {
        return backend.allocate(16);
      } catch (error) {
        return error;
      }
    });
    expect(caught[0]).toBeInstanceOf(DeviceLostError);
    expect(caught[1]).not.toBe(caught[0]);
    expect(() => backend.dispatch(executable, [], [], [])).toThrow(DeviceLostError);
    expect(backend.isLost).toBe(true);

    await Promise.all([backend.recover(), backend.recover()]);
    expect(backend.isLost).toBe(false);
    expect(backend.adapterInfo.features).toContain("subgroups");
    expect(backend.adapterInfo.usesSubgroups).toBe(false);
    expect(() => backend.write(before, floats(1))).toThrow(DeviceLostError);
    expect(() => backend.free(before)).not.toThrow();
    const [a, b] = [backend.allocate(16), backend.allocate(16)];
    backend.write(a, floats(1, 2, 3, 4));
    backend.dispatch(executable, [{ buffer: a, offset: 0 }], [b], []);
    expect(numbers(await backend.read(b))).toEqual([1, 4, 9, 16]);
    await backend.recover();
    expect(backend.memory().liveBuffers).toBe(2);
    expect(numbers(await backend.read(b))).toEqual([1, 4, 9, 16]);
  });
});

test("measures programs when asked to", async () => {
  const backend = await make({ profile: true });
  if (!backend.adapterInfo.features.includes("timestamp-query")) return;
  const [a, b] = [backend.allocate(16), backend.allocate(16)];
  const executable = backend.compile(square);
  for (let i = 0; i < 3; i++) backend.dispatch(executable, [{ buffer: a, offset: 0 }], [b], []);
  await backend.synchronize();
  const [timing] = backend.timings();
  expect(timing).toMatchObject({ calls: 3, program: square });
  expect(timing!.milliseconds).toBeGreaterThanOrEqual(0);
  expect(backend.timings()).toEqual([]);
});
