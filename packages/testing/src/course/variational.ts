import { noGrad } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { DataLoader, TensorDataset } from "@dl/data";
import { DiagonalNormalHead, DistributionNetwork, LearntNormalHead } from "@dl/generator";
import { Linear, Sequential, Tanh } from "@dl/nn";
import { Adam, linearSchedule, Scheduler } from "@dl/optim";
import { bernoulli, Generator, normal, stack, type RandomOptions, type Tensor } from "@dl/tensor";
import { fit } from "@dl/training";
import {
  convVae,
  elbo,
  klThroughTime,
  LinearGaussian,
  logLikelihood,
  mlpVae,
  priorSampler,
  VariationalAutoencoder,
  variationalStep,
  type TimedReport,
} from "@dl/vae";
import { round, type Chapter } from "./chapter.ts";
import type { Digits } from "./digits.ts";
import { pictureGrid } from "./picture-grid.ts";
import { picturesToLearn, type Pictures } from "./pictures.ts";
import { linePlot, type Point } from "./plot/line-plot.ts";
import { judgeRing, ringPoints, type RingReport } from "./ring.ts";
import { minimize } from "./train.ts";

interface LinearModel {
  readonly vae: VariationalAutoencoder;
  readonly decoder: Linear;
  readonly noise: LearntNormalHead;
}

/** Everything linear and normal, so that ln p(x) is known: x = W z + b + noise, and back. */
function linearModel(options: RandomOptions): LinearModel {
  const [encoder, decoder] = [new Linear(5, 2, options), new Linear(2, 5, options)];
  const { generator: _, ...creation } = options;
  const noise = new LearntNormalHead(creation);
  const vae = new VariationalAutoencoder(
    new DistributionNetwork(encoder, new LearntNormalHead({ shape: [2], ...creation })),
    new DistributionNetwork(decoder, noise),
  );
  return { vae, decoder, noise };
}

interface LinearFigures {
  /** Means over the points. */
  readonly evidence: number;
  readonly bound: number;
  readonly divergence: number;
  readonly sampledBound: number;
  /** The largest |evidence - bound - divergence| of a point. */
  readonly gap: number;
}

/** Learns the linear model of data from another one, then takes it to float64. */
async function linearGaussian(): Promise<LinearFigures> {
  const generator = new Generator(3);
  const truth = normal([2, 5], { generator });
  const draw = (count: number): Tensor =>
    normal([count, 2], { generator })
      .matmul(truth)
      .add(normal([count, 5], { generator, std: 0.5 }));
  const learnt = linearModel({ generator });
  const loss = (): Tensor => elbo(learnt.vae, draw(128), { generator }).loss;
  await minimize(learnt.vae.parameters(), loss, { learningRate: 1e-2, steps: 2000 });

  const x = draw(2000);
  const draws = x.expand([200, 2000, 5]).reshape([-1, 5]);
  const sampled = noGrad(() => elbo(learnt.vae, draws, { generator }).bound);
  const sampledBound = await sampled.item();

  const backend = reference();
  const float64 = { dtype: "float64", backend } as const;
  const { vae, decoder, noise } = linearModel(float64);
  vae.loadStateDict((await learnt.vae.to(backend)).stateDict());
  const points = (await x.to(backend)).cast("float64");
  // ln p(x), L and KL(q(z | x), p(z | x)), each by a closed form of its own.
  const known = new LinearGaussian(5, 2, float64);
  known.weight.assign(decoder.weight);
  known.bias.assign(decoder.bias!);
  known.logVariance.assign(noise.logVariance);
  const terms = noGrad(() => {
    const q = vae.encode(points);
    return [known.logProb(points), known.bound(points, q), known.gap(points, q)] as const;
  });
  const [evidence, bound, divergence] = terms;
  const gap = evidence.sub(bound).sub(divergence).abs().amax();
  const means = terms.map((term) => term.mean().item());
  const [lnP, l, kl] = (await Promise.all(means)) as [number, number, number];
  return { gap: await gap.item(), evidence: lnP, bound: l, divergence: kl, sampledBound };
}

/** One number of latent, unrolled into a ring; sigma begins small, else the latent is given up. */
async function ringModel(seed: number): Promise<RingReport> {
  const generator = new Generator(seed);
  const network = (inputs: number, outputs: number): Sequential =>
    new Sequential(
      new Linear(inputs, 64, { generator }),
      new Tanh(),
      new Linear(64, 64, { generator }),
      new Tanh(),
      new Linear(64, 64, { generator }),
      new Tanh(),
      new Linear(64, outputs, { generator }),
    );
  const vae = new VariationalAutoencoder(
    new DistributionNetwork(network(2, 2), new DiagonalNormalHead()),
    new DistributionNetwork(network(1, 2), new LearntNormalHead({ sigma: 0.135 })),
  );
  const data = new TensorDataset({ inputs: ringPoints(20_000) });
  const loss = (): Tensor => elbo(vae, data.sample(128, { generator }).inputs, { generator }).loss;
  await minimize(vae.parameters(), loss, { learningRate: 1e-2, steps: 6000 });
  return await judgeRing(priorSampler(vae, 1, { show: "draw" }).sample(10_000, { generator }));
}

const latent = 20;

interface Recipe {
  readonly model: typeof mlpVae | typeof convVae;
  /** Of a picture, as the model takes it. */
  readonly shape: readonly number[];
  readonly epochs: number;
  readonly learningRate: number;
}

const recipes = {
  /** 784-400-20-400-784, on pixels in a row. */
  dense: { model: mlpVae, shape: [784], epochs: 10, learningRate: 4e-3 },
  /** Two convolutions 4x4 of stride 2 to 16 and 32 channels, 128 units, and the mirror image. */
  convolutional: { model: convVae, shape: [1, 28, 28], epochs: 6, learningRate: 2e-3 },
} as const;

interface DigitModel {
  /** Of test pictures, by epoch. */
  readonly reports: readonly TimedReport[];
  /** Of the processor, all threads. */
  readonly seconds: number;
  /** ln p of the first test pictures, by importance sampling. */
  readonly likelihood: number;
  readonly samples: Tensor;
  /** Test pictures, and beside each what the decoder makes of its latent. */
  readonly reconstructions: Tensor;
}

/** Learns digits whose pixels are drawn afresh in each batch: their greys are chances of white. */
async function digitModel(
  { train, test, judged, draws }: Pictures,
  { model, shape, epochs, learningRate }: Recipe,
): Promise<DigitModel> {
  const generator = new Generator(1);
  const vae = model({ generator, latent });
  const optimizer = new Adam(vae.parameters(), { learningRate });
  const data = new DataLoader(train, { batchSize: 128, shuffle: true });
  const steps = epochs * Math.ceil(train.length / 128);
  const tests = test.reshape([-1, ...shape]).split(500);
  const watch = klThroughTime(vae, { data: tests, generator });
  const started = process.cpuUsage();
  const trainingStep = variationalStep<Digits>(vae, {
    optimizer,
    bound: ({ inputs }) =>
      elbo(vae, bernoulli(inputs.reshape([-1, ...shape]), { generator }), { generator }),
  });
  await fit(trainingStep, {
    data,
    epochs,
    schedule: new Scheduler(optimizer, linearSchedule({ from: 1, to: 0, steps })),
    callbacks: [watch],
    generators: [generator],
  });
  const { user, system } = process.cpuUsage(started);
  const some = test.narrow(0, 0, judged).reshape([-1, ...shape]);
  const likelihood = await logLikelihood(vae, some, { samples: draws, generator });
  const samples = priorSampler(vae, latent).sample(64, { generator });
  const seen = some.narrow(0, 0, 32);
  const again = noGrad(() => vae.forward(seen, { generator }));
  return {
    reports: watch.reports,
    seconds: (user + system) / 1e6,
    likelihood: await likelihood.mean().item(),
    samples: samples.reshape([64, 1, 28, 28]),
    reconstructions: stack([seen, again], 1).reshape([64, 1, 28, 28]),
  };
}

interface Variational {
  readonly linear: LinearFigures;
  readonly rings: readonly RingReport[];
  readonly pictures: Pictures;
  readonly digits: Readonly<Record<keyof typeof recipes, DigitModel>>;
}

async function run(): Promise<Variational> {
  const linear = await linearGaussian();
  const rings = [await ringModel(1), await ringModel(2), await ringModel(3)];
  const pictures = await picturesToLearn();
  const dense = await digitModel(pictures, recipes.dense);
  const convolutional = await digitModel(pictures, recipes.convolutional);
  return { linear, rings, pictures, digits: { dense, convolutional } };
}

export const variational: Chapter<Variational> = {
  number: 19,
  title: "Variational autoencoders",
  claim:
    "The evidence lower bound L is below ln p(x) by just the divergence of the encoder's guess from the true posterior: checked on a linear model, where all three are known. Trained by it, a decoder of normal noise reaches all modes of the ring that the naive way averaged, and on digits the bound rises with every epoch.",
  file: import.meta.filename,
  run,
  figures: ({ linear, rings, pictures, digits }) => [
    { what: "linear model: ln p(x), mean of 2,000 points", value: linear.evidence.toFixed(4) },
    { what: "the bound L", value: linear.bound.toFixed(4) },
    { what: "L by 200 draws of z for each point", value: linear.sampledBound.toFixed(4) },
    { what: "KL from the encoder's guess to the posterior", value: round(linear.divergence) },
    { what: "largest error of ln p(x) = L + KL, in float64", value: round(linear.gap) },
    ...rings.map(({ modes, highQuality, middle }, i) => ({
      what: `ring, seed ${i + 1}: modes of 8; share within 3 sigma; in the middle`,
      value: `${modes}; ${highQuality.toFixed(3)}; ${middle.toFixed(4)}`,
    })),
    ...Object.entries(digits).flatMap(([name, { reports, likelihood, seconds }]) => {
      const { epoch, bound, reconstruction, kl, activeUnits } = reports.at(-1)!;
      return [
        {
          what: `${pictures.name}, ${name}: test bound after ${epoch} epochs, nats a picture`,
          value: `${bound.toFixed(2)} = ${reconstruction.toFixed(2)} - ${kl.toFixed(2)}`,
        },
        {
          what: `ln p of ${pictures.judged} test pictures by ${pictures.draws} draws each`,
          value: likelihood.toFixed(2),
        },
        {
          what: "active units of 20; seconds of the processor",
          value: `${activeUnits}; ${seconds.toFixed(0)}`,
        },
      ];
    }),
  ],
  plots: async ({ rings, pictures, digits }) => ({
    "Samples of three variational autoencoders on the ring": linePlot({
      title: "Ring of 8 Gaussians: 500 samples each",
      x: { label: "", include: [-2.4, 2.4], fixed: true },
      y: { label: "", include: [-1.5, 1.5], fixed: true },
      series: rings.map(({ points }, i) => ({ name: `seed ${i + 1}`, points, marks: "dots" })),
    }),
    "The bound over the epochs": linePlot({
      title: `Bound of test pictures, ${pictures.name}`,
      x: { label: "epoch" },
      y: { label: "nats a picture" },
      series: Object.entries(digits).map(([name, { reports }]) => ({
        name,
        marks: "both",
        points: reports.map(({ epoch, bound }): Point => [epoch, bound]),
      })),
    }),
    "Divergence of each latent over the epochs": linePlot({
      title: "What each of 20 latents tells, dense model",
      x: { label: "epoch" },
      y: { label: "nats", include: [0] },
      series: Array.from({ length: latent }, (_, i) => ({
        name: "",
        color: i % 7,
        points: digits.dense.reports.map(({ epoch, klPerDimension }): Point => [
          epoch,
          klPerDimension[i]!,
        ]),
      })),
    }),
    "Samples of the convolutional model: chances of white": await pictureGrid(
      digits.convolutional.samples,
      16,
    ),
    "Samples of the dense model": await pictureGrid(digits.dense.samples, 16),
    "Test pictures and beside each its reconstruction, convolutional": await pictureGrid(
      digits.convolutional.reconstructions,
      16,
    ),
  }),
};
