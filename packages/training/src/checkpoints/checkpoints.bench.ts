import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@dl/backend-cpu";
import { Linear, meanSquaredError, Sequential } from "@dl/nn";
import { SGD } from "@dl/optim";
import { configure } from "@dl/tensor";
import { afterAll, bench, describe } from "vitest";
import { longestBlock, readAndCopy } from "../../test/file-work.ts";
import { CheckpointStore, supervised, Trainer } from "../index.ts";

configure({ backend: await cpu({ threads: 1 }) });
const folder = mkdtempSync(join(tmpdir(), "dl-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));
const options = { time: 3000, warmupTime: 500, warmupIterations: 1 };

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
      () => readAndCopy(join(place, readdirSync(place)[0]!)),
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
