import { noGrad } from "@dl/autograd";
import { checkCount, checkOptions, type OptionKinds } from "@dl/backend";
import { Module } from "@dl/nn";
import {
  creationKinds,
  generatorKind,
  normalLike,
  zeros,
  type CreationOptions,
  type Generator,
  type Tensor,
} from "@dl/tensor";
import { checkNotNegative } from "../check-number.ts";

/** How loud {@link InstanceNoise} begins, and how long it lasts. */
export interface InstanceNoiseOptions extends CreationOptions {
  /** Standard deviation at the beginning. Default 0.1. */
  readonly std?: number;
  /** Updates after which there is none. Default 1000. */
  readonly steps?: number;
  /** Where the noise comes from; the default generator unless said. */
  readonly generator?: Generator;
}

const kinds: OptionKinds<InstanceNoiseOptions> = {
  ...creationKinds,
  std: "number",
  steps: "number",
  generator: generatorKind,
};

/**
 * Noise on real and generated samples alike, that falls to 0 in a straight line: while it lasts, the two
 * overlap, and no discriminator can be quite sure.
 *
 * x + std · max(0, 1 − n / steps) · N(0, 1) in training, x in evaluation; n counts calls of `advance`. It
 * is a module, so that compiled steps follow its level and checkpoints keep it: `augment: (x) =>
 * noise.forward(x), afterDiscriminator: () => noise.advance(), modules: { noise }`.
 *
 * Shape: any → the same.
 * Source: Sønderby et al. 2017, arXiv:1610.04490, section 3.2; Arjovsky & Bottou 2017, arXiv:1701.04862.
 * @throws {ArgumentError} for a level below 0, or fewer than one step.
 * @example
 * const noise = new InstanceNoise({ std: 0.5, steps: 2 });
 * noise.advance();
 * await noise.level().item(); // => 0.25
 */
export class InstanceNoise extends Module {
  readonly std: number;
  readonly steps: number;
  /** Updates so far, a buffer. */
  readonly stepCount: Tensor;
  private readonly random: { readonly generator?: Generator };

  constructor(options: InstanceNoiseOptions = {}) {
    super();
    const op = "instanceNoise";
    const { std = 0.1, steps = 1000, generator, ...creation } = checkOptions(op, options, kinds);
    checkNotNegative(op, "std", std);
    checkCount(op, "steps", steps);
    this.std = std;
    this.steps = steps;
    this.stepCount = zeros([], creation);
    this.random = { ...(generator && { generator }) };
  }

  /** The standard deviation of now. Shape: → scalar. */
  level(): Tensor {
    return noGrad(() => this.stepCount.div(-this.steps).add(1).relu().mul(this.std));
  }

  forward(samples: Tensor): Tensor {
    if (!this.isTraining) return samples;
    return samples.add(normalLike(samples, this.random).mul(this.level()));
  }

  /** Another update is done. */
  advance(): void {
    noGrad(() => this.stepCount.assign(this.stepCount.add(1)));
  }
}
