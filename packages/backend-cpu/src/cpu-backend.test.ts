import {
  BackendError,
  constant,
  contiguousLayout,
  input,
  mapProgram,
  OutOfMemoryError,
  scalar,
  UnsupportedError,
} from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { describe, expect, test } from "vitest";
import { cpu } from "./index.ts";

const square = mapProgram(
  [4],
  [{ dtype: "float32", layout: contiguousLayout([4]) }],
  [],
  [scalar.mul(input(0, "float32"), input(0, "float32"))],
);

describe("buffers", () => {
  test("are written and read in parts", async () => {
    const backend = await cpu();
    const buffer = backend.allocate(12);
    backend.write(buffer, Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
    backend.write(buffer, Uint8Array.from([99]), 5);
    expect([...(await backend.read(buffer))]).toEqual([0, 1, 2, 3, 4, 99, 6, 7, 8, 9, 10, 11]);
    expect([...(await backend.read(buffer, 4, 2))]).toEqual([4, 99]);
    expect(() => backend.write(buffer, new Uint8Array(4), 10)).toThrow(BackendError);
    await expect(backend.read(buffer, 8, 5)).rejects.toThrow(BackendError);
    await backend.dispose();
  });

  test("are counted exactly", async () => {
    const backend = await cpu();
    expect(backend.memory()).toEqual({ liveBytes: 0, liveBuffers: 0, pooledBytes: 0 });
    const [a, b] = [backend.allocate(10), backend.allocate(100)];
    expect(backend.memory()).toMatchObject({ liveBytes: 110, liveBuffers: 2 });
    backend.free(b);
    expect(backend.memory()).toEqual({ liveBytes: 10, liveBuffers: 1, pooledBytes: 128 });
    backend.free(a);
    expect(backend.memory()).toMatchObject({ liveBytes: 0, liveBuffers: 0 });
  });

  test("survive growth", async () => {
    const backend = await cpu();
    const buffer = backend.allocate(16);
    backend.write(buffer, new Uint8Array(Float32Array.from([1, 2, 3, 4]).buffer));
    const large = backend.allocate(64 * 2 ** 20);
    const result = backend.allocate(16);
    backend.dispatch(backend.compile(square), [{ buffer, offset: 0 }], [result], []);
    expect([...new Float32Array((await backend.read(result)).buffer)]).toEqual([1, 4, 9, 16]);
    backend.free(large);
  });
});

describe("refuses", () => {
  test("a freed buffer, another backend's, and one freed twice", async () => {
    const backend = await cpu();
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
    expect(() => backend.free(a)).toThrow(BackendError);
    const other = await cpu();
    expect(() => other.free(b)).toThrow(BackendError);
    expect(() => other.dispatch(executable, [], [], [])).toThrow(BackendError);
  });

  test("more than the limit, naming what was asked, what is live and the limit", async () => {
    const backend = await cpu({ maxMemoryBytes: 1000 });
    backend.allocate(600);
    expect(() => backend.allocate(500)).toThrow(OutOfMemoryError);
    expect(() => backend.allocate(500)).toThrow(/500 bytes: 600 bytes are live, the limit is 1000/);
    expect(backend.memory().liveBytes).toBe(600);
  });

  test("float64, anywhere in a program", async () => {
    const backend = await cpu();
    const programs = [
      mapProgram(
        [2],
        [{ dtype: "float64", layout: contiguousLayout([2]) }],
        [],
        [constant(1, "float32")],
      ),
      mapProgram([2], [], [], [constant(1, "float64")]),
      mapProgram(
        [2],
        [],
        [],
        [scalar.cast(scalar.cast(constant(1, "float32"), "float64"), "float32")],
      ),
    ];
    for (const program of programs) {
      expect(() => backend.compile(program)).toThrow(UnsupportedError);
      expect(() => backend.compile(program)).toThrow("float64 is not available; use float32");
    }
  });

  test("work after dispose", async () => {
    const backend = await cpu();
    await backend.dispose();
    expect(() => backend.allocate(4)).toThrow(BackendError);
    await expect(backend.synchronize()).rejects.toThrow(/disposed/);
  });
});

test("compiles a program once, and names itself", async () => {
  const backend = await cpu({ deterministic: true, threads: 1 });
  expect(backend.compile(square)).toBe(backend.compile(square));
  expect(backend.compile(square).program).toBe(square);
  expect(backend.info).toMatch(/^WebAssembly SIMD, 1 thread, relaxed SIMD: no/);
  expect(backend.capabilities).toMatchObject({
    threads: 1,
    dtypes: ["float32", "int32", "uint32", "bool"],
  });
});
