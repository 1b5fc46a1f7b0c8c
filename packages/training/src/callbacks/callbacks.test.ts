import { cpu } from "@dl/backend-cpu";
import { Adam, exponentialSchedule, Scheduler, SGD } from "@dl/optim";
import { configure, Generator, normal, ones, tensor, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  constantInitializer,
  crossEntropy,
  Dropout,
  LayerNorm,
  Linear,
  meanSquaredError,
  Module,
  ReLU,
  Sequential,
} from "@dl/nn";
import {
  Accuracy,
  checkpoints,
  csvLog,
  earlyStopping,
  fit,
  imageGrid,
  learningRateLog,
  nanStop,
  progress,
  progressLine,
  sampleGrid,
  tensorBoardLog,
  Trainer,
  type Callback,
  type EpochReport,
  type FitOptions,
  type Metrics,
  type SupervisedBatch,
  type TrainerState,
  type TrainingProgress,
  supervised,
} from "../index.ts";
import { progressText } from "./progress-line.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

function trainerOf(
  model: Sequential,
  { loss, optimizer, clip, metrics, ...rest }: FitOptions<SupervisedBatch, Metrics>,
): Trainer<SupervisedBatch> {
  const learning = { loss: loss!, optimizer, ...(clip && { clip }), ...(metrics && { metrics }) };
  return new Trainer<SupervisedBatch>(supervised(model, learning), rest);
}
function regression(
  epochs: number,
  callbacks: Callback[],
): [Sequential, FitOptions<SupervisedBatch, Metrics>] {
  const generator = new Generator(1);
  const model = new Sequential(new Linear(3, 1, { generator }));
  const inputs = normal([8, 3], { generator });
  const batch = { inputs, targets: inputs.sum(1, { keepDims: true }) };
  const optimizer = new SGD(model.parameters(), { learningRate: 0.05 });
  return [model, { loss: meanSquaredError, optimizer, data: [batch, batch], epochs, callbacks }];
}

/** A figure per epoch, for callbacks that judge. */
const figures =
  (...values: number[]) =>
  ({ epoch }: EpochReport): number =>
    values[epoch - 1]!;

describe("early stopping", () => {
  it("stops after `patience` epochs that are no better, with the best weights", async () => {
    const kept: number[][] = [];
    const keep: Callback = {
      onEpoch: async (_epoch, { trainingStep }) =>
        void kept.push([...(await trainingStep.modules["model"]!.parameters()[0]!.data())]),
    };
    const monitor = figures(3, 2, 2, NaN, 2.5, 1);
    const [model, options] = regression(6, [keep, earlyStopping({ monitor, patience: 2 })]);
    expect(await fit(model, options)).toHaveLength(5);
    expect([...(await model.parameters()[0]!.data())]).toEqual(kept[1]);
  });

  it("counts gains upward with mode max, and only those above leastChange", async () => {
    const monitor = figures(0.5, 0.6, 0.65, 0.69, 0.9);
    const options = { monitor, mode: "max", leastChange: 0.2, patience: 2 } as const;
    const [model, fitOptions] = regression(5, [earlyStopping(options)]);
    expect(await fit(model, fitOptions)).toHaveLength(4);
  });

  it("remembers over an interruption, and does not restore at one", async () => {
    const monitor = figures(1, 2, 3, 4, 5, 6);
    const controller = new AbortController();
    const interrupt: Callback = {
      onEpoch: ({ epoch }) => void (epoch === 2 && controller.abort()),
    };
    const [model, options] = regression(6, [earlyStopping({ monitor, patience: 2 }), interrupt]);
    const trainer = trainerOf(model, { ...options, signal: controller.signal });
    await expect(trainer.fit()).rejects.toThrow(/aborted/);
    const state = trainer.stateDict();
    expect(await state.trainingStep.modules["model"]!.get("0.weight")!.toArray()).not.toEqual([
      [0, 0, 0],
    ]);
    const [again, sameOptions] = regression(6, [earlyStopping({ monitor, patience: 2 }), {}]);
    const resumed = trainerOf(again, sameOptions);
    resumed.loadStateDict(state);
    expect(await resumed.fit()).toHaveLength(4);
  });
});

describe("checkpoints", () => {
  it("hands over the best and the last state, after every other callback", async () => {
    const best: number[] = [];
    const last: number[] = [];
    let judged = 0;
    const callbacks = [
      checkpoints({
        monitor: figures(3, 1, 2, 0.5),
        best: (state) => void best.push(state.history.length),
        last: (_state, { epoch }) => {
          expect(judged).toBe(epoch);
          last.push(epoch);
        },
        every: 3,
      }),
      { onEpoch: () => void judged++ },
    ];
    const [model, options] = regression(4, callbacks);
    await fit(model, options);
    expect(best).toEqual([1, 2, 4]);
    expect(last).toEqual([3, 4]);
  });

  it("a kept state continues to the same bits", async () => {
    const states: TrainerState[] = [];
    const [model, options] = regression(4, [
      checkpoints({ last: (state) => void states.push(state) }),
    ]);
    await fit(model, options);
    const [other, otherOptions] = regression(4, [{}]);
    const resumed = trainerOf(other, otherOptions);
    resumed.loadStateDict(states[1]!);
    await resumed.fit();
    expect(await other.parameters()[0]!.toArray()).toEqual(await model.parameters()[0]!.toArray());
  });
});

/** e^x: large inputs overflow. */
class Exponential extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.exp();
  }
}

describe("nan stop", () => {
  const inputs = (): Tensor =>
    tensor([
      [1, 2],
      [3, 4],
    ]);

  it("names the first layer whose output is not finite, and leaves the weights good", async () => {
    const model = new Sequential(
      new Linear(2, 4, { init: constantInitializer(1) }),
      new Exponential(),
      new Linear(4, 1),
    );
    const good = model.parameters().map((x) => x.detach());
    const data = [{ inputs: inputs().mul(1e4), targets: ones([2, 1]) }];
    const optimizer = new SGD(model.parameters(), { learningRate: 0.1 });
    await expect(
      fit(model, { loss: meanSquaredError, optimizer, data, epochs: 3, callbacks: [nanStop()] }),
    ).rejects.toThrow(
      /^nanStop: step 1 \(epoch 1\) has loss (NaN|Infinity): the first output that is not finite is that of 1 \(Exponential\)\./,
    );
    for (const [i, parameter] of model.parameters().entries())
      expect(await parameter.toArray()).toEqual(await good[i]!.toArray());
  });

  it("names the parameters whose gradients are not finite", async () => {
    const model = new Sequential(new Linear(2, 1, { bias: false }));
    const optimizer = new SGD(model.parameters(), { learningRate: 0.1 });
    const loss = (outputs: Tensor): Tensor => outputs.mul(0).sqrt().sum();
    const data = [{ inputs: inputs(), targets: inputs() }];
    await expect(
      fit(model, { loss, optimizer, data, epochs: 1, callbacks: [nanStop()] }),
    ).rejects.toThrow("has loss 0: the outputs are finite, the gradients of 0.weight are not.");
  });

  it("says so when only the loss is not finite", async () => {
    const model = new Sequential(new Linear(2, 1));
    const optimizer = new SGD(model.parameters(), { learningRate: 0.1 });
    const data = [{ inputs: inputs(), targets: tensor([[NaN], [0]]) }];
    await expect(
      fit(model, { loss: meanSquaredError, optimizer, data, epochs: 1, callbacks: [nanStop()] }),
    ).rejects.toThrow("has loss NaN: the outputs of all layers are finite");
  });

  it("looks every few steps only", async () => {
    const [model, options] = regression(3, [nanStop({ every: 4 })]);
    options.optimizer.learningRate = 1e30;
    await expect(fit(model, options)).rejects.toThrow("nanStop: step 4 (epoch 2)");
  });
});

describe("logs", () => {
  it("learning rates: an entry per change", async () => {
    const log = learningRateLog();
    const [model, options] = regression(2, [log]);
    const optimizer = options.optimizer as SGD;
    const schedule = new Scheduler(optimizer, exponentialSchedule({ factor: 0.5 }));
    await fit(model, { ...options, schedule });
    expect(log.entries).toEqual([
      { step: 1, learningRate: 0.05 },
      { step: 2, learningRate: 0.025 },
      { step: 3, learningRate: 0.0125 },
      { step: 4, learningRate: 0.00625 },
    ]);
  });

  it("CSV: header, a line per epoch, quotes where needed, no second header", async () => {
    let text = "";
    const sink = { write: (part: string) => void (text += part) };
    const model = new Sequential(new Linear(3, 2));
    const data = [{ inputs: normal([4, 3]), targets: tensor([0, 1, 1, 0], { dtype: "int32" }) }];
    const optionsFor = (epochs: number): FitOptions<SupervisedBatch, Metrics> => ({
      loss: crossEntropy,
      optimizer: new Adam(model.parameters(), { learningRate: 0.01 }),
      data,
      validation: data,
      epochs,
      metrics: { 'right, or "accuracy"': new Accuracy() },
      callbacks: [csvLog(sink)],
    });
    const first = trainerOf(model, optionsFor(1));
    await first.fit();
    const second = trainerOf(model, optionsFor(3));
    second.loadStateDict(first.stateDict());
    const history = await second.fit();
    const lines = text.split("\r\n");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe(
      'epoch,step,seconds,learningRate,loss,"right, or ""accuracy""",validation loss,"validation right, or ""accuracy"""',
    );
    const cells = lines[3]!.split(",").map(Number);
    expect(cells[0]).toBe(3);
    expect(cells[4]).toBe(history[2]!.training["loss"]);
    expect(cells[6]).toBe(history[2]!.validation!["loss"]);
  });

  it("TensorBoard: version, then one record per epoch", async () => {
    const records: Uint8Array[] = [];
    const sink = { write: (bytes: Uint8Array) => void records.push(bytes) };
    const [model, options] = regression(2, [
      tensorBoardLog(sink, { histograms: true, now: () => 5000 }),
    ]);
    await fit(model, options);
    expect(records).toHaveLength(3);
    const text = new TextDecoder("latin1").decode(records[2]);
    for (const name of ["loss", "learningRate", "parameters/0.weight", "gradients/0.bias"])
      expect(text).toContain(name);
  });
});

describe("progress", () => {
  it("tells rate and time left, not more often than asked", async () => {
    let time = 0;
    const told: TrainingProgress[] = [];
    const tick: Callback = { onStep: () => void (time += 60) };
    const watch = progress((event) => told.push(event), { everyMs: 100, now: () => time });
    const [model, options] = regression(3, [tick, watch]);
    await fit(model, { ...options, data: [...(options.data as []), ...(options.data as [])] });
    expect(told.map(({ epoch, batch }) => [epoch, batch])).toEqual([
      [1, 1],
      [1, 3],
      [1, 4],
      [2, 2],
      [2, 4],
      [3, 2],
      [3, 4],
    ]);
    const third = told[1]!;
    expect(third.samplesPerSecond).toBeCloseTo((3 * 8) / 0.18, 6);
    expect(third.secondsLeft).toBeCloseTo(9 * 0.06, 6);
    expect(told.at(-1)!.secondsLeft).toBe(0);
  });

  it("does not guess where the data does not say how long it is", async () => {
    const told: TrainingProgress[] = [];
    const [model, options] = regression(1, [progress((event) => told.push(event), { everyMs: 0 })]);
    const batches = options.data as SupervisedBatch[];
    await fit(model, { ...options, data: { [Symbol.iterator]: () => batches.values() } });
    expect(told.map(({ secondsLeft, batchCount }) => [secondsLeft, batchCount])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it("draws one line on a terminal, and a line per epoch elsewhere", async () => {
    const shown = async (isTTY: boolean): Promise<string> => {
      let text = "";
      const terminal = { isTTY, columns: 100, write: (part: string) => void (text += part) };
      const [model, options] = regression(2, [progressLine(terminal, { everyMs: 0 })]);
      await fit(model, options);
      return text;
    };
    const onTerminal = await shown(true);
    expect(onTerminal.split("\r\u001b[K")).toHaveLength(7);
    expect(onTerminal).toContain("epoch 1/2  ████████████████░░░░░░░░░░░░░░░░  loss ");
    expect(onTerminal.endsWith("\n")).toBe(true);
    const elsewhere = (await shown(false)).split("\n");
    expect(elsewhere).toHaveLength(3);
    expect(elsewhere[0]).toMatch(/^epoch 1\/2 {2}loss \S+ {2} *\d+ samples\/s {2}0:0\d left$/);
  });

  it.each([200, 60, 40, 24, 12, 5, 0])("fits %i columns", (width) => {
    const event: TrainingProgress = {
      epoch: 3,
      epochs: 12,
      batch: 40,
      batchCount: 938,
      step: 1916,
      scalars: { loss: 0.123456 },
      learningRate: 0.001,
      samples: 122_624,
      seconds: 10,
      samplesPerSecond: 12345.6,
      secondsLeft: 3723,
    };
    const text = progressText(event, width);
    expect(text.length).toBeLessThanOrEqual(width);
    if (width === 200) expect(text).toMatch(/loss 0\.1235 {2}12346 samples\/s {2}1:02:03 left$/);
  });
});

describe("sample grid", () => {
  it("lays images out row by row with gaps", async () => {
    const images = tensor([[[[1]]], [[[2]]], [[[3]]]]); // three of one pixel
    expect(await imageGrid(images, { columns: 2, gap: 1 }).toArray()).toEqual([
      [
        [0, 0, 0, 0, 0],
        [0, 1, 0, 2, 0],
        [0, 0, 0, 0, 0],
        [0, 3, 0, 0, 0],
        [0, 0, 0, 0, 0],
      ],
    ]);
    expect(() => imageGrid(ones([2, 3]))).toThrow(
      "imageGrid: needs images [count, channels, height, width]: received [2, 3].",
    );
  });

  it("is made in evaluation, every few epochs and at the end", async () => {
    const shown: number[] = [];
    const generator = new Generator(1);
    const model = new Sequential(
      new Linear(3, 4, { generator }),
      new LayerNorm([4]),
      new ReLU(),
      new Dropout(1),
      new Linear(4, 1),
    );
    const inputs = normal([8, 3], { generator });
    const show = async (grid: Tensor, { epoch }: EpochReport): Promise<void> => {
      expect(grid.requiresGrad).toBe(false);
      shown.push(epoch);
      // Dropout would have left the bias alone.
      expect(new Set(await grid.data()).size).toBeGreaterThan(3);
    };
    const sample = (): Tensor => model.forward(inputs).reshape([8, 1, 1, 1]);
    const optimizer = new SGD(model.parameters(), { learningRate: 0.01 });
    await fit(model, {
      loss: meanSquaredError,
      optimizer,
      data: [{ inputs, targets: ones([8, 1]) }],
      epochs: 5,
      callbacks: [sampleGrid({ sample, show, every: 2 })],
    });
    expect(shown).toEqual([2, 4, 5]);
    expect(model.isTraining).toBe(true);
  });
});
