import {
  exponential,
  logarithm,
  scalar,
  withPartials,
  type DType,
  type Partials,
  type Shape,
} from "@dl/backend";
import { PointwiseOp, type Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { hostSamples, type HostSampler } from "./host-sampling.ts";
import {
  logSinhRatio,
  logSinhRatioCurvature,
  logSinhRatioOf,
  logSinhRatioSlope,
  logSinhRatioSlopeOf,
} from "./log-sinh-ratio.ts";
import {
  asGiven,
  type GivenProbabilities,
  logitsOf,
  probsOf,
  type ProbsOrLogits,
  probsOrLogits,
} from "./parameters.ts";
import { applyFormula } from "./special/apply-formula.ts";
import { onSupport } from "./support.ts";

const { add, div, equal, exp, expm1, less, log1p, mul, neg, select, sub } = scalar;

/** How far from 0 and 1 probabilities are kept: there the density is a spike. */
const margin: Partial<Record<DType, number>> = { float32: 2 ** -23, float64: 2 ** -52 };

/** The slopes are those of the inverse function: 1 / p(x), and -(∂F / ∂logit) / p(x). */
const icdfPartials: Partials = ([p, logit], x) => {
  const half = sub(mul(logit!, sub(x, 0.5)), logSinhRatioOf(logit!));
  const moved = add(
    mul(0.5, sub(x, 1)),
    sub(mul(x, logSinhRatioSlopeOf(mul(logit!, x))), logSinhRatioSlopeOf(logit!)),
  );
  const perDensity = exp(neg(half));
  return [perDensity, neg(mul(mul(p!, moved), perDensity))];
};
/** ln(1 + p (e^logit - 1)) / logit, seen from the other end where the logit is above 0. */
const icdfOp = /* @__PURE__ */ new PointwiseOp("continuousBernoulliIcdf", (p, logit) => {
  const isUp = less(0, logit);
  const down = select(isUp, neg(logit), logit);
  const share = select(isUp, sub(1, p), p);
  const place = div(log1p(mul(share, expm1(down))), select(equal(down, 0), 1, down));
  const value = select(isUp, sub(1, place), place);
  return withPartials(select(equal(logit, 0), p, value), [p, logit], icdfPartials);
});

/** In float64 the logarithm below has lost as many digits as the first terms of the series leave out. */
const nearlyEven = 1e-5;

function sampler(logitOf: (parameter: number) => number): HostSampler {
  return {
    name: "ContinuousBernoulli",
    prepare: ([parameter]) => [parameter!.map(logitOf)],
    draw({ random, parameters: [logits], at, result, to }) {
      const logit = logits![at]!;
      // Seen from the end where the density is high, as above.
      const share = logit > 0 ? 1 - random.uniform() : random.uniform();
      const down = -Math.abs(logit);
      const place =
        -down < nearlyEven
          ? share + (down / 2) * share * (1 - share)
          : logarithm(1 + share * (exponential(down) - 1)) / down;
      result[to] = logit > 0 ? 1 - place : place;
    },
  };
}
const samplers = {
  logits: /* @__PURE__ */ sampler((logit) => logit),
  probs: /* @__PURE__ */ sampler((probability) => logarithm(probability / (1 - probability))),
};

/**
 * Numbers from 0 to 1 with a density that rises or falls exponentially: {@link Bernoulli} for grey pixels,
 * with the constant that makes it a density.
 *
 * p(x) = C probsˣ (1 - probs)¹⁻ˣ for 0 ≤ x ≤ 1, with logits = ln(probs / (1 - probs)); give either. It is
 * exp(logits x) beside its integral, computed without a gap at logits of 0. Probabilities of 0 and 1 are
 * moved inwards by the spacing of numbers.
 *
 * Shape: that of the parameter; an event is a number.
 * Source: Loaiza-Ganem & Cunningham 2019, arXiv:1907.06845.
 *
 * @throws {ArgumentError} unless exactly one of probs and logits is given.
 * @throws {DTypeError} unless it is a number or float.
 * @example
 * await new ContinuousBernoulli({ logits: 0 }).logProb(tensor([0.2, 0.7, 1.5])).exp().toArray(); // => [1, 1, 0]
 */
export class ContinuousBernoulli extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = true;
  /** @internal The parameter as it was given, but for the margins. */
  readonly given: GivenProbabilities;

  constructor(parameters: ProbsOrLogits) {
    super();
    const { name, parameter } = probsOrLogits("ContinuousBernoulli", parameters);
    const gap = margin[parameter.dtype]!;
    this.given = {
      name,
      parameter: name === "probs" ? parameter.clamp(gap, 1 - gap) : parameter,
    };
    this.batchShape = parameter.shape;
  }

  /** Not the mean. */
  get probs(): Tensor {
    return probsOf(this.given);
  }
  /** ln(probs / (1 - probs)): how fast the density rises. */
  get logits(): Tensor {
    return logitsOf(this.given);
  }

  get mean(): Tensor {
    return logSinhRatioSlope(this.logits).add(0.5);
  }
  get mode(): Tensor {
    return this.logits.greater(0).cast(this.given.parameter.dtype);
  }
  get variance(): Tensor {
    return logSinhRatioCurvature(this.logits);
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { name, parameter } = this.given;
    return hostSamples(samplers[name], this, [parameter], {
      shape,
      options,
      words: 1,
      // -(∂F / ∂logit) / p(x), of which F / p = x exp(ln(sinh h / h) - h) for h = ½ logit x.
      gradient: (dy, [given], x) => {
        const logit = name === "logits" ? given! : given!.logit();
        const exponent = logit.mul(x);
        const perDensity = logSinhRatio(exponent).sub(exponent.mul(0.5)).exp().mul(x);
        const moved = x
          .sub(1)
          .mul(0.5)
          .add(x.mul(logSinhRatioSlope(exponent)))
          .sub(logSinhRatioSlope(logit));
        const byLogit = dy.mul(perDensity.mul(moved).neg());
        return [name === "logits" ? byLogit : byLogit.div(given!.mul(given!.neg().add(1)))];
      },
    });
  }

  logProb(value: Valuelike): Tensor {
    const x = this.checked("logProb", value, this.given.parameter);
    return onSupport(x, isOutside(x), 0.5, (inside) => this.logDensity(inside));
  }

  private logDensity(x: Tensor): Tensor {
    const { logits } = this;
    return logits.mul(x.sub(0.5)).sub(logSinhRatio(logits));
  }

  entropy(): Tensor {
    const { logits } = this;
    return logSinhRatio(logits).sub(logits.mul(logSinhRatioSlope(logits)));
  }

  override cdf(value: Valuelike): Tensor {
    const { logits } = this;
    const x = this.checked("cdf", value, logits).clamp(0, 1);
    const ratio = logSinhRatio(logits.mul(x)).sub(logSinhRatio(logits));
    return logits.mul(x.sub(1)).mul(0.5).add(ratio).exp().mul(x);
  }

  override icdf(probability: Valuelike): Tensor {
    return applyFormula(
      icdfOp,
      this.checked("icdf", probability, this.given.parameter),
      this.logits,
    );
  }

  expand(batchShape: readonly number[]): ContinuousBernoulli {
    return new ContinuousBernoulli(asGiven(this.given, this.given.parameter.expand(batchShape)));
  }
}

const isOutside = (x: Tensor): Tensor => x.less(0).logicalOr(x.greater(1));
