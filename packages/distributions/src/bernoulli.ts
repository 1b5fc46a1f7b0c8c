import {
  exponential,
  internShape,
  scalar,
  withPartials,
  type Partials,
  type Scalar,
  type Shape,
} from "@dl/backend";
import { bernoulli, broadcastTo, PointwiseOp, type Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { hostSamples, type HostSampler } from "./host-sampling.ts";
import { logOtherProbability, logProbability } from "./log-probability.ts";
import {
  asGiven,
  type GivenProbabilities,
  logitsOf,
  probsOf,
  type ProbsOrLogits,
  probsOrLogits,
} from "./parameters.ts";
import { applyFormula } from "./special/apply-formula.ts";

const { abs, add, div, equal, exp, log, log1p, max, mul, neg, select, sub } = scalar;

/** ln(1 + eˣ) of any size of x. */
const softplus = (x: Scalar): Scalar => add(max(x, 0), log1p(exp(neg(abs(x)))));
const sigmoid = (x: Scalar): Scalar => div(1, add(1, exp(neg(x))));

/** Of a function of value and parameter that is known at the values 0 and 1, else impossible. */
const atEither = (value: Scalar, atOne: Scalar, atZero: Scalar, elsewhere: number): Scalar =>
  select(equal(value, 1), atOne, select(equal(value, 0), atZero, elsewhere));

// By the value, the way between the two is a straight line, so that relaxed values have a gradient.
const probsPartials: Partials = ([x, p]) => [
  sub(log(p!), log1p(neg(p!))),
  atEither(x!, div(1, p!), div(-1, sub(1, p!)), 0),
];
const logProbOfProbs = /* @__PURE__ */ new PointwiseOp("bernoulliLogProb", (x, p) =>
  withPartials(atEither(x, log(p), log1p(neg(p)), -Infinity), [x, p], probsPartials),
);

/** -1 at 1 and 1 at 0: both values then share one sigmoid or softplus, which are dear. */
const turned = (x: Scalar): Scalar => sub(1, mul(2, x));
const isEither = (x: Scalar): Scalar => equal(mul(x, x), x);
const logitsPartials: Partials = ([x, logit]) => {
  const sign = turned(x!);
  return [logit!, select(isEither(x!), neg(mul(sign, sigmoid(mul(sign, logit!)))), 0)];
};
const logProbOfLogits = /* @__PURE__ */ new PointwiseOp("bernoulliLogProb", (x, logit) =>
  withPartials(
    select(isEither(x), neg(softplus(mul(turned(x), logit))), -Infinity),
    [x, logit],
    logitsPartials,
  ),
);

const entropyPartials: Partials = ([logit]) => [
  neg(mul(logit!, mul(sigmoid(logit!), sigmoid(neg(logit!))))),
];
/** Of a = |logit|: ln(1 + e⁻ᵃ) + a σ(-a), two terms that do not cancel. */
const entropyOfLogits = /* @__PURE__ */ new PointwiseOp("bernoulliEntropy", (logit) => {
  const size = abs(logit);
  const tail = exp(neg(size));
  const rest = select(equal(tail, 0), 0, div(mul(size, tail), add(1, tail)));
  return withPartials(add(log1p(tail), rest), [logit], entropyPartials);
});

const fromLogits: HostSampler = {
  name: "Bernoulli",
  draw({ random, parameters: [logits], at, result, to }) {
    result[to] = random.uniform() * (1 + exponential(-logits![at]!)) < 1 ? 1 : 0;
  },
};

/**
 * 1 with a probability, else 0: a coin, a binary pixel.
 *
 * p(x) = probsˣ (1 - probs)¹⁻ˣ, with logits = ln(probs / (1 - probs)); give either. Exact for
 * probabilities of 0 and 1 and logits of any size. A grey pixel is no value of it: see
 * {@link ContinuousBernoulli}.
 *
 * Shape: that of the parameter; an event is a number.
 * @throws {ArgumentError} unless exactly one of probs and logits is given.
 * @throws {DTypeError} unless it is a number or float.
 * @example
 * await new Bernoulli({ probs: 0.25 }).logProb(tensor([1, 0, 0.5])).exp().toArray(); // => [0.25, 0.75, 0]
 */
export class Bernoulli extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = false;
  /** @internal The parameter as it was given. */
  readonly given: GivenProbabilities;

  constructor(parameters: ProbsOrLogits) {
    super();
    this.given = probsOrLogits("Bernoulli", parameters);
    this.batchShape = this.given.parameter.shape;
  }

  /** Probability of a 1. */
  get probs(): Tensor {
    return probsOf(this.given);
  }
  /** ln(probs / (1 - probs)). */
  get logits(): Tensor {
    return logitsOf(this.given);
  }

  get mean(): Tensor {
    return this.probs;
  }
  get mode(): Tensor {
    const { name, parameter } = this.given;
    return parameter.greater(name === "probs" ? 0.5 : 0).cast(parameter.dtype);
  }
  get variance(): Tensor {
    const { name, parameter } = this.given;
    const other = name === "probs" ? parameter.neg().add(1) : parameter.neg().sigmoid();
    return this.probs.mul(other);
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { name, parameter } = this.given;
    return name === "probs"
      ? bernoulli(broadcastTo(parameter, internShape([...shape, ...this.batchShape])), options)
      : hostSamples(fromLogits, this, [parameter], { shape, options, words: 1 });
  }

  logProb(value: Valuelike): Tensor {
    const { name, parameter } = this.given;
    const op = name === "probs" ? logProbOfProbs : logProbOfLogits;
    return applyFormula(op, this.checked("logProb", value, parameter), parameter);
  }

  entropy(): Tensor {
    const { name, parameter } = this.given;
    if (name === "logits") return applyFormula(entropyOfLogits, parameter);
    const other = parameter.neg().add(1);
    return parameter.xlogy(parameter).add(other.xlogy(other)).neg();
  }

  /** @internal Of 1 and of 0: probabilities and their logarithms, which pass no gradient where they are -Infinity. */
  get sides(): readonly { readonly probs: Tensor; readonly log: Tensor }[] {
    const { name, parameter } = this.given;
    const other = parameter.neg();
    return name === "logits"
      ? [parameter, other].map((logit) => ({ probs: logit.sigmoid(), log: logit.logSigmoid() }))
      : [
          { probs: parameter, log: logProbability(parameter) },
          { probs: other.add(1), log: logOtherProbability(parameter) },
        ];
  }

  expand(batchShape: readonly number[]): Bernoulli {
    return new Bernoulli(asGiven(this.given, this.given.parameter.expand(batchShape)));
  }
}
