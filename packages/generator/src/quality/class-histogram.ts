import { exponential, logarithm } from "@dl/backend";
import { featuresFrom, type FeatureSource } from "./features.ts";

/** To which classes a classifier assigns samples. */
export interface ClassHistogram {
  /** Samples of each class. */
  readonly counts: readonly number[];
  /** Of the histogram, in nats: ln(classes) where it is flat, 0 where all are of one class. */
  readonly entropy: number;
  /** The class with the fewest samples, the first of several. */
  readonly rarest: number;
  /** Share of the samples that the rarest class has. */
  readonly rarestShare: number;
  /** Mean probability of the class that was assigned: of samples that are of no class, it is low. */
  readonly confidence: number;
  /** Share of the samples whose class has a probability above 0.9. */
  readonly sure: number;
}

/**
 * To which classes a classifier assigns samples, and how sure it is: whether all classes are made, and
 * made well.
 *
 * H = -Σ p ln p of the shares of the classes.
 *
 * Shape: logits [n, classes], before softmax.
 * @throws {ShapeError} unless there are two axes.
 * @throws {ArgumentError} if a logit is not finite.
 * @example
 * const { counts, entropy } = await classHistogram(tensor([[9, 0], [0, 9]]));
 * [counts, entropy]; // => [[1, 1], Math.log(2)]
 */
export async function classHistogram(logits: FeatureSource): Promise<ClassHistogram> {
  const { data, shape } = await featuresFrom("classHistogram", "the logits", logits);
  const [count, classes] = shape;
  const counts = new Array<number>(classes).fill(0);
  let [confidence, sure] = [0, 0];
  for (let start = 0; start < data.length; start += classes) {
    let assigned = 0;
    for (let k = 1; k < classes; k++) if (data[start + k]! > data[start + assigned]!) assigned = k;
    counts[assigned]!++;
    let total = 0;
    for (let k = 0; k < classes; k++)
      total += exponential(data[start + k]! - data[start + assigned]!);
    confidence += 1 / total;
    if (1 / total > 0.9) sure++;
  }
  const shares = counts.map((samples) => samples / count);
  const rarest = shares.indexOf(Math.min(...shares));
  return {
    counts,
    entropy: shares.reduce((sum, p) => (p > 0 ? sum - p * logarithm(p) : sum), 0),
    rarest,
    rarestShare: shares[rarest]!,
    confidence: confidence / count,
    sure: sure / count,
  };
}
