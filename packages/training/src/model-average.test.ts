import { cpu } from "@dl/backend-cpu";
import { BatchNorm, crossEntropy, Dropout, InstanceNorm, Linear, ReLU, Sequential } from "@dl/nn";
import { EMA, SGD } from "@dl/optim";
import { configure, Generator, integers, normal, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { fit, ModelAverage, retakeStatistics, type SupervisedBatch } from "./index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const generator = new Generator(1);
const network = (): Sequential =>
  new Sequential(
    new Linear(4, 8, { generator }),
    new BatchNorm(8),
    new ReLU(),
    new Linear(8, 3, { generator }),
  );
const batches = (count: number): SupervisedBatch[] =>
  Array.from({ length: count }, () => ({
    inputs: normal([16, 4], { generator }).mul(2).add(1),
    targets: integers(0, 3, [16], { generator }),
  }));
const values = (tensors: Iterable<Tensor>): Promise<unknown[]> =>
  Promise.all([...tensors].map((x) => x.toArray()));

describe("ModelAverage", () => {
  it("has the numbers of an average of the tensors, in a model that can be used at any time", async () => {
    const model = network();
    const tensors = (): Tensor[] => [
      ...model.namedParameters().values(),
      ...model.namedBuffers().values(),
    ];
    const plain = new EMA(tensors(), { decay: 0.5 });
    const average = new ModelAverage(model, { decay: 0.5 });
    const optimizer = new SGD(model.parameters(), { learningRate: 0.1, momentum: 0.9 });
    const data = batches(5);
    const averages = [plain, average];
    await fit(model, { loss: crossEntropy, optimizer, data, epochs: 2, averages });
    expect(await values(average.averages)).toEqual(await values(plain.averages));
    const { model: averaged } = average;
    expect(await values(averaged.parameters())).toEqual(
      (await values(plain.averages)).slice(0, model.parameters().length),
    );
    expect(await values(averaged.parameters())).not.toEqual(await values(model.parameters()));
    expect(averaged.isTraining).toBe(false);
    expect(averaged.forward(data[0]!.inputs).requiresGrad).toBe(false);
  });
});

describe("retakeStatistics", () => {
  it("gives the means over the batches, as a momentum of 1 / k does", async () => {
    const model = network();
    const data = batches(6);
    const means = data.map(({ inputs }) => model[0]!.forward(inputs).mean(0));
    const variances = data.map(({ inputs }) => model[0]!.forward(inputs).var(0));
    const meanOf = (all: readonly Tensor[]): Tensor =>
      all.reduce((sum, x) => sum.add(x)).div(all.length);
    expect(await retakeStatistics(model, { data })).toBe(1);
    const { runningMean, runningVariance } = model[1] as BatchNorm;
    const expected = await Promise.all([meanOf(means).data(), meanOf(variances).data()]);
    const received = await Promise.all([runningMean!.data(), runningVariance!.data()]);
    expected.forEach((numbers, i) =>
      numbers.forEach((value, j) => expect(received[i]![j]).toBeCloseTo(value, 4)),
    );
    expect(model.modules().every(({ isTraining }) => isTraining)).toBe(true);
  });

  it("counts a layer that is called twice in a pass, and leaves one that is not called", async () => {
    const [twice, never] = [new BatchNorm(4), new BatchNorm(4)];
    const model = new Sequential(twice, never);
    const inputs = normal([64, 4], { generator });
    const before = await values([never.runningMean!, never.runningVariance!]);
    const forward = (x: Tensor): void => {
      twice.forward(x);
      twice.forward(x);
    };
    expect(await retakeStatistics(model, { data: [inputs], forward })).toBe(1);
    const [mean, found] = [await inputs.mean(0).data(), await twice.runningMean!.data()];
    mean.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
    expect(await values([never.runningMean!, never.runningVariance!])).toEqual(before);
  });

  it("has the rest of the model in evaluation, and refuses where there is nothing to take", async () => {
    const model = new Sequential(new Dropout(1), new InstanceNorm(2, { trackRunningStats: true }));
    const inputs = normal([3, 2, 8], { generator }).add(5);
    await retakeStatistics(model, { data: [inputs] });
    const { runningMean } = model[1] as InstanceNorm;
    expect((await runningMean!.data())[0]).toBeGreaterThan(4);
    const without = new Sequential(new Linear(4, 4));
    await expect(retakeStatistics(without, { data: [inputs] })).rejects.toThrow(
      "retakeStatistics: no layer of the model keeps running statistics",
    );
    await expect(retakeStatistics(model, { data: [] })).rejects.toThrow("the data has no batches");
  });
});
