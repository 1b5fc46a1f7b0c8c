import { expect, test } from "vitest";
import { firstDifference, outputWords, threadPrograms } from "../../test/thread-programs.ts";
import { cpu } from "../index.ts";

const samples = threadPrograms.filter((_, i) => i % 3 === 0);

test("the same bits for 1, 2 and 4 threads on the page", async () => {
  expect(crossOriginIsolated).toBe(true);
  for (const deterministic of [false, true]) {
    const one = await cpu({ deterministic, threads: 1 });
    const several = [
      await cpu({ deterministic, threads: 2 }),
      await cpu({ deterministic, threads: 4 }),
    ];
    for (const sample of threadPrograms) {
      const expected = await outputWords(one, sample);
      for (const backend of several)
        expect(firstDifference(await outputWords(backend, sample), expected), sample.name).toBe(-1);
    }
    expect(several.map((backend) => backend.capabilities.threads)).toEqual([2, 4]);
    for (const backend of [one, ...several]) await backend.dispose();
  }
});

test("and in a worker, with workers of its own", async () => {
  const worker = new Worker(new URL("../../test/threads-worker.ts", import.meta.url), {
    type: "module",
  });
  const answer = await new Promise<{ threads: number; words: Int32Array[] }>((resolve, reject) => {
    worker.onmessage = ({ data }): void => resolve(data);
    worker.onerror = (event): void => reject(new Error(event.message));
  });
  worker.terminate();
  expect(answer.threads).toBe(2);
  const one = await cpu({ threads: 1 });
  for (const [i, sample] of samples.slice(0, answer.words.length).entries())
    expect(firstDifference(answer.words[i]!, await outputWords(one, sample)), sample.name).toBe(-1);
  await one.dispose();
});

test("a worker that is ended is told of, and replaced", async () => {
  const Original = globalThis.Worker;
  const workers: Worker[] = [];
  globalThis.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      workers.push(this);
    }
  };
  try {
    const backend = await cpu({ threads: 2 });
    const sample = threadPrograms.find(({ name }) => name.startsWith("[256,128]"))!;
    const expected = await outputWords(backend, sample);
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
    let failures = 0;
    for (let round = 0; round < 5; round++) {
      // A browser does not say that it ended one: only a part in its hands is missed.
      const until = performance.now() + 60 * Math.random();
      while (performance.now() < until) {
        await outputWords(backend, sample);
        await pause();
      }
      workers.at(-1)!.terminate();
      for (let i = 0; i < 5; i++) {
        try {
          expect(firstDifference(await outputWords(backend, sample), expected)).toBe(-1);
        } catch (error) {
          expect(String(error)).toMatch(/worker thread/);
          failures++;
        }
        await pause();
      }
      expect(firstDifference(await outputWords(backend, sample), expected)).toBe(-1);
    }
    expect(workers).toHaveLength(1 + failures);
    await backend.dispose();
  } finally {
    globalThis.Worker = Original;
  }
});

test("workers that cannot start leave one thread, and info says so", async () => {
  const original = URL.createObjectURL.bind(URL);
  URL.createObjectURL = () => original(new Blob(["throw new Error('no')"]));
  try {
    const backend = await cpu({ threads: 2 });
    await outputWords(
      backend,
      threadPrograms.find(({ name }) => name.startsWith("[256,128]"))!,
    );
    const deadline = performance.now() + 10_000;
    while (backend.capabilities.threads > 1 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(backend.info).toMatch(/^WebAssembly SIMD, 1 thread \(workers fail\)/);
    await backend.dispose();
  } finally {
    URL.createObjectURL = original;
  }
});
