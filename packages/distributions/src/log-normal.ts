import { exponential, normalFromBits, type Shape } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { hostSamples, type HostSampler } from "./host-sampling.ts";
import { Normal } from "./normal.ts";
import type { Parameterlike } from "./parameters.ts";
import { onSupport } from "./support.ts";

const sampler: HostSampler = {
  name: "LogNormal",
  draw({ random, parameters: [loc, scale], at, result, to }) {
    result[to] = exponential(loc![at]! + scale![at]! * normalFromBits(random.word()));
  },
};

/**
 * Numbers above 0 whose logarithm is normally distributed.
 *
 * p(x) = exp(-½ ((ln x - loc) / scale)²) / (x scale √(2π)).
 *
 * Shape: loc, scale broadcast to the batch; an event is a number.
 * @throws {ArgumentError | DTypeError | ShapeError} unless both are numbers or float tensors that broadcast.
 * @example
 * await new LogNormal(0, 1).cdf(1).item(); // => 0.5
 */
export class LogNormal extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = true;
  /** Mean of the logarithm. */
  readonly loc: Tensor;
  /** Standard deviation of the logarithm, above 0. */
  readonly scale: Tensor;
  /** Of the logarithm. */
  readonly base: Normal;

  constructor(loc: Parameterlike, scale: Parameterlike) {
    super();
    this.base = new Normal(loc, scale);
    ({ loc: this.loc, scale: this.scale, batchShape: this.batchShape } = this.base);
  }

  get mean(): Tensor {
    return this.loc.add(this.scale.square().mul(0.5)).exp();
  }
  get mode(): Tensor {
    return this.loc.sub(this.scale.square()).exp();
  }
  get variance(): Tensor {
    const square = this.scale.square();
    return square.expm1().mul(this.loc.mul(2).add(square).exp());
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    return hostSamples(sampler, this, [this.loc, this.scale], {
      shape,
      options,
      words: 1,
      // ∂x / ∂loc = x, ∂x / ∂scale = x (ln x - loc) / scale.
      gradient: (dy, [loc, scale], x) => [
        dy.mul(x),
        dy.mul(x.xlogy(x).sub(x.mul(loc!)).div(scale!)),
      ],
    });
  }

  logProb(value: Valuelike): Tensor {
    const x = this.checked("logProb", value, this.loc);
    return onSupport(x, x.lessEqual(0), 1, (inside) => {
      const log = inside.log();
      return this.base.logProb(log).sub(log);
    });
  }

  entropy(): Tensor {
    return this.base.entropy().add(this.loc);
  }

  override cdf(value: Valuelike): Tensor {
    const x = this.checked("cdf", value, this.loc);
    return onSupport(x, x.lessEqual(0), 1, (inside) => this.base.cdf(inside.log()), 0);
  }

  override icdf(probability: Valuelike): Tensor {
    return this.base.icdf(probability).exp();
  }

  expand(batchShape: readonly number[]): LogNormal {
    return new LogNormal(this.loc.expand(batchShape), this.scale.expand(batchShape));
  }
}
