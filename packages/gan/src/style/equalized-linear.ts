import {
  ArgumentError,
  checkCount,
  checkOptions,
  extendKinds,
  type OptionKinds,
} from "@dl/backend";
import { linear, Module, Parameter } from "@dl/nn";
import { full, normal, randomKinds, type RandomOptions, type Tensor } from "@dl/tensor";

/** How a layer with an equalised learning rate starts, and how fast it learns. */
export interface EqualizedLinearOptions extends RandomOptions {
  /** How fast it learns beside the other layers. Default 1. */
  readonly learningRateMultiplier?: number;
  /** What the bias starts from. Default 0. */
  readonly biasStart?: number;
}

const equalizedLinearKinds: OptionKinds<EqualizedLinearOptions> = /* @__PURE__ */ extendKinds(
  randomKinds,
  { learningRateMultiplier: "number", biasStart: "number" },
);

/**
 * A fully connected layer whose weights all learn equally fast under Adam: they start as normal
 * deviates, and He's constant is multiplied in at each use.
 *
 * y = m / √inFeatures · x Wᵀ + m b with W drawn from N(0, 1) / m, b = biasStart / m, and m the
 * multiplier of the learning rate. The products are scaled instead of the weights, which is the same.
 *
 * Shape: [batch, inFeatures] → [batch, outFeatures].
 * Source: Karras et al. 2018, arXiv:1710.10196, section 4.1.
 *
 * @throws {ArgumentError} unless sizes are whole numbers of at least 1 and the multiplier is above 0.
 * @example
 * const layer = new EqualizedLinear(64, 8, { biasStart: 1 });
 * layer.forward(zeros([2, 64])).mean().item(); // => 1
 */
export class EqualizedLinear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly inFeatures: number;
  readonly learningRateMultiplier: number;

  constructor(inFeatures: number, outFeatures: number, options: EqualizedLinearOptions = {}) {
    super();
    const op = "equalizedLinear";
    const {
      learningRateMultiplier = 1,
      biasStart = 0,
      ...random
    } = checkOptions(op, options, equalizedLinearKinds);
    checkCount(op, "inFeatures", inFeatures);
    checkCount(op, "outFeatures", outFeatures);
    checkMultiplier(op, learningRateMultiplier);
    const { generator: _unused, ...creation } = random;
    this.weight = new Parameter(
      normal([outFeatures, inFeatures], { ...random, std: 1 / learningRateMultiplier }),
    );
    this.bias = new Parameter(full([outFeatures], biasStart / learningRateMultiplier, creation));
    this.inFeatures = inFeatures;
    this.learningRateMultiplier = learningRateMultiplier;
  }

  forward(inputs: Tensor): Tensor {
    const { weight, bias, inFeatures, learningRateMultiplier } = this;
    const products = linear(inputs, weight).mul(learningRateMultiplier / Math.sqrt(inFeatures));
    return products.add(learningRateMultiplier === 1 ? bias : bias.mul(learningRateMultiplier));
  }
}

/** @throws {ArgumentError} unless a multiplier is above 0. */
function checkMultiplier(op: string, multiplier: number): void {
  if (!(multiplier > 0 && Number.isFinite(multiplier)))
    throw new ArgumentError(
      op,
      `learningRateMultiplier must be above 0: received ${multiplier}. A mapping network's is 0.01.`,
      { received: multiplier },
    );
}
