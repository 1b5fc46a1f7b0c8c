import { internShape, scalar, vanishingWhere, type Shape } from "@dl/backend";
import { oneHot, PointwiseOp, where, type Tensor } from "@dl/tensor";
import { Categorical } from "./categorical.ts";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { asGiven, type ProbsOrLogits } from "./parameters.ts";
import { applyFormula } from "./special/apply-formula.ts";

const { equal, mul } = scalar;

/** value · ln p, and 0 where the value is 0, also beside -Infinity. */
const term = /* @__PURE__ */ new PointwiseOp("oneHotTerm", (value, log) =>
  vanishingWhere(equal(value, 0), mul(value, log)),
);

/**
 * One of several classes, as a row of zeros with a 1 at its place.
 *
 * p(x) = Σ x probs, with probs and logits as in {@link Categorical}; give either.
 *
 * Shape: probs or logits [...batch, classes]; an event is [classes].
 * @throws {ArgumentError | DTypeError | ShapeError} as {@link Categorical}.
 * @example
 * const dice = new OneHotCategorical({ probs: tensor([1, 2, 1]) });
 * await dice.logProb(tensor([0, 1, 0])).exp().item(); // => 0.5
 */
export class OneHotCategorical extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  /** Can {@link OneHotCategoricalStraightThrough} only. */
  get hasRsample(): boolean {
    return false;
  }
  /** The same by number. */
  readonly categorical: Categorical;

  constructor(parameters: ProbsOrLogits) {
    super();
    this.categorical = new Categorical(parameters);
    this.batchShape = this.categorical.batchShape;
    this.eventShape = internShape([this.categorical.classCount]);
  }

  /** Of each class; their sum is 1. Shape: [...batch, classes]. */
  get probs(): Tensor {
    return this.categorical.probs;
  }
  /** ln probs. Shape: [...batch, classes]. */
  get logits(): Tensor {
    return this.categorical.logits;
  }

  get mean(): Tensor {
    return this.probs;
  }
  get mode(): Tensor {
    const { probs, categorical } = this;
    return oneHot(categorical.mode, categorical.classCount, probs.dtype);
  }
  get variance(): Tensor {
    const { probs } = this;
    return probs.mul(probs.neg().add(1));
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { classCount, probs } = this.categorical;
    return oneHot(this.categorical.sample(shape, options), classCount, probs.dtype);
  }

  logProb(value: Valuelike): Tensor {
    const { logits } = this;
    const x = this.checked("logProb", value, logits);
    const isRow = x.equal(0).logicalOr(x.equal(1)).all(-1).logicalAnd(x.sum(-1).equal(1));
    return where(isRow, applyFormula(term, x, logits).sum(-1), -Infinity);
  }

  entropy(): Tensor {
    return this.categorical.entropy();
  }

  expand(batchShape: readonly number[]): OneHotCategorical {
    const { given } = this.categorical.expand(batchShape);
    return new OneHotCategorical(asGiven(given, given.parameter));
  }
}

/**
 * {@link OneHotCategorical} with samples that gradients pass through as if they were the probabilities:
 * biased, and often good enough.
 *
 * Source: Bengio, Léonard & Courville 2013, arXiv:1308.3432.
 *
 * Shape: probs or logits [...batch, classes]; an event is [classes].
 * @throws {ArgumentError | DTypeError | ShapeError} as {@link Categorical}.
 * @example
 * const logits = zeros([3]).requireGrad();
 * const chosen = new OneHotCategoricalStraightThrough({ logits }).rsample();
 * chosen.mul(tensor([1, 2, 3])).sum().backward();
 * await logits.grad.toArray(); // => [-0.333333, 0, 0.333333]
 */
export class OneHotCategoricalStraightThrough extends OneHotCategorical {
  override get hasRsample(): boolean {
    return true;
  }

  protected override draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { probs } = this;
    // 0, with the slope of the probabilities.
    return super.draw(shape, options).add(probs.sub(probs.detach()));
  }

  override expand(batchShape: readonly number[]): OneHotCategoricalStraightThrough {
    const { given } = this.categorical.expand(batchShape);
    return new OneHotCategoricalStraightThrough(asGiven(given, given.parameter));
  }
}
