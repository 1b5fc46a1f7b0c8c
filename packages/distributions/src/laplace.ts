import { logarithm, scalar, withPartials, type Partials, type Shape } from "@dl/backend";
import { PointwiseOp, type Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { hostSamples, type HostSampler } from "./host-sampling.ts";
import { shifted } from "./normal.ts";
import { broadcastParameters, type Parameterlike } from "./parameters.ts";
import { applyFormula } from "./special/apply-formula.ts";

const { abs, div, exp, less, log, mul, neg, select, sub } = scalar;

const cdfPartials: Partials = ([z]) => [mul(0.5, exp(neg(abs(z!))))];
/** From whichever end is nearer, so that small results keep their digits. */
const standardCdf = /* @__PURE__ */ new PointwiseOp("laplaceCdf", (z) => {
  const tail = mul(0.5, exp(neg(abs(z))));
  return withPartials(select(less(z, 0), tail, sub(1, tail)), [z], cdfPartials);
});

const icdfPartials: Partials = ([p]) => [select(less(p!, 0.5), div(1, p!), div(1, sub(1, p!)))];
const standardIcdf = /* @__PURE__ */ new PointwiseOp("laplaceIcdf", (p) =>
  withPartials(
    select(less(p, 0.5), log(mul(2, p)), neg(log(mul(2, sub(1, p))))),
    [p],
    icdfPartials,
  ),
);

const standard: HostSampler = {
  name: "Laplace",
  draw({ random, result, to }) {
    const place = random.uniform();
    result[to] = place < 0.5 ? logarithm(2 * place) : -logarithm(2 * (1 - place));
  },
};

/**
 * Laplace distribution of numbers: exponential to both sides.
 *
 * p(x) = exp(-|x - loc| / scale) / (2 scale).
 *
 * Shape: loc, scale broadcast to the batch; an event is a number.
 * @throws {ArgumentError | DTypeError | ShapeError} unless both are numbers or float tensors that broadcast.
 * @example
 * await new Laplace(0, 1).logProb(0).exp().item(); // => 0.5
 */
export class Laplace extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = true;
  /** Mean, median and mode. */
  readonly loc: Tensor;
  /** Mean distance from there, above 0. */
  readonly scale: Tensor;

  constructor(loc: Parameterlike, scale: Parameterlike) {
    super();
    ({
      loc: this.loc,
      scale: this.scale,
      batchShape: this.batchShape,
    } = broadcastParameters("Laplace", { loc, scale }));
  }

  get mean(): Tensor {
    return this.loc;
  }
  get mode(): Tensor {
    return this.loc;
  }
  get variance(): Tensor {
    return this.scale.square().mul(2);
  }
  override get std(): Tensor {
    return this.scale.mul(Math.SQRT2);
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { loc, scale } = this;
    return shifted(
      loc,
      scale,
      hostSamples(standard, this, [], { like: loc, shape, options, words: 1 }),
    );
  }

  logProb(value: Valuelike): Tensor {
    const distance = this.checked("logProb", value, this.loc).sub(this.loc).abs();
    return distance.div(this.scale).neg().sub(this.scale.log()).sub(Math.LN2);
  }

  entropy(): Tensor {
    return this.scale.log().add(1 + Math.LN2);
  }

  override cdf(value: Valuelike): Tensor {
    const x = this.checked("cdf", value, this.loc);
    return applyFormula(standardCdf, x.sub(this.loc).div(this.scale));
  }

  override icdf(probability: Valuelike): Tensor {
    const p = this.checked("icdf", probability, this.loc);
    return this.loc.add(applyFormula(standardIcdf, p).mul(this.scale));
  }

  expand(batchShape: readonly number[]): Laplace {
    return new Laplace(this.loc.expand(batchShape), this.scale.expand(batchShape));
  }
}
