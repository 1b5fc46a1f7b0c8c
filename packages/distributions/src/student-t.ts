import { constantLike, scalar, type Scalar, type Shape } from "@dl/backend";
import { PointwiseOp, where, type Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { hostSamples } from "./host-sampling.ts";
import { studentTSampler, studentTSlopes } from "./host/gamma-samplers.ts";
import { slopesAgain } from "./host/slopes-again.ts";
import { shifted } from "./normal.ts";
import { broadcastParameters, type Parameterlike } from "./parameters.ts";
import { applyFormula } from "./special/apply-formula.ts";
import { digammaDifferenceOf, logBetaOf } from "./special/log-beta.ts";

const { add, div, less, lessEqual, log, log1p, mul, neg, select, sub } = scalar;

/** ½ ln df + ln B(½ df, ½): one over the density at the middle. */
const logNormalizerOf = (df: Scalar): Scalar =>
  add(mul(0.5, log(df)), logBetaOf(mul(df, 0.5), constantLike(0.5, df)));

const logDensity = /* @__PURE__ */ new PointwiseOp("studentTLogProb", (x, df, loc, scale) => {
  const y = div(sub(x, loc), scale);
  const fall = mul(mul(0.5, add(df, 1)), log1p(div(mul(y, y), df)));
  return sub(neg(fall), add(logNormalizerOf(df), log(scale)));
});

/** Of scale 1: ½ (df + 1) (ψ(½ (df + 1)) - ψ(½ df)) and the normaliser. */
const entropyOfStandard = /* @__PURE__ */ new PointwiseOp("studentTEntropy", (df) => {
  const difference = digammaDifferenceOf(mul(df, 0.5), constantLike(0.5, df));
  return sub(logNormalizerOf(df), mul(mul(0.5, add(df, 1)), difference));
});

// One formula, so that no slope comes from a branch that was not taken.
const varianceOf = /* @__PURE__ */ new PointwiseOp("studentTVariance", (df, scale) =>
  select(
    less(2, df),
    mul(mul(scale, scale), div(df, sub(df, 2))),
    select(lessEqual(df, 1), NaN, constantLike(Infinity, df)),
  ),
);

/**
 * Student's t-distribution: a normal whose variance is itself uncertain, with heavy tails.
 *
 * p(x) = (1 + y² / df)^(-½ (df + 1)) / (scale √df B(½ df, ½)), y = (x - loc) / scale.
 *
 * Shape: df, loc, scale broadcast to the batch; an event is a number.
 * @throws {ArgumentError | DTypeError | ShapeError} unless all are numbers or float tensors that broadcast.
 * @example
 * await new StudentT(1).logProb(tensor(0)).item(); // => -1.14473
 */
export class StudentT extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = true;
  /** Degrees of freedom, above 0; the larger, the closer to a normal. */
  readonly df: Tensor;
  /** The middle. */
  readonly loc: Tensor;
  /** Above 0; not the standard deviation. */
  readonly scale: Tensor;

  constructor(df: Parameterlike, loc: Parameterlike = 0, scale: Parameterlike = 1) {
    super();
    ({
      df: this.df,
      loc: this.loc,
      scale: this.scale,
      batchShape: this.batchShape,
    } = broadcastParameters("StudentT", { df, loc, scale }));
  }

  /** NaN up to 1 degree of freedom. */
  get mean(): Tensor {
    return where(this.df.lessEqual(1), NaN, this.loc);
  }
  get mode(): Tensor {
    return this.loc;
  }
  /** Infinity up to 2 degrees of freedom, NaN up to 1. */
  get variance(): Tensor {
    return applyFormula(varianceOf, this.df, this.scale);
  }

  /** Differentiable once in the degrees of freedom. */
  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const standard = hostSamples(studentTSampler, this, [this.df], {
      shape,
      options,
      words: "any",
      gradient: (dy, inputs, x) => [dy.mul(slopesAgain(studentTSlopes, inputs, x))],
    });
    return shifted(this.loc, this.scale, standard);
  }

  logProb(value: Valuelike): Tensor {
    const x = this.checked("logProb", value, this.loc);
    return applyFormula(logDensity, x, this.df, this.loc, this.scale);
  }

  entropy(): Tensor {
    return applyFormula(entropyOfStandard, this.df).add(this.scale.log());
  }

  expand(batchShape: readonly number[]): StudentT {
    const [df, loc, scale] = [this.df, this.loc, this.scale].map((parameter) =>
      parameter.expand(batchShape),
    ) as [Tensor, Tensor, Tensor];
    return new StudentT(df, loc, scale);
  }
}
