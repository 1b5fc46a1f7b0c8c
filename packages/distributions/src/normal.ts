import { ArgumentError, isFloat, type Shape } from "@dl/backend";
import { checkTensor, normal, store, type Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { broadcastParameters, type Parameterlike } from "./parameters.ts";
import { normalQuantile } from "./special/normal-quantile.ts";

/** ½ ln 2π. */
const halfLogTwoPi = 0.9189385332046727;

/**
 * Normal (Gaussian) distribution of numbers.
 *
 * p(x) = exp(-½ ((x - loc) / scale)²) / (scale √(2π)).
 *
 * Shape: loc, scale broadcast to the batch; an event is a number.
 * @throws {ArgumentError | DTypeError | ShapeError} unless both are numbers or float tensors that broadcast.
 * @example
 * await new Normal(0, 1).logProb(0).item(); // => -0.9189385
 */
export class Normal extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = true;
  /** Mean. */
  readonly loc: Tensor;
  /** Standard deviation, above 0. */
  readonly scale: Tensor;

  constructor(loc: Parameterlike, scale: Parameterlike) {
    super();
    ({
      loc: this.loc,
      scale: this.scale,
      batchShape: this.batchShape,
    } = broadcastParameters("Normal", { loc, scale }));
  }

  /**
   * The most likely one, given samples along the first axis: their mean, and the root of their mean
   * squared deviation (divided by the number of samples, not one less). Integers are taken as float32.
   *
   * Shape: samples [count, ...batch].
   * @throws {ArgumentError} if there are no samples.
   * @example
   * const fitted = Normal.fit(tensor([1, 3]));
   * await fitted.loc.item(); // => 2
   * await fitted.scale.item(); // => 1
   */
  static fit(samples: Tensor): Normal {
    checkTensor("Normal.fit", samples);
    if (!(samples.shape[0]! > 0))
      throw new ArgumentError(
        "Normal.fit",
        `needs samples along the first axis: received ${String(samples)}. Give [count, ...].`,
        { received: samples.shape },
      );
    const values = isFloat(samples.dtype) ? samples : samples.cast("float32");
    return new Normal(values.mean(0), values.std(0, { correction: 0 }));
  }

  get mean(): Tensor {
    return this.loc;
  }
  get mode(): Tensor {
    return this.loc;
  }
  override get std(): Tensor {
    return this.scale;
  }
  get variance(): Tensor {
    return this.scale.square();
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { dtype, backend } = this.loc;
    const noise = normal([...shape, ...this.batchShape], { dtype, backend, ...options });
    return shifted(this.loc, this.scale, noise);
  }

  logProb(value: Valuelike): Tensor {
    const standard = this.checked("logProb", value, this.loc).sub(this.loc).div(this.scale);
    return standard.square().mul(-0.5).sub(this.scale.log()).sub(halfLogTwoPi);
  }

  entropy(): Tensor {
    return this.scale.log().add(0.5 + halfLogTwoPi);
  }

  override cdf(value: Valuelike): Tensor {
    const standard = this.checked("cdf", value, this.loc).sub(this.loc).div(this.scale);
    return standard.mul(Math.SQRT1_2).erf().add(1).mul(0.5);
  }

  override icdf(probability: Valuelike): Tensor {
    const p = this.checked("icdf", probability, this.loc);
    return this.loc.add(normalQuantile(p).mul(this.scale));
  }

  expand(batchShape: readonly number[]): Normal {
    return new Normal(this.loc.expand(batchShape), this.scale.expand(batchShape));
  }
}

/**
 * loc + scale · noise with the same bits on every backend: devices may contract a product and a sum that
 * stand in one program to one rounding, so the product is stored.
 */
export function shifted(loc: Tensor, scale: Tensor, noise: Tensor): Tensor {
  const spread = noise.mul(scale);
  store(spread.value);
  return loc.add(spread);
}
