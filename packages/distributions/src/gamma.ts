import type { Shape } from "@dl/backend";
import { PointwiseOp, type Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { hostSamples } from "./host-sampling.ts";
import { gammaSamplers, gammaSlopes } from "./host/gamma-samplers.ts";
import { slopesAgain } from "./host/slopes-again.ts";
import { broadcastParameters, type Parameterlike } from "./parameters.ts";
import { applyFormula } from "./special/apply-formula.ts";
import { incompleteGamma } from "./special/incomplete-gamma.ts";
import { gammaEntropyOf, gammaLogDensityOf } from "./special/gamma-density.ts";

const logDensity = /* @__PURE__ */ new PointwiseOp("gammaLogProb", gammaLogDensityOf);
const entropyAtRateOne = /* @__PURE__ */ new PointwiseOp("gammaEntropy", gammaEntropyOf);

/**
 * Gamma distribution: waiting time for events that come at a rate, sums of squares, positive scales.
 *
 * p(x) = rateᵃ xᵃ⁻¹ exp(-rate x) / Γ(a), a = concentration, for x of at least 0.
 *
 * Shape: concentration, rate broadcast to the batch; an event is a number.
 * @throws {ArgumentError | DTypeError | ShapeError} unless both are numbers or float tensors that broadcast.
 * @example
 * await new Gamma(2, 1).logProb(tensor(1)).item(); // => -1
 */
export class Gamma extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = true;
  /** Also called shape or α; above 0. */
  readonly concentration: Tensor;
  /** One over the scale; above 0. */
  readonly rate: Tensor;

  constructor(concentration: Parameterlike, rate: Parameterlike) {
    super();
    ({
      concentration: this.concentration,
      rate: this.rate,
      batchShape: this.batchShape,
    } = broadcastParameters("Gamma", { concentration, rate }));
  }

  get mean(): Tensor {
    return this.concentration.div(this.rate);
  }
  get mode(): Tensor {
    return this.concentration.sub(1).maximum(0).div(this.rate);
  }
  get variance(): Tensor {
    return this.concentration.div(this.rate.square());
  }

  /** Differentiable once in the parameters; a second time only in the rate. */
  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const sampler = gammaSamplers[this.rate.dtype as keyof typeof gammaSamplers];
    return hostSamples(sampler, this, [this.concentration, this.rate], {
      shape,
      options,
      words: "any",
      gradient: (dy, inputs, x) => [
        dy.mul(slopesAgain(gammaSlopes, inputs, x)),
        dy.mul(x.div(inputs[1]!)).neg(),
      ],
    });
  }

  logProb(value: Valuelike): Tensor {
    const x = this.checked("logProb", value, this.rate);
    return applyFormula(logDensity, x, this.concentration, this.rate);
  }

  entropy(): Tensor {
    return applyFormula(entropyAtRateOne, this.concentration).sub(this.rate.log());
  }

  /** The regularised incomplete gamma function P(concentration, rate · value); differentiable once. */
  override cdf(value: Valuelike): Tensor {
    const x = this.checked("cdf", value, this.rate);
    return incompleteGamma(this.concentration, x.mul(this.rate));
  }

  expand(batchShape: readonly number[]): Gamma {
    return new Gamma(this.concentration.expand(batchShape), this.rate.expand(batchShape));
  }
}
