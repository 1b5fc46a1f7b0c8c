import { gradientsOf } from "@dl/autograd";
import { crossEntropy, Flatten, Linear, ReLU, Sequential } from "@dl/nn";
import { SGD } from "@dl/optim";
import { Generator, type Tensor } from "@dl/tensor";
import { round, type Chapter } from "./chapter.ts";
import { batchesOf, drawDigits } from "./digits.ts";
import { linePlot } from "./plot/line-plot.ts";

const count = 512;

interface BatchSize {
  readonly batchSize: number;
  /** Mean of |g_batch − g|² / |g|², where g is the gradient of the whole set. */
  readonly noise: number;
  /** What the noise of independent choices would be, from that of batches of 16. */
  readonly expected: number;
  /** Processor time, which other programs lengthen less than they do the clock's; least of three. */
  readonly epochMilliseconds: number;
}

async function run(): Promise<BatchSize[]> {
  const generator = new Generator(5);
  const digits = drawDigits(count);
  const model = new Sequential(
    new Flatten(),
    new Linear(784, 32, { generator }),
    new ReLU(),
    new Linear(32, 10, { generator }),
  );
  const lossOf = ({ inputs, targets }: typeof digits): Tensor =>
    crossEntropy(model.forward(inputs), targets);
  const gradientOf = (batch: typeof digits): Tensor[] =>
    gradientsOf(lossOf(batch), model.parameters());
  const whole = gradientOf(digits);

  const measured: { batchSize: number; noise: number; epochMilliseconds: number }[] = [];
  for (const batchSize of [1, 4, 16, 64, 256, count]) {
    const deviations: Tensor[] = [];
    for (const batch of batchesOf(digits, batchSize, generator)) {
      deviations.push(squaredDistance(gradientOf(batch), whole));
      if (deviations.length === 64) break;
    }
    const values = await Promise.all(deviations.map((deviation) => deviation.item()));
    const norm = await squaredNorm(whole).item();
    const noise = values.reduce((sum, value) => sum + value, 0) / values.length / norm;

    // Steps of length 0: the work of an epoch, without moving the weights that the others start from.
    const optimizer = new SGD(model.parameters(), { learningRate: 0 });
    const times: number[] = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      const before = process.cpuUsage();
      for (const batch of batchesOf(digits, batchSize, generator)) {
        optimizer.zeroGrad();
        const loss = lossOf(batch);
        loss.backward();
        optimizer.step();
        await loss.item();
      }
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000);
    }
    measured.push({ batchSize, noise, epochMilliseconds: Math.min(...times) });
  }
  // Without replacement, out of `count`: the variance of a mean falls with 1/size − 1/count.
  const share = (size: number): number => 1 / size - 1 / count;
  const perShare = measured.find(({ batchSize }) => batchSize === 16)!.noise / share(16);
  return measured.map(({ batchSize, noise, epochMilliseconds }) => ({
    batchSize,
    noise,
    expected: perShare * share(batchSize),
    epochMilliseconds,
  }));
}

function squaredNorm(list: readonly Tensor[]): Tensor {
  return list.map((x) => x.square().sum()).reduce((sum, term) => sum.add(term));
}

function squaredDistance(a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  return squaredNorm(a.map((x, i) => x.sub(b[i]!)));
}

export const minibatches: Chapter<BatchSize[]> = {
  number: 5,
  title: "Minibatch gradient descent",
  claim:
    "The noise of a batch's gradient falls in proportion to the batch, from the stochastic end to none at the full batch; an epoch of larger batches takes less time, but has fewer steps. (Times are processor time of the machine that wrote this page, with one thread, the least of three.)",
  file: import.meta.filename,
  run,
  figures: (rows) =>
    rows.map(({ batchSize, noise, epochMilliseconds }) => ({
      what: `batches of ${batchSize}: noise relative to the gradient; processor time of an epoch of ${count}`,
      value: `${round(noise)}; ${epochMilliseconds.toFixed(0)} ms`,
    })),
  plots: (rows) => ({
    "Noise of the gradient against batch size": linePlot({
      title: "Noise of the gradient",
      x: { label: "batch size", log: true },
      y: { label: "squared deviation / squared gradient", log: true },
      series: [
        {
          name: "measured",
          marks: "dots",
          points: belowAll(rows).map(({ batchSize, noise }) => [batchSize, noise]),
        },
        {
          name: "1/size − 1/count",
          points: belowAll(rows).map(({ batchSize, expected }) => [batchSize, expected]),
        },
      ],
    }),
    "Time of an epoch against batch size": linePlot({
      title: `Time of an epoch of ${count} digits`,
      x: { label: "batch size", log: true },
      y: { label: "milliseconds of processor time", log: true },
      series: [
        {
          name: "epoch",
          marks: "both",
          points: rows.map((row) => [row.batchSize, row.epochMilliseconds]),
        },
      ],
    }),
  }),
};

/** Without the full batch, whose noise is rounding and has no place on a logarithmic axis. */
function belowAll(rows: readonly BatchSize[]): readonly BatchSize[] {
  return rows.filter(({ batchSize }) => batchSize < count);
}
