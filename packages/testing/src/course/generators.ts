import { noGrad } from "@dl/autograd";
import { Independent, MultivariateNormal, Normal, type Distribution } from "@dl/distributions";
import {
  DiagonalNormalHead,
  DistributionNetwork,
  FullNormalHead,
  LatentGenerator,
  naiveDistance,
  type Head,
} from "@dl/generator";
import { Linear, Sequential, Tanh } from "@dl/nn";
import { Adam, cosineSchedule, Scheduler } from "@dl/optim";
import { compile, full, Generator, integers, stack, uniform, zeros, type Tensor } from "@dl/tensor";
import { descend } from "@dl/training";
import { round, type Chapter } from "./chapter.ts";
import { linePlot, type Point } from "./plot/line-plot.ts";
import { judgeRing, ringPoints, type RingReport } from "./ring.ts";
import { repeat } from "./train.ts";

const network = (inputs: number, outputs: number, generator: Generator): Sequential =>
  new Sequential(
    new Linear(inputs, 64, { generator }),
    new Tanh(),
    new Linear(64, 64, { generator }),
    new Tanh(),
    new Linear(64, outputs, { generator }),
  );

/** Adam, its rate falling along a half cosine. */
async function minimize(
  parameters: Tensor[],
  loss: () => Tensor,
  { learningRate, steps }: { learningRate: number; steps: number },
): Promise<void> {
  const optimizer = new Adam(parameters, { learningRate });
  const schedule = new Scheduler(optimizer, cosineSchedule({ steps }));
  const step = compile(() => {
    const reached = descend(optimizer, loss);
    schedule.step();
    return reached;
  });
  await repeat(step, steps);
}

/** What the first way has to learn: two numbers whose mean, spread and slant depend on x. */
function law(x: Tensor): MultivariateNormal {
  const column = x.squeeze(1); // [batch]
  const mean = stack([column.mul(3).sin(), column.mul(2).cos()], 1);
  const factor = [
    [column.mul(0.5).exp().mul(0.3), full([x.shape[0]!], 0)],
    [column.mul(4).sin().mul(0.25), full([x.shape[0]!], 0.08)],
  ];
  return new MultivariateNormal(mean, { scaleTril: stack(factor.map((row) => stack(row, 1)), 1) });
}

const regions = [0.5, 0.9, 0.99];

/** Way 1: the network's output is mean and covariance, so that a density can be made large. */
async function firstWay(head: Head, steps: number): Promise<FirstWay> {
  const generator = new Generator(1);
  const model = new DistributionNetwork(network(1, head.outputsFor(2), generator), head);
  const draw = (count: number): Tensor[] => {
    const x = uniform([count, 1], { low: -1, high: 1, generator });
    return [x, law(x).sample([], { generator })];
  };
  const loss = (): Tensor => {
    const [x, y] = draw(256) as [Tensor, Tensor];
    return model.forward(x).logProb(y).mean().neg();
  };
  await minimize(model.parameters(), loss, { learningRate: 3e-3, steps });

  const [x, y] = draw(50_000) as [Tensor, Tensor];
  const [learnt, logProb] = noGrad(() => [model.forward(x), model.forward(x).logProb(y)] as const);
  // In two dimensions a share p of a normal lies where the density is above 1 - p of its peak.
  const belowPeak = logProb.sub(noGrad(() => learnt.logProb(learnt.mode)));
  return {
    excess: await law(x).logProb(y).sub(logProb).mean().item(),
    shares: await Promise.all(
      regions.map((p) => belowPeak.greater(Math.log(1 - p)).cast("float32").mean().item()),
    ),
    ...(await ellipses(model)),
  };
}

/** Way 2: a standard normal, sent through a network. Way 3: the network's output is a density again. */
const latent = new Independent(new Normal(zeros([2]), 1), 1);
const batch = 128;

const ways = {
  /** Each sample is drawn to a point that has nothing to do with it. */
  "way 2, naive distance": (generator: Generator) => {
    const model = new LatentGenerator(network(2, 2, generator), latent);
    return [model, (z: Tensor, x: Tensor) => naiveDistance(model.forward(z), x)] as const;
  },
  /** Székely & Rizzo 2013: least where the samples are distributed as the data. */
  "way 2, energy distance": (generator: Generator) => {
    const model = new LatentGenerator(network(2, 2, generator), latent);
    const distance = (a: Tensor, b: Tensor): Tensor =>
      a.unsqueeze(1).sub(b).square().sum(-1).add(1e-8).sqrt().mean();
    const loss = (z: Tensor, x: Tensor): Tensor => {
      const made = model.forward(z);
      return distance(made, x).mul(2).sub(distance(made, made).mul(batch / (batch - 1)));
    };
    return [model, loss] as const;
  },
  /** p(x) is the mean of p(x | z) over z, here over the draws of a batch. */
  "way 3, likelihood": (generator: Generator) => {
    const head = new DiagonalNormalHead();
    const decoder = new DistributionNetwork(network(2, head.outputsFor(2), generator), head);
    const model = new LatentGenerator(decoder, latent);
    const loss = (z: Tensor, x: Tensor): Tensor =>
      decoder.forward(z).logProb(x.unsqueeze(1)).logsumexp(1).mean().neg(); // [x, z] -> []
    return [model, loss] as const;
  },
};

async function ringWay(make: (typeof ways)[keyof typeof ways], steps: number): Promise<RingReport> {
  const generator = new Generator(2);
  const [model, lossOf] = make(generator);
  const data = ringPoints(4096);
  const loss = (): Tensor => {
    const chosen = integers(0, 4096, [batch], { generator });
    return lossOf(latent.sample([batch], { generator }), data.indexSelect(0, chosen));
  };
  await minimize(model.parameters(), loss, { learningRate: 1e-2, steps });
  return await judgeRing(model.sample(10_000, { generator }));
}
