import type { Shape } from "@dl/backend";
import { PointwiseOp, stack, type Tensor } from "@dl/tensor";
import { Dirichlet } from "./dirichlet.ts";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { broadcastParameters, type Parameterlike } from "./parameters.ts";
import { applyFormula } from "./special/apply-formula.ts";
import { betaEntropyOf, betaLogDensityOf } from "./special/beta-density.ts";

const logDensity = /* @__PURE__ */ new PointwiseOp("betaLogProb", betaLogDensityOf);
const entropyOf = /* @__PURE__ */ new PointwiseOp("betaEntropy", betaEntropyOf);

/**
 * Beta distribution of numbers between 0 and 1: of shares, probabilities, correlations.
 *
 * p(x) = xᵃ⁻¹ (1 - x)ᵇ⁻¹ / B(a, b), a = concentration1, b = concentration0.
 *
 * Shape: the two broadcast to the batch; an event is a number.
 * @throws {ArgumentError | DTypeError | ShapeError} unless both are numbers or float tensors that broadcast.
 * @example
 * await new Beta(2, 2).logProb(tensor(0.5)).exp().item(); // => 1.5
 */
export class Beta extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = true;
  /** Draws values to 1; above 0. */
  readonly concentration1: Tensor;
  /** Draws values to 0; above 0. */
  readonly concentration0: Tensor;

  constructor(concentration1: Parameterlike, concentration0: Parameterlike) {
    super();
    ({
      concentration1: this.concentration1,
      concentration0: this.concentration0,
      batchShape: this.batchShape,
    } = broadcastParameters("Beta", { concentration1, concentration0 }));
  }

  private get total(): Tensor {
    return this.concentration1.add(this.concentration0);
  }

  get mean(): Tensor {
    return this.concentration1.div(this.total);
  }
  /** An end where the density has no top between them; NaN where all numbers are alike. */
  get mode(): Tensor {
    const { concentration1: a, concentration0: b } = this;
    const [up, down] = [a.sub(1).maximum(0), b.sub(1).maximum(0)];
    const isAtEnds = a.less(1).logicalAnd(b.less(1));
    return a
      .greater(b)
      .cast(a.dtype)
      .where(isAtEnds, up.div(up.add(down)));
  }
  get variance(): Tensor {
    const { mean, total } = this;
    return mean.mul(this.concentration0.div(total)).div(total.add(1));
  }

  /** Differentiable once. */
  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const both = stack([this.concentration1, this.concentration0], -1);
    const shares = new Dirichlet(both);
    return shares.rsample(shape, options).select(-1, 0);
  }

  logProb(value: Valuelike): Tensor {
    const x = this.checked("logProb", value, this.concentration1);
    return applyFormula(logDensity, x, this.concentration1, this.concentration0);
  }

  entropy(): Tensor {
    return applyFormula(entropyOf, this.concentration1, this.concentration0);
  }

  expand(batchShape: readonly number[]): Beta {
    return new Beta(this.concentration1.expand(batchShape), this.concentration0.expand(batchShape));
  }
}
