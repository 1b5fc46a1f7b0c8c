import { BackendError, contiguousLayout, routineProgram, type Backend } from "@dl/backend";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { catchingWorkers } from "../../test/patched-workers.ts";
import { cpu } from "../index.ts";

const size = 128;
const matrix = { dtype: "float32", layout: contiguousLayout([size, size]) } as const;
const square = routineProgram("matmul", {}, [matrix, matrix]);
const kills = Number(process.env["DL_KILLS"] ?? 6);

/** Work for threads; a result that is read must be right. */
function products(backend: Backend) {
  const input = backend.allocate(4 * size * size);
  const output = backend.allocate(4 * size * size);
  backend.write(input, new Uint8Array(new Float32Array(size * size).fill(0.5).buffer));
  const executable = backend.compile(square);
  const binding = { buffer: input, offset: 0 };
  return {
    dispatch: (): void => backend.dispatch(executable, [binding, binding], [output], []),
    check: async (): Promise<void> => {
      const elements = new Float32Array((await backend.read(output)).buffer);
      expect(elements.every((element) => element === size / 4)).toBe(true);
    },
  };
}

/** Time until a read is refused. */
async function untilRefused({ dispatch, check }: ReturnType<typeof products>): Promise<number> {
  const started = performance.now();
  for (;;) {
    for (let i = 0; i < 20; i++) dispatch();
    try {
      await check();
    } catch (error) {
      expect(error).toBeInstanceOf(BackendError);
      expect(String(error)).toMatch(/worker thread/);
      return performance.now() - started;
    }
    await sleep(0);
  }
}

test(`a worker that is ended is told of, and replaced: ${kills} times`, async () => {
  await catchingWorkers(async (workers) => {
    const backend = await cpu({ threads: 3 });
    const work = products(backend);
    expect(workers).toHaveLength(0);
    let slowest = 0;
    work.dispatch();
    for (let kill = 0; kill < kills; kill++) {
      expect(workers).toHaveLength(2 + 2 * kill);
      const until = performance.now() + 30 * Math.random();
      while (performance.now() < until) {
        work.dispatch();
        if (Math.random() < 0.2) await sleep(0);
      }
      await work.check();
      void workers.at(kill % 2 === 0 ? -1 : -2)!.terminate();
      slowest = Math.max(slowest, await untilRefused(work));
      work.dispatch();
      await work.check();
    }
    // A loaded machine may take longer, so this holds only where it was asked for.
    if (process.env["DL_KILLS"] !== undefined) {
      process.stdout.write(`${kills} kills: an error after ${slowest.toFixed(0)} ms at most\n`);
      expect(slowest).toBeLessThan(1000);
    }
    await backend.dispose();
  });
}, 120_000);

test("one that ends while it sleeps, and one before it has begun", async () => {
  await catchingWorkers(async (workers) => {
    const backend = await cpu({ threads: 2 });
    const work = products(backend);
    work.dispatch();
    void workers[0]!.terminate();
    await untilRefused(work);
    work.dispatch();
    await sleep(100);
    await workers[1]!.terminate();
    await expect(backend.synchronize()).rejects.toThrow(/worker thread ended/);
    await backend.synchronize();
    work.dispatch();
    await work.check();
    await backend.dispose();
  });
});

test("one that hangs without a part of the work holds nobody up", async () => {
  const change = (source: string): string =>
    `performance.parts = 0;${source.replace("until = 0;", "if (++performance.parts === 30) for (;;);")}`;
  await catchingWorkers(async () => {
    const backend = await cpu({ threads: 2 });
    const work = products(backend);
    for (let i = 0; i < 500; i++) {
      work.dispatch();
      await work.check();
    }
    await backend.dispose();
  }, change);
});

test("one that takes a part and never finishes it", async () => {
  let hangs = true;
  const change = (source: string): string =>
    hangs
      ? `performance.parts = 0;${source.replace("runPart(part);", "if (++performance.parts === 30) for (;;); runPart(part);")}`
      : source;
  await catchingWorkers(async (workers) => {
    const backend = await cpu({ threads: 2 });
    const work = products(backend);
    work.dispatch();
    hangs = false;
    await untilRefused(work);
    for (let i = 0; i < 100; i++) work.dispatch();
    expect(workers).toHaveLength(2);
    await work.check();
    await backend.dispose();
  }, change);
});

test("workers that cannot start leave one thread, and info says so", async () => {
  await catchingWorkers(
    async () => {
      const backend = await cpu({ threads: 2 });
      const work = products(backend);
      while (backend.capabilities.threads > 1) {
        work.dispatch();
        await sleep(1);
      }
      expect(backend.info).toMatch(/1 thread \(workers fail\)/);
      expect(backend.info.length).toBeLessThan(80);
      work.dispatch();
      await work.check();
      await backend.dispose();
    },
    () => "throw new Error('no')",
  );
});
