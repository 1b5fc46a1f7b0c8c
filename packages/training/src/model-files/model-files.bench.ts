import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@dl/backend-cpu";
import { Linear, Sequential } from "@dl/nn";
import { configure } from "@dl/tensor";
import { afterAll, bench, describe } from "vitest";
import { longestBlock, readAndCopy } from "../../test/file-work.ts";
import { loadModel, saveModel } from "../index.ts";

configure({ backend: await cpu({ threads: 1 }) });
const folder = mkdtempSync(join(tmpdir(), "dl-bench-"));
const path = join(folder, "model.safetensors");
const options = { time: 4000, warmupTime: 1000, warmupIterations: 2 };

// 25 million weights: 100 MB.
const model = new Sequential(...Array.from({ length: 6 }, () => new Linear(2048, 2048)));
await saveModel(model, path);

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

  bench("its bytes read and copied once", () => readAndCopy(path), options);

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
