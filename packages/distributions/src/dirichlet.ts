import {
  scalar,
  ShapeError,
  vanishingWhere,
  withPartials,
  type Partials,
  type Shape,
} from "@dl/backend";
import { PointwiseOp, where, type Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { hostSamples } from "./host-sampling.ts";
import { dirichletSamplers, dirichletSlopes } from "./host/gamma-samplers.ts";
import { slopesAgain } from "./host/slopes-again.ts";
import { parameterTensors } from "./parameters.ts";
import { applyFormula } from "./special/apply-formula.ts";
import { logUnlessLevel } from "./special/gamma-density.ts";
import { digammaDifferenceOf, logBeta } from "./special/log-beta.ts";

const { div, equal, less, log, mul, or, select, sub } = scalar;

const powerPartials: Partials = ([x, c]) => {
  const isPossible = scalar.not(or(less(x!, 0), less(1, x!)));
  return [
    select(isPossible, vanishingWhere(equal(c!, 1), div(sub(c!, 1), x!)), 0),
    select(isPossible, logUnlessLevel(x!, c!), 0),
  ];
};

/** (c - 1) ln x, 0 at c = 1 for every x from 0 to 1. */
const logPower = /* @__PURE__ */ new PointwiseOp("dirichletLogPower", (x, c) => {
  const formula = select(equal(c, 1), 0, mul(sub(c, 1), log(x)));
  const isImpossible = or(less(x, 0), less(1, x));
  return withPartials(select(isImpossible, -Infinity, formula), [x, c], powerPartials);
});

const digammaDifference = /* @__PURE__ */ new PointwiseOp("digammaDifference", digammaDifferenceOf);

/**
 * Dirichlet distribution of shares that sum to 1: of probabilities of classes, weights of a mixture.
 *
 * p(x) = Γ(Σ c) Π xᵢ^(cᵢ - 1) / Γ(cᵢ), c = concentration. That a value sums to 1 is not checked.
 *
 * Shape: concentration [...batch, classes]; an event is [classes].
 * @throws {ArgumentError | DTypeError} unless the concentration is a float tensor.
 * @throws {ShapeError} without an axis of classes.
 * @example
 * await new Dirichlet(tensor([1, 1, 1])).logProb(tensor([0.2, 0.3, 0.5])).exp().item(); // => 2
 */
export class Dirichlet extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  readonly hasRsample = true;
  /** Above 0. */
  readonly concentration: Tensor;

  constructor(concentration: Tensor) {
    super();
    ({ concentration: this.concentration } = parameterTensors("Dirichlet", { concentration }));
    const { shape } = this.concentration;
    if (shape.length === 0 || shape.at(-1) === 0)
      throw new ShapeError(
        "Dirichlet",
        `concentration needs a last axis of at least one class: received [${shape.join(", ")}]. Give [...batch, classes].`,
        { received: shape },
      );
    this.batchShape = shape.slice(0, -1);
    this.eventShape = shape.slice(-1);
  }

  private get total(): Tensor {
    return this.concentration.sum(-1, { keepDims: true });
  }

  get mean(): Tensor {
    return this.concentration.div(this.total);
  }
  /** A corner where all concentrations are below 1; NaN where all shares are alike. */
  get mode(): Tensor {
    const { concentration } = this;
    const top = concentration.sub(1).maximum(0);
    const between = top.div(top.sum(-1, { keepDims: true }));
    const isAtCorner = concentration.less(1).all(-1, { keepDims: true });
    const corner = concentration.argmax(-1).oneHot(this.eventShape[0]!).cast(concentration.dtype);
    return where(isAtCorner, corner, between);
  }
  get variance(): Tensor {
    const { mean, total } = this;
    return mean.mul(total.sub(this.concentration).div(total)).div(total.add(1));
  }

  /** Differentiable once. */
  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { concentration } = this;
    const sampler = dirichletSamplers[concentration.dtype as keyof typeof dirichletSamplers];
    return hostSamples(sampler, this, [concentration], {
      shape,
      options,
      words: "any",
      // ∂xᵢ / ∂cⱼ = xᵢ (δᵢⱼ - xⱼ) d ln gⱼ / dcⱼ.
      gradient: (dy, inputs, x) => {
        const weighted = dy.mul(x);
        const own = weighted.sub(x.mul(weighted.sum(-1, { keepDims: true })));
        return [own.mul(slopesAgain(dirichletSlopes, inputs, x))];
      },
    });
  }

  /** ln of Π Γ(cᵢ) / Γ(Σ c) = Π B(c₁ + ... + cᵢ, cᵢ₊₁), which large concentrations do no harm. */
  logNormalizer(): Tensor {
    const { concentration } = this;
    const others = this.eventShape[0]! - 1;
    const before = concentration.narrow(-1, 0, others).cumsum(-1);
    return logBeta(before, concentration.narrow(-1, 1, others)).sum(-1);
  }

  logProb(value: Valuelike): Tensor {
    const x = this.checked("logProb", value, this.concentration);
    return applyFormula(logPower, x, this.concentration).sum(-1).sub(this.logNormalizer());
  }

  entropy(): Tensor {
    const { concentration } = this;
    const slopes = applyFormula(digammaDifference, concentration, this.total.sub(concentration));
    return this.logNormalizer().sub(concentration.sub(1).mul(slopes).sum(-1));
  }

  expand(batchShape: readonly number[]): Dirichlet {
    return new Dirichlet(this.concentration.expand([...batchShape, ...this.eventShape]));
  }
}
