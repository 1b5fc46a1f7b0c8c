import { TensorDataset } from "@dl/data";
import { Independent, Normal } from "@dl/distributions";
import {
  adversarialStep,
  dcganDiscriminator,
  dcganGenerator,
  gradientPenalty,
  hinge,
  leastSquares,
  nonSaturating,
  wasserstein,
  type AdversarialStepOptions,
  type Players,
} from "@dl/gan";
import { freshStatistics, LatentGenerator } from "@dl/generator";
import { LeakyReLU, Linear, ReLU, Sequential, type Layer } from "@dl/nn";
import { Adam, lambdaSchedule, Scheduler } from "@dl/optim";
import { Generator, zeros, type Tensor } from "@dl/tensor";
import { fit, ModelAverage } from "@dl/training";
import { round, type Chapter } from "./chapter.ts";
import { digitsToPlayWith } from "./digit-sets.ts";
import { DigitReporter, type DigitReport } from "./digit-report.ts";
import { linePlot } from "./plot/line-plot.ts";
import { judgeRing, ringPoints, type RingReport } from "./ring.ts";

const isWriting = process.env["DL_COURSE"] === "write";

/** What the two players are, and how they play. */
interface Game extends Pick<AdversarialStepOptions<Tensor>, "loss" | "penalties"> {
  readonly rates: Players<number>;
  readonly steps: number;
  /** Of the moving average of the generator's weights: samples come from that. */
  readonly decay: number;
  /** Of Adam: how long squares of gradients are remembered. */
  readonly beta2: number;
  /** Both rates fall to 0 in a straight line from this share of the steps on. */
  readonly fallsFrom?: number;
}

/** Plays, on samples drawn anew in every step; gives the average, and what the game took. */
async function play(
  { rates, steps, decay, beta2, fallsFrom, ...options }: Game,
  { generator: network, discriminator }: Players<Sequential>,
  latentSize: number,
  draw: (generator: Generator) => Tensor,
  generator: Generator,
): Promise<{ model: LatentGenerator; now: LatentGenerator; seconds: number }> {
  const latent = new Independent(new Normal(zeros([latentSize]), 1), 1);
  const model = new LatentGenerator(network, latent);
  const adam = (player: Sequential | LatentGenerator, learningRate: number): Adam =>
    new Adam(player.parameters(), { learningRate, beta1: 0.5, beta2 });
  const optimizers = {
    generator: adam(model, rates.generator),
    discriminator: adam(discriminator, rates.discriminator),
  };
  const step = adversarialStep<Tensor>(model, discriminator, {
    optimizers,
    samples: () => draw(generator),
    generator,
    ...options,
  });
  const averages = new ModelAverage(model, { decay });
  const share = (done: number): number =>
    fallsFrom === undefined ? 1 : Math.min(1, (1 - done / steps) / (1 - fallsFrom));
  const schedule = Object.values(optimizers).map(
    (optimizer) => new Scheduler(optimizer, lambdaSchedule(share)),
  );
  const data = Array.from({ length: steps }, () => zeros([1]));
  const before = process.cpuUsage();
  await fit(step, { data, epochs: 1, averages, schedule, generators: [generator] });
  const { user, system } = process.cpuUsage(before);
  return { model: averages.model, now: model, seconds: (user + system) / 1e6 };
}

/** Two hidden layers each. */
function ringPlayers(width: number, generator: Generator): Players<Sequential> {
  const layers = (outputs: number, activation: () => Layer): Sequential =>
    new Sequential(
      new Linear(2, width, { generator }),
      activation(),
      new Linear(width, width, { generator }),
      activation(),
      new Linear(width, outputs, { generator }),
    );
  return {
    generator: layers(2, () => new ReLU()),
    discriminator: layers(1, () => new LeakyReLU(0.2)),
  };
}

const even = { generator: 2e-3, discriminator: 2e-3 };
const twice = { generator: 2e-3, discriminator: 4e-3 };
const fourTimes = { generator: 1e-3, discriminator: 4e-3 };
const ring = {
  steps: 4500,
  decay: 0.995,
  beta2: 0.99,
  width: 64,
  noise: 0.05,
  seeds: isWriting ? 5 : 1,
};
const shorter = isWriting ? {} : { steps: 2500 };

const ringGames = {
  "least squares": { ...ring, ...shorter, loss: leastSquares, rates: even },
  "non-saturating": { ...ring, ...shorter, loss: nonSaturating, rates: twice },
  "Wasserstein, slopes near 1": {
    ...ring,
    steps: isWriting ? 6000 : 2000,
    loss: wasserstein,
    penalties: [gradientPenalty({ weight: 0.2 })],
    rates: fourTimes,
  },
  // Modes a fifth as wide. A ring of radius 2 and sigma 0.02, in units in which the radius is 1.
  "non-saturating, narrow modes": {
    ...ring,
    loss: nonSaturating,
    rates: twice,
    noise: 0.01,
    width: 128,
    ...(isWriting ? { steps: 8000, decay: 0.998, seeds: 3 } : { seeds: 0 }),
  },
};

interface RingGame extends RingReport {
  /** Share within 3 sigma of samples from the weights as they are at the end. */
  readonly notAveraged: number;
  readonly seconds: number;
}

async function ringGame(name: keyof typeof ringGames, seed: number): Promise<RingGame> {
  const { width, noise, seeds: _seeds, ...game } = ringGames[name];
  const generator = new Generator(seed);
  const data = new TensorDataset({ inputs: ringPoints(20_000, noise) });
  const draw = (): Tensor => data.sample(128, { generator }).inputs;
  const players = ringPlayers(width, generator);
  const { model, now, seconds } = await play(game, players, 2, draw, generator);
  const report = await judgeRing(model.sample(5000, { generator }), noise);
  const { highQuality } = await judgeRing(now.sample(5000, { generator }), noise);
  return { ...report, notAveraged: highQuality, seconds };
}

const digitGame = {
  loss: hinge,
  rates: { generator: 2e-3, discriminator: 4e-3 },
  decay: isWriting ? 0.998 : 0.98,
  beta2: 0.999,
  fallsFrom: 0.4,
  steps: isWriting ? 8500 : 250,
  seeds: isWriting ? 5 : 1,
};

/**
 * DCGAN's networks. No layer of the discriminator makes anything longer, except the last: how far apart
 * its scores lie is learnt.
 */
function digitPlayers(generator: Generator): Players<Sequential> {
  const sizes = { size: 28, width: 16, generator } as const;
  const bounded = dcganDiscriminator({ ...sizes, normalization: "spectral" });
  const last = new Linear(32 * 7 * 7, 1, { generator });
  return {
    generator: dcganGenerator(sizes),
    discriminator: new Sequential(...[...bounded].slice(0, -1), last),
  };
}

async function digitGames(): Promise<{ name: string; reports: DigitReport[] }> {
  const sets = await digitsToPlayWith(12);
  const reporter = await DigitReporter.open(sets);
  const data = new TensorDataset({ inputs: sets.train.inputs });
  const { seeds, ...game } = digitGame;
  const reports: DigitReport[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const generator = new Generator(seed);
    const players = digitPlayers(generator);
    // The generator's pictures are from -1 to 1, as its last layer is a tanh.
    const draw = (): Tensor => data.sample(32, { generator }).inputs.mul(2).sub(1);
    const { model, seconds } = await play(game, players, 64, draw, generator);
    await freshStatistics(model, { generator });
    reports.push(await reporter.report(model, generator, seconds));
  }
  return { name: sets.name, reports };
}

interface VanillaGans {
  readonly rings: Readonly<Record<keyof typeof ringGames, readonly RingGame[]>>;
  readonly digits: { readonly name: string; readonly reports: readonly DigitReport[] };
}

async function run(): Promise<VanillaGans> {
  const rings = {} as Record<keyof typeof ringGames, RingGame[]>;
  for (const name of Object.keys(ringGames) as (keyof typeof ringGames)[]) {
    rings[name] = [];
    for (let seed = 1; seed <= ringGames[name].seeds; seed++)
      rings[name].push(await ringGame(name, seed));
  }
  return { rings, digits: await digitGames() };
}

export const vanillaGans: Chapter<VanillaGans> = {
  number: 12,
  title: "Vanilla GANs",
  claim:
    "Two networks that play against each other put samples on all eight modes of a ring, where training by distance put everything in the middle, at every seed. What makes the game reliable: a loss that does not saturate, a discriminator that learns faster or is kept flat, and the moving average of the generator's weights, since the weights themselves circle around what they are after. The same game draws digits of all ten classes, none of them a copy.",
  file: import.meta.filename,
  run,
  figures: ({ rings, digits }) => [
    ...Object.entries(rings).flatMap(([name, games]) =>
      games.length === 0
        ? []
        : [
            {
              what: `ring, ${name}, ${games.length} seeds: modes of 8; share within 3 sigma; without the average; CPU s`,
              value: [
                listOf(games, ({ modes }) => String(modes)),
                listOf(games, ({ highQuality }) => highQuality.toFixed(3)),
                listOf(games, ({ notAveraged }) => notAveraged.toFixed(3)),
                listOf(games, ({ seconds }) => seconds.toFixed(1)),
              ].join("; "),
            },
          ],
    ),
    ...(
      [
        ["Fréchet distance to all test pictures", ({ distance }) => round(distance)],
        ["the same by a fresh judge", ({ fresh }) => round(fresh)],
        ["entropy of the classes", ({ entropy }) => entropy.toFixed(3)],
        ["share of the rarest class", ({ rarest }) => rarest.toFixed(3)],
        ["the judge's confidence", ({ confidence }) => confidence.toFixed(3)],
        [
          "chance to be nearer to the training data than test data",
          ({ nearer }) => nearer.toFixed(3),
        ],
        ["CPU s", ({ seconds }) => seconds.toFixed(0)],
      ] as [string, (report: DigitReport) => string][]
    ).map(([what, value]) => ({
      what: `${digits.name}, ${digits.reports.length} seeds: ${what}`,
      value: listOf(digits.reports, value),
    })),
    {
      what: `${digits.name}: Fréchet distance of the training pictures; of test pictures blurred once`,
      value: `${round(digits.reports[0]!.floor)}; ${round(digits.reports[0]!.blurred)}`,
    },
  ],
  plots: ({ rings, digits }) => ({
    "Samples of the four games": linePlot({
      title: "A ring of 8 Gaussians, 500 samples each",
      x: { label: "", include: [-2.2, 2.2], fixed: true },
      y: { label: "", include: [-1.3, 1.3], fixed: true },
      series: Object.entries(rings).flatMap(([name, games]) =>
        games.length === 0 ? [] : [{ name, points: games[0]!.points, marks: "dots" as const }],
      ),
    }),
    "Digits that the first of the generators drew": digits.reports[0]!.pictures,
    "Digits that were drawn, and under each the most similar one of those learnt from":
      digits.reports[0]!.neighbors,
  }),
};

const listOf = <Item>(items: readonly Item[], text: (item: Item) => string): string =>
  items.map(text).join(", ");
