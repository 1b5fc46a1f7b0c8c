import { TensorDataset } from "@dl/data";
import { Independent, MultivariateNormal, Normal } from "@dl/distributions";
import {
  DiagonalNormalHead,
  DistributionNetwork,
  FullNormalHead,
  LatentGenerator,
  naiveDistance,
  type Head,
} from "@dl/generator";
import { Linear, Sequential, Tanh } from "@dl/nn";
import { Generator, linspace, stack, uniform, zeros, type Tensor } from "@dl/tensor";
import { round, type Chapter } from "./chapter.ts";
import { outlines } from "./outlines.ts";
import { linePlot, type Point } from "./plot/line-plot.ts";
import { judgeRing, ringPoints, type RingReport } from "./ring.ts";
import { minimize } from "./train.ts";

const network = (inputs: number, outputs: number, generator: Generator): Sequential =>
  new Sequential(
    new Linear(inputs, 64, { generator }),
    new Tanh(),
    new Linear(64, 64, { generator }),
    new Tanh(),
    new Linear(64, outputs, { generator }),
  );

/** What the first way has to learn: two numbers whose mean, spread and slant depend on x. */
function law(x: Tensor): MultivariateNormal {
  const at = x.squeeze(1); // [batch]
  const mean = stack([at.mul(3).sin(), at.mul(2).cos()], 1);
  const [none, slant] = [at.mul(0), at.mul(4).sin().mul(0.25)];
  const factor = [at.mul(0.5).exp().mul(0.3), none, slant, none.add(0.08)]; // row by row
  return new MultivariateNormal(mean, { scaleTril: stack(factor, 1).reshape([-1, 2, 2]) });
}

const regions = [0.5, 0.9, 0.99];

const shownAt = (): Tensor => linspace(-0.9, 0.9, 7).unsqueeze(1);

interface FirstWay {
  /** Nats by which held-out points are less likely than under the law. */
  readonly excess: number;
  /** Of held-out points, in each of the regions. */
  readonly shares: readonly number[];
  /** Of the 90 % regions. */
  readonly outlines: readonly (readonly Point[])[];
}

/** Way 1: the network's output is mean and covariance, so that a density can be made large. */
async function firstWay(head: Head): Promise<FirstWay> {
  const generator = new Generator(1);
  const model = new DistributionNetwork(network(1, head.outputsFor(2), generator), head);
  const draw = (count: number): [x: Tensor, y: Tensor] => {
    const x = uniform([count, 1], { low: -1, high: 1, generator });
    return [x, law(x).sample([], { generator })];
  };
  const loss = (): Tensor => {
    const [x, y] = draw(256);
    return model.forward(x).logProb(y).mean().neg();
  };
  await minimize(model.parameters(), loss, { learningRate: 3e-3, steps: 3000 });

  model.requireGrad(false);
  const [x, y] = draw(50_000);
  const learnt = model.forward(x);
  const logProb = learnt.logProb(y);
  // Of a normal over the plane, a share p lies where the density is above 1 - p of its peak.
  const belowPeak = logProb.sub(learnt.logProb(learnt.mode));
  const shareOf = (p: number): Tensor =>
    belowPeak
      .greater(Math.log(1 - p))
      .cast("float32")
      .mean();
  return {
    excess: await law(x).logProb(y).sub(logProb).mean().item(),
    shares: await Promise.all(regions.map((p) => shareOf(p).item())),
    outlines: await outlines(model.forward(shownAt()), 0.9),
  };
}

/** Way 2: a standard normal, sent through a network. Way 3: the network's output is a density again. */
const latent = (): Independent => new Independent(new Normal(zeros([2]), 1), 1);
const batch = 128;

const ways = {
  /** Each sample is drawn to a point that has nothing to do with it. */
  "way 2, naive distance": (generator: Generator) => {
    const model = new LatentGenerator(network(2, 2, generator), latent());
    return [model, (z: Tensor, x: Tensor) => naiveDistance(model.forward(z), x)] as const;
  },
  /** Székely & Rizzo 2013: least where the samples are distributed as the data. */
  "way 2, energy distance": (generator: Generator) => {
    const model = new LatentGenerator(network(2, 2, generator), latent());
    const distance = (a: Tensor, b: Tensor): Tensor =>
      a.unsqueeze(1).sub(b).square().sum(-1).add(1e-8).sqrt().mean();
    const loss = (z: Tensor, x: Tensor): Tensor => {
      const made = model.forward(z);
      return distance(made, x)
        .mul(2)
        .sub(distance(made, made).mul(batch / (batch - 1)));
    };
    return [model, loss] as const;
  },
  /** p(x) is the mean of p(x | z) over z, here over the draws of a batch. */
  "way 3, likelihood": (generator: Generator) => {
    const head = new DiagonalNormalHead();
    const decoder = new DistributionNetwork(network(2, head.outputsFor(2), generator), head);
    const model = new LatentGenerator(decoder, latent());
    const loss = (z: Tensor, x: Tensor): Tensor =>
      decoder.forward(z).logProb(x.unsqueeze(1)).logsumexp(1).mean().neg(); // [x, z] -> []
    return [model, loss] as const;
  },
};

async function ringWay(make: (typeof ways)[keyof typeof ways]): Promise<RingReport> {
  const generator = new Generator(2);
  const [model, lossOf] = make(generator);
  const data = new TensorDataset({ inputs: ringPoints(4096) });
  const loss = (): Tensor =>
    lossOf(latent().sample([batch], { generator }), data.sample(batch, { generator }).inputs);
  await minimize(model.parameters(), loss, { learningRate: 1e-2, steps: 1000 });
  return await judgeRing(model.sample(10_000, { generator }));
}

interface Generators {
  readonly law: readonly (readonly Point[])[];
  readonly full: FirstWay;
  readonly diagonal: FirstWay;
  readonly ring: Readonly<Record<keyof typeof ways, RingReport>>;
}

async function run(): Promise<Generators> {
  const ring: Record<string, RingReport> = {};
  for (const [name, make] of Object.entries(ways)) ring[name] = await ringWay(make);
  return {
    law: await outlines(law(shownAt()), 0.9),
    full: await firstWay(new FullNormalHead()),
    diagonal: await firstWay(new DiagonalNormalHead()),
    ring: ring as Generators["ring"],
  };
}

export const generators: Chapter<Generators> = {
  number: 10,
  title: "Generators",
  claim:
    "A network is a generator when its output is read as a normal distribution, when it is fed with normal noise, or both. The first learns a law of two numbers to a few thousandths of a nat, with a confidence that holds, and needs the full covariance for it. The second must not be trained by the distance of samples to data: that puts everything in the middle of a ring of Gaussians, where there is no data.",
  file: import.meta.filename,
  run,
  figures: ({ ring, ...result }) => [
    ...(["full", "diagonal"] as const).flatMap((name) => [
      {
        what: `way 1, ${name} covariance: nats worse than the true law, points not seen`,
        value: round(result[name].excess),
      },
      {
        what: `way 1, ${name} covariance: share in the regions of 50, 90, 99 %`,
        value: result[name].shares.map((share) => share.toFixed(3)).join("; "),
      },
    ]),
    ...Object.entries(ring).map(([name, { modes, highQuality, middle }]) => ({
      what: `${name}: modes of 8; share within 3 sigma; in the middle`,
      value: `${modes}; ${highQuality.toFixed(3)}; ${middle.toFixed(3)}`,
    })),
  ],
  plots: ({ law: truth, full: learnt, diagonal, ring }) => ({
    "The 90 % regions of two outputs at seven inputs, true and learnt": linePlot({
      title: "Regions of 90 % at seven inputs",
      x: { label: "first output" },
      y: { label: "second output" },
      series: [
        ...truth.map((points, i) => ({ name: i === 0 ? "true law" : "", points, color: 5 })),
        ...learnt.outlines.map((points, i) => ({
          name: i === 0 ? "full covariance" : "",
          points,
          dashed: true,
          color: 0,
        })),
        ...diagonal.outlines.map((points, i) => ({
          name: i === 0 ? "diagonal" : "",
          points,
          color: 1,
        })),
      ],
    }),
    "Samples of the generators of the ring": linePlot({
      title: "A ring of 8 Gaussians, 500 samples each",
      x: { label: "", include: [-2.4, 2.4], fixed: true },
      y: { label: "", include: [-1.5, 1.5], fixed: true },
      series: Object.entries(ring).map(([name, { points }]) => ({
        name: name.replace("way ", ""),
        points,
        marks: "dots",
      })),
    }),
  }),
};
