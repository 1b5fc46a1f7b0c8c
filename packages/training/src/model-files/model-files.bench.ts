import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@dl/backend-cpu";
import { Linear, Sequential } from "@dl/nn";
import { configure } from "@dl/tensor";
import { afterAll, bench, describe } from "vitest";
import { loadModel, saveModel } from "../index.ts";

configure({ backend: await cpu({ threads: 1 }) });
const folder = mkdtempSync(join(tmpdir(), "dl-bench-"));
const path = join(folder, "model.safetensors");
const options = { time: 4000, warmupTime: 1000, warmupIterations: 2 };

// 25 million weights: 100 MB.
const model = new Sequential(...Array.from({ length: 6 }, () => new Linear(2048, 2048)));
await saveModel(model, path);

/** The longest time that nothing else ran, in milliseconds, while `work` went on. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
  }, 1);
  await work();
  longest = Math.max(longest, performance.now() - last);
  clearInterval(timer);
  return longest;
}

describe("a model of 100 MB", () => {
  const blocks: number[] = [];
  bench(
    "saveModel",
    async () => {
      blocks.push(await longestBlock(() => saveModel(model, path)));
    },
    {
      ...options,
      teardown: () => {
        const longest = Math.max(...blocks).toFixed(0);
        process.stdout.write(`saveModel blocks for ${longest} ms, ${blocks.length} times\n`);
      },
    },
  );

  bench(
    "its bytes read and copied once",
    async () => {
      const file = await open(path);
      const { size } = await file.stat();
      const bytes = new Uint8Array(size);
      await file.read(bytes, 0, size, 0);
      await file.close();
      new Uint8Array(size).set(bytes);
    },
    options,
  );

  bench(
    "loadModel",
    async () => {
      await loadModel(model, path);
    },
    options,
  );

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
});
