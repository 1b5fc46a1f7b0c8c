import {
  BackendError,
  contiguousLayout,
  input,
  internShape,
  mapProgram,
  OutOfMemoryError,
  parameter,
  reduceProgram,
  scalar,
  type Backend,
} from "@dl/backend";
import { Generator, integers, normal, uniform } from "@dl/tensor";
import { reference } from "@dl/backend-reference";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { BackendAdapter } from "./adapter.ts";
import { foundIndexFaults, indexFaults } from "./index-faults.ts";

const eight = internShape([8]);
const vector = { dtype: "float32", layout: contiguousLayout(eight) } as const;
const x = input(0, "float32");
const addNumber = mapProgram(
  eight,
  [vector],
  ["float32"],
  [scalar.add(x, parameter(0, "float32"))],
);
const double = mapProgram(eight, [vector], [], [scalar.mul(x, 2)]);
const total = reduceProgram({
  op: "sum",
  shape: eight,
  axes: [0],
  inputs: [vector],
  parameters: [],
  value: x,
  epilogue: undefined,
});

const bytesOf = (...numbers: number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(numbers).buffer);
const floatsOf = (bytes: Uint8Array): number[] => [
  ...new Float32Array(bytes.slice().buffer, 0, bytes.byteLength / 4),
];

/** Memory, order of work, errors and random bits: what is asked of a device before any operation. */
export function testDevice({ name, create }: BackendAdapter): void {
  let backend: Backend;
  beforeEach(async () => {
    backend = await create();
  });
  afterEach(async () => {
    await backend.dispose();
  });

  it("has the name it is registered under, and says what it is", () => {
    expect(backend.name).toBe(name);
    expect(backend.info).not.toBe("");
    expect(backend.capabilities.dtypes).toEqual(
      expect.arrayContaining(["float32", "int32", "uint32", "bool"]),
    );
    expect(backend.capabilities.threads).toBeGreaterThanOrEqual(1);
  });

  it("counts live bytes and buffers, and keeps or returns what is freed", () => {
    const before = backend.memory();
    const buffers = [1, 4, 1000, 0].map((size) => backend.allocate(size));
    const during = backend.memory();
    expect(during.liveBuffers - before.liveBuffers).toBe(4);
    expect(during.liveBytes - before.liveBytes).toBeGreaterThanOrEqual(1005);
    for (const buffer of buffers) backend.free(buffer);
    const after = backend.memory();
    expect(after.liveBytes).toBe(before.liveBytes);
    expect(after.liveBuffers).toBe(before.liveBuffers);
  });

  it("does not grow when buffers come and go", () => {
    const sizes = [64, 4096, 100_000, 300];
    const round = (): number => {
      const buffers = sizes.map((size) => backend.allocate(size));
      for (const buffer of buffers) backend.free(buffer);
      const { liveBytes, pooledBytes } = backend.memory();
      return liveBytes + pooledBytes;
    };
    const first = round();
    for (let i = 0; i < 200; i++) round();
    expect(round()).toBeLessThanOrEqual(2 * Math.max(first, 110_000));
  });

  it("reads what was written, in parts, as a copy", async () => {
    const buffer = backend.allocate(16);
    backend.write(buffer, bytesOf(1, 2, 3, 4));
    backend.write(buffer, bytesOf(9), 8);
    const part = await backend.read(buffer, 4, 8);
    expect(floatsOf(part)).toEqual([2, 9]);
    part.fill(0);
    backend.write(buffer, bytesOf(7), 4);
    expect(floatsOf(part)).toEqual([0, 0]);
    expect(floatsOf(await backend.read(buffer))).toEqual([1, 7, 9, 4]);
  });

  it("refuses a freed buffer", async () => {
    const buffer = backend.allocate(32);
    const other = backend.allocate(32);
    const executable = backend.compile(double);
    backend.free(buffer);
    await expect((async () => backend.read(buffer))()).rejects.toThrow(BackendError);
    expect(() => backend.write(buffer, bytesOf(1))).toThrow(BackendError);
    expect(() => backend.free(buffer)).toThrow(BackendError);
    await expect(
      (async () => {
        backend.dispatch(executable, [{ buffer, offset: 0 }], [other], []);
        await backend.synchronize();
      })(),
    ).rejects.toThrow(BackendError);
  });

  it("refuses bytes outside a buffer", async () => {
    const buffer = backend.allocate(8);
    expect(() => backend.write(buffer, bytesOf(1, 2), 4)).toThrow(BackendError);
    await expect((async () => backend.read(buffer, 4, 8))()).rejects.toThrow(BackendError);
  });

  it("refuses more memory than there is with OutOfMemoryError", () => {
    expect(() => backend.allocate(2 ** 50)).toThrow(OutOfMemoryError);
    const buffer = backend.allocate(4);
    backend.write(buffer, bytesOf(3));
    expect(buffer.byteLength).toBe(4);
  });

  it("compiles a program once", () => {
    expect(backend.compile(double)).toBe(backend.compile(double));
    expect(backend.compile(double).program).toBe(double);
  });

  it("runs what was dispatched in order, in place where allowed", async () => {
    const buffer = backend.allocate(32);
    const sum = backend.allocate(4);
    backend.write(buffer, bytesOf(0, 1, 2, 3, 4, 5, 6, 7));
    const [plus, times, fold] = [addNumber, double, total].map((program) =>
      backend.compile(program),
    );
    const at = { buffer, offset: 0 };
    for (let i = 0; i < 5; i++) {
      backend.dispatch(plus!, [at], [buffer], [i]);
      backend.dispatch(times!, [at], [buffer], []);
    }
    backend.dispatch(fold!, [at], [sum], []);
    backend.write(buffer, bytesOf(...new Array<number>(8).fill(0)));
    await backend.synchronize();
    // 32 x + 52: 2 (2 (2 (2 (2 x + 2·0) + 2·1 ...
    const expected = [0, 1, 2, 3, 4, 5, 6, 7].map((value) => {
      let result = value;
      for (let i = 0; i < 5; i++) result = (result + i) * 2;
      return result;
    });
    expect(floatsOf(await backend.read(sum))).toEqual([expected.reduce((a, b) => a + b)]);
    expect(floatsOf(await backend.read(buffer))).toEqual(new Array(8).fill(0));
  });

  it("takes numbers and offsets at dispatch", async () => {
    const source = backend.allocate(64);
    const target = backend.allocate(32);
    backend.write(source, bytesOf(...Array.from({ length: 16 }, (_, i) => i)));
    const executable = backend.compile(addNumber);
    backend.dispatch(executable, [{ buffer: source, offset: 5 }], [target], [0.5]);
    expect(floatsOf(await backend.read(target))).toEqual([
      5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5,
    ]);
  });

  it("refuses everything but free after dispose", async () => {
    const buffer = backend.allocate(4);
    const other = await create();
    await other.dispose();
    expect(() => other.allocate(4)).toThrow(BackendError);
    await expect((async () => other.synchronize())()).rejects.toThrow(BackendError);
    await backend.dispose();
    // A tensor's finaliser may come later.
    expect(() => backend.free(buffer)).not.toThrow();
    backend = await create();
  });

  it("refuses another backend's buffer", async () => {
    const stranger = await create();
    const theirs = stranger.allocate(32);
    expect(() => backend.write(theirs, bytesOf(1))).toThrow(BackendError);
    await stranger.dispose();
  });

  it(
    "finds every index outside its axis, says which, and works on",
    { timeout: 240_000 },
    async () => {
      expect(await foundIndexFaults(backend)).toEqual(
        indexFaults.map(({ name: op, message }) => ({ name: op, message, after: 6 })),
      );
    },
  );

  it("draws the generator's own bits", async () => {
    for (const [seed, stream] of [
      [0, 0],
      [2 ** 53 - 1, 7],
      [42, 2 ** 32 - 1],
    ] as const) {
      const words = new Generator(seed, stream).words(37);
      const generator = new Generator(seed, stream);
      const drawn = await integers(-(2 ** 31), 2 ** 31, [37], { backend, generator }).data();
      // The range is one short of 2³², so that it fits a word: each number is ⌊bits · range / 2³²⌋.
      const expected = [...words].map((word) => {
        const number = (BigInt(word) * (2n ** 32n - 1n)) >> 32n;
        return Number(BigInt.asIntN(32, number - 2n ** 31n));
      });
      expect([...drawn]).toEqual(expected);
    }
  });

  it("draws the same numbers as the reference, to the bit", async () => {
    const oracle = reference();
    for (const draw of [uniform, normal]) {
      const [ours, theirs] = [backend, oracle].map((on) =>
        draw([1001], { backend: on, generator: new Generator(3) }),
      );
      expect(await ours!.data()).toEqual(await theirs!.data());
    }
  });
}
