import {
  constant,
  contiguousLayout,
  input,
  internLayout,
  mapProgram,
  reduceProgram,
  scalar,
  type Backend,
  type BufferHandle,
} from "@dl/backend";
import { beforeEach, describe, expect, test } from "vitest";
import { reference } from "./reference-backend.ts";

const x = input(0, "float32");
const negate = mapProgram(
  [3],
  [{ dtype: "float32", layout: contiguousLayout([3]) }],
  [],
  [scalar.neg(x)],
);

let backend: Backend;
beforeEach(() => {
  backend = reference();
});

function bufferOf(values: readonly number[]): BufferHandle {
  const buffer = backend.allocate(values.length * 4);
  backend.write(buffer, new Uint8Array(Float32Array.from(values).buffer));
  return buffer;
}

async function floats(buffer: BufferHandle): Promise<number[]> {
  return [...new Float32Array((await backend.read(buffer)).buffer)];
}

describe("memory", () => {
  test("is counted to the byte", async () => {
    const a = backend.allocate(12);
    const b = backend.allocate(0);
    expect(backend.memory()).toEqual({ liveBytes: 12, liveBuffers: 2, pooledBytes: 0 });
    backend.free(a);
    backend.free(b);
    expect(backend.memory()).toEqual({ liveBytes: 0, liveBuffers: 0, pooledBytes: 0 });
  });

  test("is NaN until written", async () => {
    expect(await floats(backend.allocate(8))).toEqual([NaN, NaN]);
  });

  test("reads are copies, in whole or in part", async () => {
    const a = bufferOf([1, 2, 3]);
    const before = await backend.read(a);
    backend.write(a, new Uint8Array(Float32Array.of(9).buffer), 4);
    expect([...new Float32Array(before.buffer)]).toEqual([1, 2, 3]);
    expect(await floats(a)).toEqual([1, 9, 3]);
    expect([...new Float32Array((await backend.read(a, 4, 8)).buffer)]).toEqual([9, 3]);
    expect([...new Float32Array((await backend.read(a, 8)).buffer)]).toEqual([3]);
  });

  test("a read begun before a free is whole", async () => {
    const a = bufferOf([1, 2]);
    const reading = backend.read(a);
    backend.free(a);
    expect([...new Float32Array((await reading).buffer)]).toEqual([1, 2]);
  });

  test("a buffer too large is refused at once", () => {
    expect(() => backend.allocate(2 ** 40)).toThrow(
      expect.objectContaining({ name: "OutOfMemoryError" }),
    );
    expect(backend.memory().liveBuffers).toBe(0);
  });

  test("writes and reads outside a buffer are refused", async () => {
    const a = backend.allocate(4);
    expect(() => backend.write(a, new Uint8Array(4), 1)).toThrow(
      "reference: bytes 1 to 5 lie outside a buffer of 4.",
    );
    await expect(backend.read(a, 0, 5)).rejects.toThrow("lie outside");
  });
});

describe("buffers that are not there", () => {
  test("freed", async () => {
    const a = backend.allocate(4);
    backend.free(a);
    const freed = expect.objectContaining({
      name: "BackendError",
      message: expect.stringContaining("was freed"),
    });
    expect(() => backend.free(a)).toThrow(freed);
    expect(() => backend.write(a, new Uint8Array(1))).toThrow(freed);
    await expect(backend.read(a)).rejects.toThrow("was freed");
    const out = backend.allocate(12);
    const executable = backend.compile(negate);
    expect(() => backend.dispatch(executable, [{ buffer: a, offset: 0 }], [out], [])).toThrow(
      freed,
    );
  });

  test("foreign", () => {
    const message = "belongs to another backend";
    expect(() => backend.free(reference().allocate(4))).toThrow(message);
    expect(() => backend.free({ byteLength: 4 })).toThrow(message);
  });
});

describe("dispatch", () => {
  const run = (inputs: readonly BufferHandle[], outputs: readonly BufferHandle[]): void =>
    backend.dispatch(
      backend.compile(negate),
      inputs.map((buffer) => ({ buffer, offset: 0 })),
      outputs,
      [],
    );

  test("compiles a program once", () => {
    expect(backend.compile(negate)).toBe(backend.compile(negate));
    expect(backend.compile(negate).program).toBe(negate);
  });

  test("a map may write over its contiguous input", async () => {
    const a = bufferOf([1, -2, 3]);
    run([a], [a]);
    expect(await floats(a)).toEqual([-1, 2, -3]);
  });

  test("runs in order, and synchronize settles", async () => {
    const a = bufferOf([1, 2, 3]);
    const b = backend.allocate(12);
    run([a], [b]);
    run([b], [a]);
    await backend.synchronize();
    expect(await floats(a)).toEqual([1, 2, 3]);
  });

  test("reads from an offset, forwards and backwards", async () => {
    const reversed = mapProgram(
      [3],
      [{ dtype: "float32", layout: internLayout([3], [-2]) }],
      [],
      [x],
    );
    const out = backend.allocate(12);
    const a = bufferOf([0, 1, 2, 3, 4, 5]);
    backend.dispatch(backend.compile(reversed), [{ buffer: a, offset: 5 }], [out], []);
    expect(await floats(out)).toEqual([5, 3, 1]);
    expect(() =>
      backend.dispatch(backend.compile(reversed), [{ buffer: a, offset: 3 }], [out], []),
    ).toThrow("lie outside");
  });

  test("refuses what does not fit the program", () => {
    const a = bufferOf([1, 2, 3]);
    const short = backend.allocate(8);
    expect(() => run([], [a])).toThrow(
      "reference: the program has 1, 1, 0 inputs, outputs and parameters: 0, 1, 0 given.",
    );
    expect(() => run([a], [short])).toThrow("lie outside");
    expect(() => run([short], [a])).toThrow("lie outside");
    expect(() => backend.dispatch({ program: negate }, [], [], [])).toThrow(
      "compiled by another backend",
    );
  });

  test("refuses to write over what is still to be read", () => {
    const a = bufferOf([1, 2, 3]);
    const executable = backend.compile(
      reduceProgram({
        op: "sum",
        shape: [3],
        axes: [],
        inputs: [{ dtype: "float32", layout: contiguousLayout([3]) }],
        parameters: [],
        value: x,
        epilogue: undefined,
      }),
    );
    expect(() => backend.dispatch(executable, [{ buffer: a, offset: 0 }], [a], [])).toThrow(
      "output 0 would be written over input 0",
    );
    const one = constant(1, "float32");
    const twice = mapProgram([3], [], [], [one, scalar.neg(one)]);
    expect(() => backend.dispatch(backend.compile(twice), [], [a, a], [])).toThrow(
      "two outputs share a buffer",
    );
  });
});

test("after dispose everything but free throws BackendError", async () => {
  const a = backend.allocate(4);
  const executable = backend.compile(negate);
  await backend.dispose();
  await backend.dispose();
  const disposed = "reference: the backend was disposed. Make a new one.";
  expect(() => backend.allocate(4)).toThrow(disposed);
  expect(() => backend.free(a)).not.toThrow(); // a tensor may be collected later than its backend
  expect(() => backend.write(a, new Uint8Array(1))).toThrow(disposed);
  expect(() => backend.compile(negate)).toThrow(disposed);
  expect(() => backend.dispatch(executable, [], [], [])).toThrow(disposed);
  expect(() => backend.memory()).toThrow(disposed);
  await expect(backend.read(a)).rejects.toThrow(disposed);
  await expect(backend.synchronize()).rejects.toThrow(disposed);
});
