import {
  classHistogram,
  collectFeatures,
  frechetDistance,
  withFloor,
  type Features,
  type GenerativeModel,
  type SampleSource,
} from "@dl/generator";
import { Generator, tensor } from "@dl/tensor";
import type { Judge } from "./judge.ts";

/** How good pictures are, by a judge's features. */
export interface QualityFigures {
  /** Between the pictures made and all test pictures. */
  readonly frechetDistance: number;
  /** The same between two halves of the test pictures. */
  readonly frechetFloor: number;
  /** Of the classes that the judge sees, in nats; `null` where it knows none. */
  readonly classEntropy: number | null;
  /** Share of the pictures that are of the rarest class. */
  readonly rarestClass: number | null;
}

/** Judges pictures from 0 to 1 beside all test pictures; as many are made as there are of those. */
export async function judgeQuality(
  { features, answer, lesson }: Judge,
  model: GenerativeModel,
  test: SampleSource & Iterable<unknown>,
  count: number,
): Promise<QualityFigures> {
  const generator = new Generator(0);
  const made = await collectFeatures(features, model, { count, generator });
  const real = await collectFeatures(features, test);
  const { value, floor } = await withFloor(frechetDistance, made, real, { generator });
  const classes =
    lesson.name === "classes" ? await classHistogram(await answersOf(answer, made)) : undefined;
  return {
    frechetDistance: value.distance,
    frechetFloor: floor.distance,
    classEntropy: classes?.entropy ?? null,
    rarestClass: classes?.rarestShare ?? null,
  };
}

const answersOf = (answer: Judge["answer"], { data, shape }: Features): Promise<Features> =>
  collectFeatures(answer, tensor(Float32Array.from(data), { shape }));

/** What the judge found, in a sentence. */
export function qualityText(figures: QualityFigures): string {
  const { frechetDistance: distance, frechetFloor, classEntropy, rarestClass } = figures;
  const classes =
    classEntropy === null
      ? ""
      : `, entropy of the classes ${classEntropy.toFixed(2)} nats, rarest ${(100 * rarestClass!).toFixed(1)} %`;
  return `Fréchet distance ${distance.toPrecision(3)} (halves of the data ${frechetFloor.toPrecision(3)})${classes}`;
}
