import { enableGrad, gradientsOf } from "@dl/autograd";
import { checkCount, checkOptions, ShapeError, type OptionKinds } from "@dl/backend";
import { modeCoverage, type GenerativeModel, type ModeOptions, type Network } from "@dl/generator";
import { Module } from "@dl/nn";
import {
  checkTensor,
  concatenate,
  generatorKind,
  stack,
  type Generator,
  type Tensor,
} from "@dl/tensor";
import { inEvaluation } from "@dl/training";
import { chanceAbove, distances, meanOfOthers, withoutItself } from "./pairwise.ts";

/** Centres of the data's modes where they are known, and how far a mode reaches. */
export type KnownModes = ModeOptions & { readonly centres: Tensor };

/** What a look at a game goes by. */
export interface GameReportOptions {
  /** Real samples that are learnt from, [n, ...sample], all of them or a few thousand. */
  readonly data: Tensor;
  /** Real samples of the same kind that nothing was learnt from: [m, ...sample]. */
  readonly heldOut: Tensor;
  /** Samples that are made, judged and compared, and at most as many of each kind of real ones. Default 256. */
  readonly count?: number;
  /** Output of the discriminator above which it says real: 0 unless said, ½ for least squares. */
  readonly boundary?: number;
  /** What samples are compared by; their own numbers unless said. */
  readonly features?: Network;
  readonly modes?: KnownModes;
  /** Where latents are drawn from; the default generator unless said. */
  readonly generator?: Generator;
}

/** What can be told of a game without knowing its loss. */
export interface GameFigures {
  /** Mean output of the discriminator: for data, for held-out data, for generated samples. */
  readonly realScore: number;
  readonly heldOutScore: number;
  readonly fakeScore: number;
  /** Share that the discriminator is right about: of the data, and of generated samples. */
  readonly realRight: number;
  readonly fakeRight: number;
  /** Chance that it puts held-out data above a generated sample: ½ where it cannot tell, 1 where it always can. */
  readonly told: number;
  /** Mean sign of its output for held-out data, and for the data it learns from. */
  readonly heldOutSign: number;
  readonly realSign: number;
  /** Chance that it puts data it learnt from above held-out data: ½ unless it knows them by heart. */
  readonly remembered: number;
  /** Mean length of its slope over real and generated samples. */
  readonly slope: number;
  /** Mean distance of two generated samples, over that of two held-out ones. */
  readonly diversity: number;
  /** Energy distance of the samples from held-out data: about 0 where they are alike, 1 where as far apart as data are from each other. */
  readonly distance: number;
  /** Share of held-out data that have a sample within the distance of their fifth neighbour. */
  readonly coverage: number;
  /** Chance that a sample lies nearer to the data than one held out: ½ is right, 1 a copy. */
  readonly copied: number;
}

/** A look at a game. */
export interface GameReport extends GameFigures {
  /** Modes with samples, and of how many; where they are known. */
  readonly modes?: number;
  readonly modesKnown?: number;
  /** Steps made, where a training was looked at. */
  readonly step?: number;
  /** Mean loss of the discriminator with its penalties, where a training was looked at. */
  readonly discriminatorLoss?: number;
  /** The most, since the look before, that this loss was as a multiple of 1 + |realScore| + |fakeScore|. */
  readonly lossOverScores?: number;
  /** Length of the gradient of each network's latest update, by the network's name. */
  readonly gradientNorms?: Readonly<Record<string, number>>;
  /** Share of the parameters of each network that had no gradient at all. */
  readonly idle?: Readonly<Record<string, number>>;
}

export const gameReportKinds: OptionKinds<GameReportOptions> = {
  data: "object",
  heldOut: "object",
  count: "number",
  boundary: "number",
  features: "function|object",
  modes: "object",
  generator: generatorKind,
};

/**
 * Figures of two networks at play: how well the discriminator tells, what it remembers, and how the
 * samples lie beside data that nobody learnt from. In evaluation, computed on the device and read once.
 *
 * The generator may be anything with `sample`; of a discriminator with a map of outputs the mean counts.
 *
 * Source: signs of outputs Karras et al. 2020, arXiv:2006.06676, equation 1; coverage Naeem et al. 2020,
 * arXiv:2002.09797, equation 11; energy distance Székely & Rizzo 2013, doi:10.1016/j.jspi.2013.03.018.
 * @throws {ShapeError} if samples and data have other shapes, or there are fewer than 8 of either.
 * @example
 * const latent = new Independent(new Normal(zeros([4]), 1), 1);
 * const game = [new LatentGenerator(new Linear(4, 4), latent), new Linear(4, 1)];
 * const [data, heldOut] = [normal([64, 4]), normal([64, 4])];
 * const { told } = await gameReport(...game, { data, heldOut });
 * told >= 0 && told <= 1; // => true
 */
export async function gameReport(
  model: GenerativeModel,
  discriminator: Network,
  options: GameReportOptions,
): Promise<GameReport> {
  const op = "gameReport";
  const given = checkOptions(op, options, gameReportKinds);
  const { data, heldOut, modes, count = 256, generator } = given;
  checkCount(op, "count", count, least);
  for (const samples of [data, heldOut]) {
    checkTensor(op, samples);
    checkEnough(op, samples);
  }
  const fake = model.sample(count, generator === undefined ? {} : { generator });
  const figures = await figuresOf(op, fake, discriminator, given);
  if (modes === undefined) return figures;
  const { centres, ...reach } = modes;
  const covered = await modeCoverage(fake, centres, reach);
  return { ...figures, modes: covered.modes, modesKnown: centres.shape[0]! };
}

/** Neighbours that {@link GameFigures.coverage} counts; fewer samples than some more have none. */
const neighbors = 5;
const least = 8;

async function figuresOf(
  op: string,
  fake: Tensor,
  discriminator: Network,
  { data, heldOut: held, boundary = 0, features = (x) => x }: GameReportOptions,
): Promise<GameFigures> {
  const modules = [discriminator, features].filter((network) => network instanceof Module);
  const names = Object.fromEntries(modules.entries());
  const figures = inEvaluation(op, names, (): Record<keyof GameFigures, Tensor> => {
    const count = fake.shape[0]!;
    const [real, heldOut] = [spread(data, count), spread(held, count)];
    const [onReal, onHeldOut, onFake] = [real, heldOut, fake].map((x) =>
      rowsOf(applied(discriminator, x)).mean(1),
    ) as [Tensor, Tensor, Tensor];
    const rows = [fake, heldOut, data].map((x) => rowsOf(applied(features, x)));
    const middle = rows[1]!.mean(0);
    // Of numbers around 0 the squares leave more digits to their differences.
    const [made, kept, learnt] = rows.map((x) => x.sub(middle)) as [Tensor, Tensor, Tensor];
    const [across, amongFake, amongHeldOut] = [
      distances(kept, made),
      distances(made, made),
      distances(kept, kept),
    ];
    const [apart, ofFake, ofData] = [
      across.mean(),
      meanOfOthers(amongFake),
      meanOfOthers(amongHeldOut),
    ];
    const radii = withoutItself(amongHeldOut, Infinity)
      .topk(neighbors, 1, { largest: false })
      .values.select(1, neighbors - 1);
    const [nearestOfFake, nearestOfHeldOut] = [made, kept].map((x) => distances(x, learnt).amin(1));
    const share = (right: Tensor): Tensor => right.cast("float32").mean();
    return {
      realScore: onReal.mean(),
      heldOutScore: onHeldOut.mean(),
      fakeScore: onFake.mean(),
      realRight: share(onReal.greater(boundary)),
      fakeRight: share(onFake.lessEqual(boundary)),
      told: chanceAbove(onHeldOut, onFake),
      heldOutSign: onHeldOut.sub(boundary).sign().mean(),
      realSign: onReal.sub(boundary).sign().mean(),
      remembered: chanceAbove(onReal, onHeldOut),
      slope: slopeOf(discriminator, concatenate([heldOut, fake])),
      diversity: ofFake.div(ofData),
      distance: apart.mul(2).sub(ofFake).sub(ofData).div(ofData),
      coverage: share(across.amin(1).less(radii)),
      copied: chanceAbove(nearestOfHeldOut!, nearestOfFake!),
    };
  });
  const keys = Object.keys(figures) as (keyof GameFigures)[];
  const numbers = await stack(keys.map((key) => figures[key])).data();
  return Object.fromEntries(keys.map((key, i) => [key, numbers[i]!])) as unknown as GameFigures;
}

const rowsOf = (x: Tensor): Tensor => x.reshape([x.shape[0]!, -1]);

/** As many samples, from the whole of the data; all where there are fewer. */
function spread(samples: Tensor, count: number): Tensor {
  const [all] = samples.shape as [number];
  if (all <= count) return samples;
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * all) / count));
  return samples.indexSelect(0, rows);
}

function slopeOf(discriminator: Network, samples: Tensor): Tensor {
  return enableGrad(() => {
    const points = samples.detach().requireGrad();
    const outputs = rowsOf(applied(discriminator, points)).mean(1);
    const [slopes] = gradientsOf(outputs.sum(), [points]) as [Tensor];
    return rowsOf(slopes.detach()).norm(2, 1).mean();
  });
}

const applied = (network: Network, x: Tensor): Tensor =>
  network instanceof Module ? network.forward(x) : network(x);

function checkEnough(op: string, samples: Tensor): void {
  const count = samples.shape[0] ?? 0;
  if (count < least)
    throw new ShapeError(
      op,
      `needs at least ${least} samples of the data, and as many held out: received ${count}. Give more.`,
      { expected: least, received: count },
    );
}
