import { logarithm, type Shape } from "@dl/backend";
import { zerosLike, type Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { hostSamples, type HostSampler } from "./host-sampling.ts";
import { broadcastParameters, type Parameterlike } from "./parameters.ts";
import { onSupport } from "./support.ts";

const sampler: HostSampler = {
  name: "Exponential",
  draw({ random, parameters: [rate], at, result, to }) {
    result[to] = -logarithm(random.uniform()) / rate![at]!;
  },
};

/**
 * Waiting times for what happens at a constant rate.
 *
 * p(x) = rate exp(-rate x) for x ≥ 0.
 *
 * Shape: that of rate; an event is a number.
 * @throws {ArgumentError | DTypeError} unless rate is a number or a float tensor.
 * @example
 * await new Exponential(2).mean.item(); // => 0.5
 */
export class Exponential extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = true;
  /** 1 / mean, above 0. */
  readonly rate: Tensor;

  constructor(rate: Parameterlike) {
    super();
    ({ rate: this.rate, batchShape: this.batchShape } = broadcastParameters("Exponential", {
      rate,
    }));
  }

  get mean(): Tensor {
    return this.rate.reciprocal();
  }
  get mode(): Tensor {
    return zerosLike(this.rate);
  }
  override get std(): Tensor {
    return this.mean;
  }
  get variance(): Tensor {
    return this.mean.square();
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    return hostSamples(sampler, this, [this.rate], {
      shape,
      options,
      words: 1,
      gradient: (dy, [rate], x) => [dy.mul(x).div(rate!).neg()],
    });
  }

  logProb(value: Valuelike): Tensor {
    const x = this.checked("logProb", value, this.rate);
    return onSupport(x, x.less(0), 0, (inside) => this.rate.log().sub(inside.mul(this.rate)));
  }

  entropy(): Tensor {
    return this.rate.log().neg().add(1);
  }

  override cdf(value: Valuelike): Tensor {
    const x = this.checked("cdf", value, this.rate);
    return onSupport(x, x.less(0), 0, (inside) => inside.mul(this.rate).neg().expm1().neg(), 0);
  }

  override icdf(probability: Valuelike): Tensor {
    return this.checked("icdf", probability, this.rate).neg().log1p().neg().div(this.rate);
  }

  expand(batchShape: readonly number[]): Exponential {
    return new Exponential(this.rate.expand(batchShape));
  }
}
