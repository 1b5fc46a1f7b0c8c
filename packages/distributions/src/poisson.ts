import type { Shape } from "@dl/backend";
import { PointwiseOp, type Tensor } from "@dl/tensor";
import { Distribution, noClosedForm, type SampleOptions, type Valuelike } from "./distribution.ts";
import { hostSamples, type HostSampler } from "./host-sampling.ts";
import { drawPoisson } from "./host/poisson-draw.ts";
import { broadcastParameters, type Parameterlike } from "./parameters.ts";
import { applyFormula } from "./special/apply-formula.ts";
import { poissonLogProbabilityOf } from "./special/gamma-density.ts";

const logProbability = /* @__PURE__ */ new PointwiseOp("poissonLogProb", poissonLogProbabilityOf);

const sampler: HostSampler = {
  name: "Poisson",
  draw({ random, parameters: [rate], at, result, to }) {
    result[to] = drawPoisson(rate![at]!, random);
  },
};

/**
 * Poisson distribution: how many independent events fall into a span.
 *
 * P(k) = rateᵏ exp(-rate) / k! for whole numbers k of at least 0. A rate of 0 always gives 0.
 *
 * Shape: that of the rate; an event is a number.
 * @throws {ArgumentError | DTypeError} unless the rate is a number or a float tensor.
 * @example
 * await new Poisson(2).logProb(tensor([0, 1])).exp().toArray(); // => [0.135335, 0.270671]
 */
export class Poisson extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = false;
  /** Mean, at least 0. */
  readonly rate: Tensor;

  constructor(rate: Parameterlike) {
    super();
    ({ rate: this.rate, batchShape: this.batchShape } = broadcastParameters("Poisson", { rate }));
  }

  get mean(): Tensor {
    return this.rate;
  }
  /** The larger of the two where the rate is a whole number. */
  get mode(): Tensor {
    return this.rate.floor();
  }
  get variance(): Tensor {
    return this.rate;
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    return hostSamples(sampler, this, [this.rate], { shape, options, words: "any" });
  }

  logProb(value: Valuelike): Tensor {
    return applyFormula(logProbability, this.checked("logProb", value, this.rate), this.rate);
  }

  /** Without a closed form. @throws {UnsupportedError} always. */
  entropy(): Tensor {
    throw noClosedForm("entropy", this);
  }

  expand(batchShape: readonly number[]): Poisson {
    return new Poisson(this.rate.expand(batchShape));
  }
}
