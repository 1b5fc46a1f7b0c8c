import { checkGiven, checkOptions, DTypeError, exponential, logarithm } from "@dl/backend";
import { checkNumber } from "../check-range.ts";
import type { HostArray } from "../dataset.ts";
import { hostArrayOf } from "../host-array.ts";
import type { RandomStream } from "../random-stream.ts";
import { classesToOneHot } from "./one-hot.ts";
import type { BatchTransform } from "./transform.ts";

/** Classes and strength of {@link mixup}. */
export interface MixupOptions {
  /** Number of classes: the targets become a share of each. */
  readonly classCount: number;
  /** From 0.05, where mixtures are nearly pure, over 1, even, to 4, nearly halves. Default 0.2. */
  readonly alpha?: number;
}

/**
 * Replaces every sample by a mixture with another of its batch, inputs and targets alike.
 *
 * λ x + (1 − λ) x′ with one λ ~ Beta(alpha, alpha) for the batch. The targets become shares of the
 * classes, for a loss that takes such.
 *
 * Shape: inputs [N, ...] → the same; targets int32 [N] → float32 [N, classCount].
 * Source: Zhang et al. 2018, arXiv:1710.09412, section 2.
 *
 * @throws {ArgumentError} if alpha is not from 0.05 to 4, or a target is no class.
 * @throws {DTypeError} if the inputs are not float32.
 * @example
 * const digits = new ProceduralDigits({ length: 10 });
 * const loader = new DataLoader(digits, { batchSize: 10, transform: mixup({ classCount: 10 }) });
 * const [batch] = loader;
 * batch.targets.sum(1); // => [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
 */
export function mixup<S extends Readonly<Record<"inputs" | "targets", unknown>>>(
  options: MixupOptions,
): BatchTransform<S> {
  const { classCount, alpha = 0.2 } = checkOptions("mixup", options, {
    classCount: "number",
    alpha: "number",
  });
  checkNumber(alpha, 0.05, 4, "alpha", "mixup");
  return (batch, random) => {
    const share = betaNumber(alpha, random);
    checkGiven("mixup", "the batch", batch, ["inputs", "targets"]);
    const { inputs, targets }: Readonly<Record<"inputs" | "targets", HostArray>> = batch;
    const partners = Uint32Array.from({ length: inputs.shape[0] ?? 0 }, (_, i) => i);
    random.shuffle(partners);
    return {
      ...batch,
      inputs: mixRows(inputs, partners, share),
      targets: mixRows(classesToOneHot(targets, classCount, "mixup"), partners, share),
    };
  };
}

function mixRows(inputs: HostArray, partners: Uint32Array, share: number): HostArray {
  const { data, shape } = hostArrayOf(inputs, "the inputs", "mixup");
  if (!(data instanceof Float32Array))
    throw new DTypeError("mixup", "needs float32 inputs: received int32.", {
      expected: "float32",
      received: "int32",
    });
  const rowLength = data.length / partners.length;
  const mixed = new Float32Array(data.length);
  partners.forEach((partner, row) => {
    const own = row * rowLength;
    const other = partner * rowLength;
    for (let i = 0; i < rowLength; i++)
      mixed[own + i] = share * data[own + i]! + (1 - share) * data[other + i]!;
  });
  return { data: mixed, shape };
}

/**
 * A number from Beta(alpha, alpha).
 *
 * Source: Jöhnk 1964, "Erzeugung von betaverteilten und gammaverteilten Zufallszahlen": of U^(1/a)
 * and V^(1/a), those pairs that add up to at most 1.
 */
function betaNumber(alpha: number, random: RandomStream): number {
  for (;;) {
    // Half a step off the integers: never 0, which has no logarithm.
    const x = exponential(logarithm((random.nextUint32() + 0.5) / 2 ** 32) / alpha);
    const y = exponential(logarithm((random.nextUint32() + 0.5) / 2 ** 32) / alpha);
    if (x + y <= 1) return x / (x + y);
  }
}
