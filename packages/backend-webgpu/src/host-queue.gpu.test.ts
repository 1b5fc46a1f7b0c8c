import {
  ArgumentError,
  contiguousLayout,
  input,
  mapProgram,
  scalar,
  type Backend,
  type HostWork,
} from "@dl/backend";
import { afterEach, beforeEach, expect, test } from "vitest";
import { webgpu } from "./index.ts";

const vector = { dtype: "float32", layout: contiguousLayout([4]) } as const;
const double = mapProgram([4], [vector], [], [scalar.mul(input(0, "float32"), 2)]);
const floats = (...numbers: number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(numbers).buffer);
const numbers = (bytes: Uint8Array): number[] => [...new Float32Array(bytes.buffer)];

let backend: Backend;
beforeEach(async () => {
  backend = await webgpu();
});
afterEach(async () => {
  await backend.dispose();
});

const operand = (buffer: ReturnType<Backend["allocate"]>) =>
  ({ buffer, offset: 0, dtype: "float32", elementCount: 4 }) as const;
const reverse: HostWork = ([x], result) => {
  result.set(x!.toReversed());
};

test("what the host computes has its place among dispatches, writes and frees", async () => {
  const executable = backend.compile(double);
  const [x, y, z] = [16, 16, 16].map((bytes) => backend.allocate(bytes));
  backend.write(x!, floats(1, 2, 3, 4));
  backend.dispatch(executable, [{ buffer: x!, offset: 0 }], [y!], []); // 2 4 6 8
  backend.computeOnHost(reverse, [operand(y!)], operand(z!)); // 8 6 4 2
  backend.dispatch(executable, [{ buffer: z!, offset: 0 }], [y!], []); // 16 12 8 4
  backend.write(x!, floats(9, 9, 9, 9));
  backend.computeOnHost(reverse, [operand(y!)], operand(x!)); // 4 8 12 16, over the nines
  backend.dispatch(executable, [{ buffer: x!, offset: 0 }], [z!], []);
  const first = backend.read(z!);
  backend.free(z!);
  const reused = backend.allocate(16);
  backend.write(reused, floats(0, 0, 0, 0));
  expect(numbers(await first)).toEqual([8, 16, 24, 32]);
  expect(numbers(await backend.read(x!))).toEqual([4, 8, 12, 16]);
  expect(numbers(await backend.read(reused))).toEqual([0, 0, 0, 0]);
});

test("what the host throws comes with the next read, once, and the result is NaN", async () => {
  const [x, y] = [16, 16].map((bytes) => backend.allocate(bytes));
  backend.write(x!, floats(1, 2, 3, 4));
  backend.computeOnHost(
    () => {
      throw new ArgumentError("test", "this cannot be computed.");
    },
    [operand(x!)],
    operand(y!),
  );
  await expect(backend.read(x!)).rejects.toThrow("test: this cannot be computed.");
  expect(numbers(await backend.read(y!))).toEqual([NaN, NaN, NaN, NaN]);
});
