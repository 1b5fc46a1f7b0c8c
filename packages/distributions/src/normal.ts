import type { Shape } from "@dl/backend";
import { normal, type Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions } from "./distribution.ts";
import { broadcastParameters, type Parameterlike } from "./parameters.ts";

const halfLogTwoPi = 0.9189385332046727; // ½ ln 2π

/**
 * Normal (Gaussian) distribution of numbers.
 *
 * p(x) = exp(-½ ((x - loc) / scale)²) / (scale √(2π)).
 *
 * Shape: loc, scale broadcast to the batch; an event is a number.
 * @throws {ArgumentError | DTypeError | ShapeError} unless both are numbers or float tensors that broadcast.
 * @example
 * await new Normal(0, 1).logProb(tensor(0)).item(); // => -0.9189385
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
    return this.loc.add(noise.mul(this.scale));
  }

  logProb(value: Tensor): Tensor {
    const standard = value.sub(this.loc).div(this.scale);
    return standard.square().mul(-0.5).sub(this.scale.log()).sub(halfLogTwoPi);
  }

  entropy(): Tensor {
    return this.scale.log().add(0.5 + halfLogTwoPi);
  }

  expand(batchShape: readonly number[]): Normal {
    return new Normal(this.loc.expand(batchShape), this.scale.expand(batchShape));
  }
}
