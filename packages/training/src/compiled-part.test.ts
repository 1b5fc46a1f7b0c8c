import { cpu } from "@dl/backend-cpu";
import { DataLoader } from "@dl/data";
import { crossEntropy } from "@dl/nn";
import { EMA, SGD } from "@dl/optim";
import { configure, manualSeed } from "@dl/tensor";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { classifier, everything, points, weights } from "../test/points.ts";
import { descend, fit, Trainer, type SupervisedBatch } from "./index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

describe("compiled by default", () => {
  const data = (): SupervisedBatch[] => [...new DataLoader(points(64), { batchSize: 16 })];

  it("gives the bits of a plain training", async () => {
    const run = async (compile: boolean): Promise<number[][]> => {
      manualSeed(5);
      const model = classifier();
      await fit(model, everything(model, { compile, averages: new EMA(model.parameters()) }));
      return await weights(model);
    };
    expect(await run(true)).toEqual(await run(false));
  });

  it("a step that cannot be compiled runs plain, and says so once", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    try {
      const model = classifier();
      const optimizer = new SGD(model.parameters(), { learningRate: 0.1 });
      const trainer = new Trainer<SupervisedBatch>(
        {
          modules: { model },
          optimizers: { optimizer },
          async step({ inputs, targets }) {
            const loss = descend(optimizer, () => crossEntropy(model.forward(inputs), targets));
            await loss.item();
            return { loss };
          },
        },
        { data: data(), epochs: 2 },
      );
      await trainer.fit();
      expect([...trainer.plainParts()]).toEqual([["step", "it is asynchronous"]]);
      expect(warn.mock.calls).toEqual([
        ['training: the part "step" runs as without compile: it is asynchronous.'],
      ]);
    } finally {
      warn.mockRestore();
    }
  });

  it("so does one whose batches have more than tensors", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    try {
      const model = classifier();
      const named = data().map(({ inputs, targets }, i) => ({
        inputs,
        targets,
        name: `batch ${i}`,
      }));
      const optimizer = new SGD(model.parameters(), { learningRate: 0.1 });
      await fit(model, { loss: crossEntropy, optimizer, data: named, epochs: 2 });
      expect(warn.mock.calls).toEqual([
        [
          'training: the part "step" runs as without compile: its arguments must be tensors and numbers, and have a string as argument 0.name.',
        ],
      ]);
    } finally {
      warn.mockRestore();
    }
  });
});
