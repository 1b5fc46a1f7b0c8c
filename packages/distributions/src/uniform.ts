import type { Shape } from "@dl/backend";
import { uniform, where, type Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { shifted } from "./normal.ts";
import { broadcastParameters, type Parameterlike } from "./parameters.ts";

/**
 * Numbers spread evenly between two bounds, which belong to it.
 *
 * p(x) = 1 / (high - low) for low ≤ x ≤ high.
 *
 * Shape: low, high broadcast to the batch; an event is a number.
 * @throws {ArgumentError | DTypeError | ShapeError} unless both are numbers or float tensors that broadcast.
 * @example
 * await new Uniform(0, 4).logProb(tensor([-1, 0, 4])).exp().toArray(); // => [0, 0.25, 0.25]
 */
export class Uniform extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = true;
  /** The lower bound. */
  readonly low: Tensor;
  /** The upper bound, above the lower one. */
  readonly high: Tensor;

  constructor(low: Parameterlike, high: Parameterlike) {
    super();
    ({
      low: this.low,
      high: this.high,
      batchShape: this.batchShape,
    } = broadcastParameters("Uniform", { low, high }));
  }

  /** high - low. */
  get width(): Tensor {
    return this.high.sub(this.low);
  }

  get mean(): Tensor {
    return this.low.add(this.width.mul(0.5));
  }
  /** The middle: all values are equally probable. */
  get mode(): Tensor {
    return this.mean;
  }
  get variance(): Tensor {
    return this.width.square().div(12);
  }
  override get std(): Tensor {
    return this.width.div(Math.sqrt(12));
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { dtype, backend } = this.low;
    const places = uniform([...shape, ...this.batchShape], { dtype, backend, ...options });
    // Rounding may lead past the bound.
    return shifted(this.low, this.width, places).minimum(this.high);
  }

  logProb(value: Valuelike): Tensor {
    const x = this.checked("logProb", value, this.low);
    const isOutside = x.less(this.low).logicalOr(x.greater(this.high));
    return where(isOutside, -Infinity, this.width.log().neg());
  }

  entropy(): Tensor {
    return this.width.log();
  }

  override cdf(value: Valuelike): Tensor {
    return this.checked("cdf", value, this.low).sub(this.low).div(this.width).clamp(0, 1);
  }

  override icdf(probability: Valuelike): Tensor {
    return this.low.add(this.checked("icdf", probability, this.low).mul(this.width));
  }

  expand(batchShape: readonly number[]): Uniform {
    return new Uniform(this.low.expand(batchShape), this.high.expand(batchShape));
  }
}
