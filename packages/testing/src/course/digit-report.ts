import { blur } from "@dl/conv";
import {
  classHistogram,
  frechetDistance,
  memorization,
  nearestNeighbors,
  type Features,
  type LatentGenerator,
} from "@dl/generator";
import { concatenate, stack, type Generator, type Tensor } from "@dl/tensor";
import type { DigitSets } from "./digit-sets.ts";
import { trainFeatureJudge, type FeatureJudge } from "./feature-judge.ts";
import { pictureGrid } from "./picture-grid.ts";

const sizes =
  process.env["DL_COURSE"] === "write"
    ? { judgeSteps: 2800, samples: 10_000, compared: 500 }
    : { judgeSteps: 180, samples: 1000, compared: 300 };

/** What judges say of a generator of digits. */
export interface DigitReport {
  /** Fréchet distance to the test pictures, by the judge's features and by those of another judge. */
  readonly distance: number;
  readonly fresh: number;
  /** Of the training pictures, and of test pictures blurred with 1-2-1, by the judge. */
  readonly floor: number;
  readonly blurred: number;
  readonly entropy: number;
  readonly rarest: number;
  readonly confidence: number;
  /** Chance of a sample to be nearer to the training pictures than a test picture; 1 for copies. */
  readonly nearer: number;
  readonly seconds: number;
  /** PNG files: samples; samples above the training pictures nearest to them. */
  readonly pictures: Uint8Array;
  readonly neighbors: Uint8Array;
}

/** Has what generators of digits are held against. */
export class DigitReporter {
  readonly #sets: DigitSets;
  readonly #judges: readonly FeatureJudge[];
  readonly #test: readonly Features[];
  readonly #train: Features;
  readonly #blurred: Features;

  private constructor(
    sets: DigitSets,
    judges: readonly FeatureJudge[],
    test: readonly Features[],
    train: Features,
    blurred: Features,
  ) {
    this.#sets = sets;
    this.#judges = judges;
    this.#test = test;
    this.#train = train;
    this.#blurred = blurred;
  }

  /** Trains two judges, of which the second has no part in any choice. */
  static async open(sets: DigitSets): Promise<DigitReporter> {
    const judges: FeatureJudge[] = [];
    for (const seed of [21, 22])
      judges.push(await trainFeatureJudge(sets.train, { steps: sizes.judgeSteps, seed }));
    const test: Features[] = [];
    for (const judge of judges) test.push((await judge(sets.test.inputs)).features);
    const { features: train } = await judges[0]!(sets.train.inputs);
    const { features: blurred } = await judges[0]!(blur(sets.test.inputs, [1, 2, 1]));
    return new DigitReporter(sets, judges, test, train, blurred);
  }

  async report(
    model: LatentGenerator,
    generator: Generator,
    seconds: number,
  ): Promise<DigitReport> {
    const samples = await samplesOf(model, generator);
    const [judge, other] = this.#judges as [FeatureJudge, FeatureJudge];
    const { features, logits } = await judge(samples);
    const { entropy, rarestShare, confidence } = await classHistogram(logits);
    const [distance, fresh, floor, blurred] = [
      await frechetDistance(features, this.#test[0]!),
      await frechetDistance((await other(samples)).features, this.#test[1]!),
      await frechetDistance(this.#train, this.#test[0]!),
      await frechetDistance(this.#blurred, this.#test[0]!),
    ].map((found) => found.distance) as [number, number, number, number];
    const { nearer } = await memorization(
      spread(features, sizes.compared),
      this.#train,
      spread(this.#test[0]!, sizes.compared),
    );
    return {
      distance,
      fresh,
      floor,
      blurred,
      entropy,
      rarest: rarestShare,
      confidence,
      nearer,
      seconds,
      pictures: await pictureGrid(samples.narrow(0, 0, 80), 16),
      neighbors: await this.#besideNeighbors(samples.narrow(0, 0, 16)),
    };
  }

  /** By pixels: a row of samples, a row of training pictures. */
  async #besideNeighbors(samples: Tensor): Promise<Uint8Array> {
    const { inputs } = this.#sets.train;
    const { indices } = await nearestNeighbors(samples, inputs);
    const nearest = indices.map(([i]) => inputs.select(0, i!));
    return await pictureGrid(concatenate([samples, stack(nearest)]), 16);
  }
}

/** Pictures from 0 to 1. */
async function samplesOf(model: LatentGenerator, generator: Generator): Promise<Tensor> {
  const parts: Tensor[] = [];
  for (let made = 0; made < sizes.samples; made += 500) {
    const part = model.sample(500, { generator }).add(1).mul(0.5);
    await part.data();
    parts.push(part);
  }
  return concatenate(parts);
}

/** Of rows so many. Test pictures lie in the order of their writers, so they are taken throughout. */
function spread({ data, shape: [count, width] }: Features, rows: number): Features {
  const chosen = new Float64Array(rows * width);
  for (let i = 0; i < rows; i++) {
    const from = Math.floor((i * count) / rows) * width;
    chosen.set(data.subarray(from, from + width), i * width);
  }
  return { data: chosen, shape: [rows, width] };
}
