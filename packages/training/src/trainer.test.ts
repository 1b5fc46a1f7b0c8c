import { cpu } from "@dl/backend-cpu";
import { DataLoader } from "@dl/data";
import { crossEntropy, Dropout, Linear, meanSquaredError, ReLU, Sequential } from "@dl/nn";
import { Adam, LBFGS, ReduceOnPlateau, SAM, SGD } from "@dl/optim";
import { configure, Generator, manualSeed, normal, tensor, type Tensor } from "@dl/tensor";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { classifier, everything, loaderOf, points, trainerOf, weights } from "../test/points.ts";
import { Accuracy, descend, evaluate, fit, type Callback } from "./index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});
beforeEach(() => {
  manualSeed(5);
});

describe("fit", () => {
  it("learns, and reports every epoch", async () => {
    const model = classifier();
    const history = await fit(model, everything(model, { epochs: 12 }));
    expect(history.map(({ epoch, step }) => [epoch, step]).slice(0, 3)).toEqual([
      [1, 5],
      [2, 10],
      [3, 15],
    ]);
    const last = history.at(-1)!;
    expect(last.training["loss"]).toBeLessThan(0.6 * history[0]!.training["loss"]);
    expect(last.validation!["accuracy"]).toBeGreaterThan(0.8);
    expect(last.learningRate).toBeLessThan(0.001);
  });

  it("weighs the mean loss by the batches' sizes", async () => {
    const model = new Sequential(new Linear(2, 2));
    const [epoch] = await fit(model, {
      loss: crossEntropy,
      optimizer: new SGD(model.parameters(), { learningRate: 0 }),
      data: new DataLoader(points(70), { batchSize: 32 }),
      epochs: 1,
    });
    const all = new DataLoader(points(70), { batchSize: 70 });
    const whole = await evaluate(model, { loss: crossEntropy, data: all });
    expect(epoch!.training.loss).toBeCloseTo(whole.loss, 6);
  });

  it("accumulates: the mean gradient of four batches is that of one four times as large", async () => {
    const run = async (batchSize: number, accumulate: number): Promise<number[][]> => {
      const model = new Sequential(new Linear(2, 4, { generator: new Generator(1) }));
      await fit(model, {
        loss: crossEntropy,
        optimizer: new SGD(model.parameters(), { learningRate: 0.1 }),
        data: new DataLoader(points(64), { batchSize }),
        epochs: 2,
        accumulate,
      });
      return await weights(model);
    };
    const [whole, parts] = [await run(32, 1), await run(8, 4)];
    whole.flat().forEach((value, i) => expect(parts.flat()[i]).toBeCloseTo(value, 5));
  });

  it("takes the step of what is left when the batches do not fill the last group", async () => {
    const steps: number[] = [];
    const model = classifier();
    const onStep = ({ samples }: { samples: number }): void => void steps.push(samples);
    await fit(model, everything(model, { epochs: 1, accumulate: 2, callbacks: [{ onStep }] }));
    expect(steps).toEqual([32, 32, 6]);
  });

  it("goes through any iterable, and refuses one that is empty the second time", async () => {
    const model = new Sequential(new Linear(2, 2));
    const batches = [...loaderOf()];
    const optimizer = new SGD(model.parameters(), { learningRate: 0.1 });
    const options = { loss: crossEntropy, optimizer, epochs: 2 };
    expect(await fit(model, { ...options, data: batches })).toHaveLength(2);
    await expect(fit(model, { ...options, data: batches.values() })).rejects.toThrow(
      "fit: the data has no batches.",
    );
  });

  it("takes a forward pass of one's own", async () => {
    const model = new Sequential(new Linear(3, 3));
    const data = [normal([8, 3])];
    const optimizer = new Adam(model.parameters(), { learningRate: 0.1 });
    const history = await fit(model, {
      forwardPass: (batch: Tensor) => ({ loss: meanSquaredError(model.forward(batch), batch) }),
      optimizer,
      data,
      epochs: 40,
    });
    expect(history.at(-1)!.training["loss"]).toBeLessThan(0.2 * history[0]!.training["loss"]);
  });

  it("tells the epoch schedule the validation loss", async () => {
    const model = classifier();
    const optimizer = new SGD(model.parameters(), { learningRate: 0 });
    const epochSchedule = new ReduceOnPlateau(optimizer, { factor: 0.5, patience: 0 });
    optimizer.learningRate = 1e-9;
    await fit(model, { ...everything(model), optimizer, epochSchedule, schedule: undefined! });
    expect(epochSchedule.stateDict().best).toBeLessThan(10);
  });
});

describe("optimisers that need more than one gradient", () => {
  it("SAM: a step is ascend, second gradient, descend", async () => {
    const byHand = new Sequential(new Linear(2, 2, { generator: new Generator(4) }));
    const byFit = new Sequential(new Linear(2, 2, { generator: new Generator(4) }));
    const samOf = (model: Sequential): SAM<never> =>
      new SAM(new SGD(model.parameters(), { learningRate: 0.1 })) as unknown as SAM<never>;
    const batches = [...new DataLoader(points(64), { batchSize: 16 })];
    const optimizer = samOf(byHand);
    for (const { inputs, targets } of batches) {
      const backward = (): void => {
        optimizer.zeroGrad();
        crossEntropy(byHand.forward(inputs), targets).backward();
      };
      backward();
      optimizer.ascend();
      backward();
      optimizer.step();
    }
    await fit(byFit, { loss: crossEntropy, optimizer: samOf(byFit), data: batches, epochs: 1 });
    expect(await weights(byFit)).toEqual(await weights(byHand));
  });

  it("LBFGS: fits a line in one epoch, and refuses clipping", async () => {
    const model = new Sequential(new Linear(1, 1));
    const inputs = tensor([[0], [1], [2], [3]]);
    const data = [{ inputs, targets: inputs.mul(3).sub(1) }];
    const optimizer = new LBFGS(model.parameters(), { lineSearch: "strongWolfe" });
    const options = { loss: meanSquaredError, optimizer, data, epochs: 1 };
    await fit(model, options);
    const { loss } = await evaluate(model, { loss: meanSquaredError, data });
    expect(loss).toBeLessThan(1e-6);
    expect(() => trainerOf(model, { ...options, clip: () => {} })).toThrow(
      "clip cannot be used with an optimizer that computes the loss several times per step",
    );
  });
});

describe("a state", () => {
  it.each([1, 3, 5, 7, 8, 10, 19])(
    "after step %i continues to the same bits",
    async (interruptedAt) => {
      const whole = classifier();
      const expected = await fit(whole, everything(whole));
      const expectedWeights = await weights(whole);

      manualSeed(5);
      const first = classifier();
      const why = new Error("enough");
      const controller = new AbortController();
      const trainer = trainerOf(
        first,
        everything(first, {
          signal: controller.signal,
          callbacks: [
            { onStep: ({ step }) => void (step === interruptedAt && controller.abort(why)) },
          ],
        }),
      );
      await expect(trainer.fit()).rejects.toBe(why);
      const state = trainer.stateDict();

      manualSeed(77); // whatever else a new process has done
      const second = new Sequential(
        new Linear(2, 16),
        new ReLU(),
        new Dropout(0.2),
        new Linear(16, 2),
      );
      const resumed = trainerOf(second, everything(second, { callbacks: [{}] }));
      resumed.loadStateDict(state);
      const history = await resumed.fit();
      expect(await weights(second)).toEqual(expectedWeights);
      const figures = (reports: typeof history): unknown =>
        reports.map((report) => Object.entries(report).filter(([name]) => name !== "seconds"));
      expect(figures(history)).toEqual(figures(expected));
    },
  );

  it("after an interrupted validation still has the training's metrics", async () => {
    const whole = classifier();
    const [expected] = await fit(whole, everything(whole, { epochs: 1 }));
    manualSeed(5);
    const model = classifier();
    const controller = new AbortController();
    const [batch] = new DataLoader(points(40, 9), { batchSize: 40 });
    const validation = {
      *[Symbol.iterator]() {
        yield batch!;
        controller.abort();
        yield batch!;
      },
    };
    const options = everything(model, { epochs: 1, validation, signal: controller.signal });
    const trainer = trainerOf(model, options);
    await expect(trainer.fit()).rejects.toThrow(/aborted/);
    const resumed = trainerOf(model, everything(model, { epochs: 1 }));
    resumed.loadStateDict(trainer.stateDict());
    const [report] = await resumed.fit();
    expect(report!.training).toEqual(expected!.training);
    expect(report!.validation).toEqual(expected!.validation);
  });

  it("with accumulation forgets the batches of a step that was not taken", async () => {
    const whole = classifier();
    await fit(whole, everything(whole, { accumulate: 2 }));
    manualSeed(5);
    const model = classifier();
    const controller = new AbortController();
    const callbacks = [
      { onStep: ({ step }: { step: number }) => void (step === 4 && controller.abort()) },
    ];
    const options = everything(model, { accumulate: 2, callbacks });
    const trainer = trainerOf(model, { ...options, signal: controller.signal });
    await expect(trainer.fit()).rejects.toThrow(/aborted/);
    const resumed = trainerOf(model, { ...options, callbacks: [{}] });
    resumed.loadStateDict(trainer.stateDict());
    await resumed.fit();
    expect(await weights(model)).toEqual(await weights(whole));
  });

  it("of another training is refused", () => {
    const model = classifier();
    const state = trainerOf(model, everything(model)).stateDict();
    const other = trainerOf(model, everything(model, { metrics: {} }));
    expect(() => other.loadStateDict(state)).toThrow(
      "fit: the state is of another training: received modules model, optimizers optimizer, metrics accuracy, generators 1",
    );
  });
});

describe("callbacks", () => {
  it("are called in order, and ended in reverse", async () => {
    const calls: string[] = [];
    const recorder = (name: string): Callback => ({
      onStart: () => void calls.push(`${name} start`),
      beforeStep: () => void calls.push(`${name} before`),
      onStep: () => void calls.push(`${name} step`),
      onEpoch: () => void calls.push(`${name} epoch`),
      afterEpoch: () => void calls.push(`${name} after`),
      onEnd: () => void calls.push(`${name} end`),
    });
    const model = classifier();
    const data = [...loaderOf()].slice(0, 1);
    await fit(
      model,
      everything(model, { data, epochs: 1, callbacks: [recorder("a"), recorder("b")] }),
    );
    const both = (what: string): string[] => [`a ${what}`, `b ${what}`];
    expect(calls).toEqual([
      ...["start", "before", "step", "epoch", "after"].flatMap(both),
      "b end",
      "a end",
    ]);
  });

  it("are ended after a failure and an abort too, and the first error is told", async () => {
    const model = classifier();
    let ended = 0;
    const tidy: Callback = {
      onEnd: () => {
        ended++;
        throw new Error("of no interest");
      },
    };
    const failing: Callback = {
      onStep: () => {
        throw new Error("the first");
      },
    };
    const callbacks = [tidy, failing];
    await expect(fit(model, everything(model, { callbacks }))).rejects.toThrow("the first");
    const signal = AbortSignal.abort(new Error("no time"));
    await expect(fit(model, everything(model, { callbacks: [tidy], signal }))).rejects.toThrow(
      "no time",
    );
    expect(ended).toBe(2);
  });

  it("may stop the training; what was done is kept", async () => {
    const model = classifier();
    const callbacks: Callback[] = [
      { onEpoch: ({ epoch }, run) => void (epoch === 2 && run.stop()) },
    ];
    expect(await fit(model, everything(model, { callbacks }))).toHaveLength(2);
  });
});

describe("pieces", () => {
  it("descend and evaluate make a loop of one's own", async () => {
    const model = classifier();
    const { optimizer, data } = everything(model);
    const options = { loss: crossEntropy, data, metrics: { accuracy: new Accuracy() } };
    const before = await evaluate(model, options);
    for (let epoch = 0; epoch < 8; epoch++)
      for (const { inputs, targets } of data as DataLoader)
        descend(optimizer as Adam, () => crossEntropy(model.forward(inputs), targets));
    const after = await evaluate(model, options);
    expect(after.accuracy).toBeGreaterThan(before.accuracy);
    expect(after.loss).toBeLessThan(0.7 * before.loss);
  });

  it("evaluate leaves the modes as they were", async () => {
    const model = classifier();
    model[2]!.eval();
    await evaluate(model, { loss: crossEntropy, data: loaderOf() });
    expect(model.modules().map((module) => module.isTraining)).toEqual([
      true,
      true,
      true,
      false,
      true,
    ]);
  });

  it("lets timers run during an epoch", async () => {
    const model = classifier();
    let isEpochOver = false;
    const fired = new Promise<boolean>((resolve) => setTimeout(() => resolve(isEpochOver), 30));
    const { optimizer } = everything(model);
    const data = Array.from({ length: 400 }, () => [...loaderOf()][0]!);
    await fit(model, { loss: crossEntropy, optimizer, data, epochs: 1 });
    isEpochOver = true;
    expect(await fired).toBe(false);
  });
});
