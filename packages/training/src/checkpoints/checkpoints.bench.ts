import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@dl/backend-cpu";
import { Linear, meanSquaredError, Sequential } from "@dl/nn";
import { SGD } from "@dl/optim";
import { configure } from "@dl/tensor";
import { afterAll, bench, describe } from "vitest";
import { CheckpointStore, supervised, Trainer } from "../index.ts";

configure({ backend: await cpu({ threads: 1 }) });
const folder = mkdtempSync(join(tmpdir(), "dl-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));
const options = { time: 3000, warmupTime: 500, warmupIterations: 1 };

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

// 25 million weights, 100 MB: in layers, and nearly all in one.
for (const [shape, layers] of [
  ["six layers", Array.from({ length: 6 }, () => new Linear(2048, 2048))],
  ["one layer", [new Linear(5000, 5000)]],
] as const) {
  const model = new Sequential(...layers);
  const optimizer = new SGD(model.parameters(), { learningRate: 0.1 });
  const step = supervised(model, { loss: meanSquaredError, optimizer });
  const trainer = new Trainer(step, { data: [], epochs: 1 });
  const place = join(folder, shape);
  const store = new CheckpointStore(place, { keep: 1 });
  await store.save(trainer.stateDict());

  describe(`a checkpoint of 100 MB, ${shape}`, () => {
    const blocks: number[] = [];
    bench(
      "save",
      async () => {
        blocks.push(await longestBlock(() => store.save(trainer.stateDict())));
      },
      {
        ...options,
        teardown: () => {
          const sorted = blocks.toSorted((a, b) => a - b).map((ms) => ms.toFixed(0));
          process.stdout.write(`${shape}: save blocks for ${sorted.join(" ")} ms\n`);
        },
      },
    );

    bench(
      "its bytes read and copied once",
      async () => {
        const file = await open(join(place, readdirSync(place)[0]!));
        const { size } = await file.stat();
        const bytes = new Uint8Array(size);
        await file.read(bytes, 0, size, 0);
        await file.close();
        new Uint8Array(size).set(bytes);
      },
      options,
    );

    bench(
      "latest",
      async () => {
        await store.latest();
      },
      options,
    );
  });
}
