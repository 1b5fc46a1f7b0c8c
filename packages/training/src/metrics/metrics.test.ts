import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { configure, Generator, integers, normal, tensor, type Tensor } from "@dl/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  accuracy as accuracyOf,
  Accuracy,
  classificationScores,
  ConfusionMatrix,
  PrecisionRecallF1,
  RunningMean,
} from "../index.ts";

const classes = 5;

/** Three batches, the last one smaller, and the same on the host. */
async function batches(): Promise<
  { logits: Tensor; targets: Tensor; rows: number[][]; labels: number[] }[]
> {
  const generator = new Generator(3);
  return await Promise.all(
    [20, 20, 7].map(async (count) => {
      const logits = normal([count, classes], { generator });
      const targets = integers(0, classes, [count], { generator });
      return {
        logits,
        targets,
        rows: await logits.toArray<number[][]>(),
        labels: await targets.toArray<number[]>(),
      };
    }),
  );
}

/** How many logits are larger than the one at `label`, or equal and before it. */
function place(row: number[], label: number): number {
  return row.filter((x, i) => x > row[label]! || (x === row[label] && i < label)).length;
}

function loopConfusion(all: Awaited<ReturnType<typeof batches>>): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { rows, labels } of all)
    rows.forEach((row, i) => counts[labels[i]!]![row.indexOf(Math.max(...row))]!++);
  return counts;
}

describe.each([
  ["reference", async () => reference()],
  ["cpu", async () => cpu()],
] as const)("metrics against plain loops on %s", (_name, create) => {
  beforeAll(async () => {
    configure({ backend: await create() });
  });
  afterAll(async () => {
    configure({ backend: await cpu() });
  });

  it.each([1, 2, 5])("accuracy among the first %i", async (k) => {
    const all = await batches();
    const accuracy = new Accuracy({ k });
    for (const { logits, targets } of all) accuracy.update(logits, targets);
    const right = all.flatMap(({ rows, labels }) =>
      rows.map((row, i) => place(row, labels[i]!) < k),
    );
    expect(await accuracy.value()).toBe(right.filter(Boolean).length / right.length);
  });

  it("confusion matrix", async () => {
    const all = await batches();
    const confusion = new ConfusionMatrix(classes);
    for (const { logits, targets } of all) confusion.update(logits, targets);
    expect(await confusion.value()).toEqual(loopConfusion(all));
  });

  it("precision, recall and F1", async () => {
    const all = await batches();
    const scores = new PrecisionRecallF1(classes);
    for (const { logits, targets } of all) scores.update(logits, targets);
    const { perClass, macro, micro } = await scores.value();
    const counts = loopConfusion(all);
    let right = 0;
    let total = 0;
    counts.forEach((row, label) => {
      const found = counts.reduce((sum, other) => sum + other[label]!, 0);
      const there = row.reduce((sum, count) => sum + count, 0);
      const precision = found === 0 ? 0 : row[label]! / found;
      const recall = there === 0 ? 0 : row[label]! / there;
      expect(perClass[label]!.precision).toBeCloseTo(precision, 12);
      expect(perClass[label]!.recall).toBeCloseTo(recall, 12);
      const f1 = row[label] === 0 ? 0 : (2 * precision * recall) / (precision + recall);
      expect(perClass[label]!.f1).toBeCloseTo(f1, 12);
      right += row[label]!;
      total += there;
    });
    for (const figure of ["precision", "recall", "f1"] as const) {
      const mean = perClass.reduce((sum, scored) => sum + scored[figure], 0) / classes;
      expect(macro[figure]).toBeCloseTo(mean, 12);
      expect(micro[figure]).toBeCloseTo(right / total, 12);
    }
  });

  it("a running mean weighs", async () => {
    const mean = new RunningMean();
    mean.update(tensor(2), 3);
    mean.update(tensor([10]), 1);
    expect(await mean.value()).toBe(4);
  });

  it("a state continues, and reset forgets", async () => {
    const [first, second] = await batches();
    const whole = new Accuracy();
    whole.update(first!.logits, first!.targets);
    const resumed = new Accuracy();
    resumed.loadStateDict(whole.stateDict());
    for (const metric of [whole, resumed]) metric.update(second!.logits, second!.targets);
    expect(await resumed.value()).toBe(await whole.value());
    whole.reset();
    expect(await whole.value()).toBeNaN();
  });

  it("works on segmentations: classes on axis 1, positions behind", async () => {
    const logits = tensor([[[[1, 5]], [[2, 3]]]]); // [1, 2, 1, 2]
    const targets = tensor([[[1, 1]]], { dtype: "int32" });
    const confusion = new ConfusionMatrix(2);
    confusion.update(logits, targets);
    expect(await confusion.value()).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });
});

describe("extremes", () => {
  it("a class that never comes up scores 0", () => {
    expect(
      classificationScores([
        [0, 0],
        [0, 4],
      ]).perClass[0],
    ).toEqual({
      precision: 0,
      recall: 0,
      f1: 0,
    });
    expect(classificationScores([])).toMatchObject({ perClass: [], micro: { f1: 0 } });
  });

  it("nothing seen: NaN, and zero counts", async () => {
    expect(await new Accuracy().value()).toBeNaN();
    expect(await new RunningMean().value()).toBeNaN();
    expect(await new ConfusionMatrix(2).value()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("refuses what does not fit", () => {
    const targets = tensor([0, 1], { dtype: "int32" });
    expect(() =>
      new Accuracy({ k: 3 }).update(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        targets,
      ),
    ).toThrow("accuracy: k must be at most the number of classes: received k 3 and 2 classes.");
    expect(() =>
      new ConfusionMatrix(3).update(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        targets,
      ),
    ).toThrow("confusionMatrix: expects 3 classes, got 2: logits [2, 2].");
    expect(() => new Accuracy().update(tensor([[1, 2]]), tensor([1]))).toThrow(
      "accuracy: targets must be class numbers (int32), got float32.",
    );
    expect(() => new RunningMean().update(tensor([1, 2]))).toThrow("runningMean: needs a scalar");
  });
});

it("accuracy is the share of right answers of one batch", async () => {
  const logits = tensor([
    [1, 2, 0.5],
    [-1, 0, 3],
  ]);
  const labels = (of: number[]): Tensor => tensor(of, { dtype: "int32" });
  expect(await accuracyOf(logits, labels([1, 0])).item()).toBe(0.5);
  expect(await accuracyOf(logits, labels([1, 2])).item()).toBe(1);
});
