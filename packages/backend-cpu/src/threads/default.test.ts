import {
  contiguousLayout,
  input,
  mapProgram,
  routineProgram,
  scalar,
  type Backend,
  type Program,
} from "@dl/backend";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { catchingWorkers } from "../../test/patched-workers.ts";
import { firstDifference, outputWords, threadPrograms } from "../../test/thread-programs.ts";
import { cpu, cpuWith, workerThreads } from "../index.ts";

const float = (shape: readonly number[]) =>
  ({ dtype: "float32", layout: contiguousLayout(shape) }) as const;
const product = (size: number) =>
  routineProgram("matmul", {}, [float([size, size]), float([size, size])]);

function dispatch(backend: Backend, program: Program, byteLength: number, repeats: number): void {
  const [from, to] = [backend.allocate(byteLength), backend.allocate(byteLength)];
  const inputs = program.inputs.map(() => ({ buffer: from, offset: 0 }));
  for (let i = 0; i < repeats; i++) backend.dispatch(backend.compile(program), inputs, [to], []);
  backend.free(from);
  backend.free(to);
}
const small = (backend: Backend, repeats: number): void => {
  dispatch(backend, product(64), 4 * 64 ** 2, repeats);
  const double = scalar.mul(input(0, "float32"), 2);
  dispatch(backend, mapProgram([4096], [float([4096])], [], [double]), 4 * 4096, repeats);
};
const large = (backend: Backend): void => dispatch(backend, product(512), 4 * 512 ** 2, 5);

const most = Math.min(4, availableParallelism());
const started = `WebAssembly SIMD, ${most > 1 ? `${most} threads` : "1 thread (one core)"},`;
const notStarted = started.replace(/, (\d threads)/, ", up to $1");

describe("threads that nobody asked for", () => {
  test.each([
    ["cpu()", () => cpu()],
    ['cpu({ threads: "auto" })', () => cpu({ threads: "auto" })],
    ["cpuWith([workerThreads])", () => cpuWith([workerThreads])],
  ])("are started by large work, not by small: %s", (_, open) =>
    catchingWorkers(async (workers) => {
      const backend = await open();
      expect(backend.capabilities.threads).toBe(most);
      small(backend, 20_000);
      dispatch(backend, product(256), 4 * 256 ** 2, 1);
      expect(workers).toHaveLength(0);
      expect(backend.info.startsWith(notStarted), backend.info).toBe(true);
      large(backend);
      expect(workers).toHaveLength(most - 1);
      expect(backend.info.startsWith(started), backend.info).toBe(true);
      await backend.dispose();
    }),
  );

  test.each([
    ["WebAssembly SIMD, 1 thread,", () => cpu({ threads: 1 })],
    ["WebAssembly SIMD, 1 thread (no workerThreads),", () => cpuWith([])],
  ])("can be left out: %s", (info, open) =>
    catchingWorkers(async (workers) => {
      const backend = await open();
      large(backend);
      expect(workers).toHaveLength(0);
      expect(backend.info.startsWith(info), backend.info).toBe(true);
      expect(backend.capabilities.threads).toBe(1);
      await backend.dispose();
    }),
  );

  test("give the bits of one thread, before they are started and after", async () => {
    const [one, several] = [await cpu({ threads: 1 }), await cpu()];
    const samples = threadPrograms.filter((_, i) => i % 4 === 0);
    for (let round = 0; round < 2; round++) {
      for (const sample of samples)
        expect(
          firstDifference(await outputWords(several, sample), await outputWords(one, sample)),
          sample.name,
        ).toBe(-1);
      large(several);
    }
    await Promise.all([one.dispose(), several.dispose()]);
  });

  test("end with a backend that nobody keeps", () =>
    catchingWorkers(async (workers) => {
      const forgotten = async (): Promise<void> => large(await cpu({ threads: 2 }));
      await forgotten();
      expect(workers).toHaveLength(1);
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      await expect
        .poll(async () => {
          collect();
          await sleep(10);
          return workers[0]!.threadId;
        })
        .toBe(-1); // what Node says of one that has ended
    }));
});
