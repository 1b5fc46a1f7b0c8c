import { cpu } from "@dl/backend-cpu";
import { SGD } from "@dl/optim";
import { configure, Generator, manualSeed, normal, type Tensor } from "@dl/tensor";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DataLoader } from "@dl/data";
import { crossEntropy, Dropout, Linear, meanSquaredError, Module } from "@dl/nn";
import { classifier, everything, points, weights } from "../test/points.ts";
import { Accuracy, evaluate, fit, sampleGrid, type SupervisedBatch } from "./index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});
beforeEach(() => {
  manualSeed(5);
});

/** Notes in which mode each of its forward passes ran, by the number of inputs. */
class Watched extends Module {
  readonly dropout = new Dropout(0.5);
  readonly linear = new Linear(2, 1);
  readonly seen: [inputs: number, isTraining: boolean][] = [];
  forward(inputs: Tensor): Tensor {
    this.seen.push([inputs.shape[0]!, this.isTraining && this.dropout.isTraining]);
    return this.linear.forward(this.dropout.forward(inputs));
  }
}

const generator = new Generator(1);
/** Every batch comes after an await, so that others run in between. */
const batches = (count: number, size: number): AsyncIterable<SupervisedBatch> => ({
  async *[Symbol.asyncIterator]() {
    for (let i = 0; i < count; i++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      yield { inputs: normal([size, 2], { generator }), targets: normal([size, 1], { generator }) };
    }
  },
});
const loss = meanSquaredError;
const modes = (model: Watched): boolean[] => model.modules().map(({ isTraining }) => isTraining);

describe("side by side on one model", () => {
  it("two evaluations, of which the longer goes on alone", async () => {
    const model = new Watched();
    await Promise.all([
      evaluate(model, { loss, data: batches(3, 2) }),
      evaluate(model, { loss, data: batches(9, 3) }),
    ]);
    expect(model.seen).toHaveLength(12);
    expect(model.seen.every(([, isTraining]) => !isTraining)).toBe(true);
    expect(modes(model)).toEqual([true, true, true]);
  });

  it("a training and an evaluation, each in its mode throughout", async () => {
    const model = new Watched();
    model.linear.eval(); // modes that differ stay so, too
    const optimizer = new SGD(model.parameters(), { learningRate: 0.01 });
    await Promise.all([
      fit(model, { loss, optimizer, data: batches(16, 2), epochs: 1, compile: false }),
      evaluate(model, { loss, data: batches(8, 3) }),
      evaluate(model, { loss, data: batches(20, 3) }),
    ]);
    expect(model.seen).toHaveLength(44);
    for (const [inputs, isTraining] of model.seen) expect(isTraining).toBe(inputs === 2);
    expect(modes(model)).toEqual([true, true, true]);
  });

  it("an evaluation that fails, beside one that goes on", async () => {
    const model = new Watched();
    model.dropout.eval();
    const fail = (): never => {
      throw new Error("no loss");
    };
    const ends = await Promise.allSettled([
      evaluate(model, { loss: fail, data: batches(3, 2) }),
      evaluate(model, { loss, data: batches(5, 3) }),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(modes(model)).toEqual([true, false, true]);
  });

  it("a callback that shows pictures for a long time", async () => {
    const model = new Watched();
    const optimizer = new SGD(model.parameters(), { learningRate: 0.01 });
    let shown = 0;
    const callback = sampleGrid({
      sample: () => model.forward(normal([4, 2], { generator })).reshape([4, 1, 1, 1]),
      show: async () => {
        shown++;
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(modes(model)).toEqual([true, true, true]);
      },
    });
    const callbacks = [callback];
    await fit(model, {
      loss,
      optimizer,
      data: batches(2, 2),
      epochs: 2,
      compile: false,
      callbacks,
    });
    expect(shown).toBe(2);
    expect(model.seen.filter(([size]) => size === 4)).toEqual([
      [4, false],
      [4, false],
    ]);
  });
});

it("an evaluation of an asynchronous forward pass is refused", async () => {
  const model = new Watched();
  const forwardPass = async (): Promise<object> => ({ loss: normal([]) });
  // @ts-expect-error -- what JavaScript lets pass
  const evaluation = evaluate(model, { forwardPass, data: batches(1, 2) });
  await expect(evaluation).rejects.toThrow("the function is asynchronous");
  expect(modes(model)).toEqual([true, true, true]);
});

describe("at the same time", () => {
  const held = (): DataLoader => new DataLoader(points(40, 9), { batchSize: 4 });

  it("two evaluations of one model are right, and leave its modes", async () => {
    const model = classifier();
    const alone = await evaluate(model, { loss: crossEntropy, data: held() });
    const all = [held(), held()].map((data) => evaluate(model, { loss: crossEntropy, data }));
    expect(await Promise.all(all)).toEqual([alone, alone]);
    expect(model.modules().every((module) => module.isTraining)).toBe(true);
  });

  it("an evaluation does not change a training", async () => {
    const [alone, beside] = [classifier(), classifier()];
    await fit(alone, everything(alone));
    manualSeed(5);
    const [, found] = await Promise.all([
      fit(beside, everything(beside)),
      evaluate(beside, { loss: crossEntropy, data: held() }),
    ]);
    expect(await weights(beside)).toEqual(await weights(alone));
    expect(found.loss).toBeGreaterThan(0);
  });

  it("two trainings of one model are refused before anything is touched", async () => {
    const model = classifier();
    const whole = fit(model, everything(model));
    const other = everything(model);
    await expect(fit(model, other)).rejects.toThrow(
      "fit: a network, an optimizer or a metric is in use by another training or evaluation that is not over.",
    );
    await whole;
    manualSeed(5);
    const alone = classifier();
    await fit(alone, everything(alone));
    expect(await weights(model)).toEqual(await weights(alone));
    await fit(model, other); // the first is over
  });

  it("a metric is not shared by two evaluations", async () => {
    const model = classifier();
    const options = { loss: crossEntropy, metrics: { accuracy: new Accuracy() } };
    const first = evaluate(model, { ...options, data: held() });
    await expect(evaluate(model, { ...options, data: held() })).rejects.toThrow(
      "evaluate: a metric is in use",
    );
    expect((await first).accuracy).toBeGreaterThan(0);
  });
});
