import {
  exponential,
  internShape,
  logarithm,
  refuseOptions,
  type DType,
  type Shape,
} from "@dl/backend";
import { broadcastTo, where, type Tensor } from "@dl/tensor";
import { Categorical } from "./categorical.ts";
import { Distribution, noClosedForm, type SampleOptions, type Valuelike } from "./distribution.ts";
import { hostSamples, type HostSampler } from "./host-sampling.ts";
import { asGiven, parameterTensors, type Parameterlike, type ProbsOrLogits } from "./parameters.ts";

/** Smallest number of a type that is not rounded to 0: a part that underflowed counts as this. */
const smallest: Partial<Record<DType, number>> = {
  float32: 1.1754943508222875e-38,
  float64: 2.2250738585072014e-308,
};
/** How far the sum of a value may be from 1. */
const sumTolerance = 1e-4;

function relaxedSampler(logitOf: (parameter: number) => number): HostSampler {
  return {
    name: "RelaxedOneHotCategorical",
    prepare: ([temperature, rows]) => [temperature!, rows!.map(logitOf)],
    draw({ random, parameters: [temperature, logits], at, result, to, size }) {
      let largest = -Infinity;
      for (let i = 0; i < size; i++) {
        const gumbel = -logarithm(-logarithm(random.uniform()));
        const score = (logits![at * size + i]! + gumbel) / temperature![at]!;
        result[to + i] = score;
        largest = Math.max(largest, score);
      }
      let sum = 0;
      for (let i = to; i < to + size; i++) sum += result[i] = exponential(result[i]! - largest);
      for (let i = to; i < to + size; i++) result[i]! /= sum;
    },
  };
}
const samplers = {
  logits: /* @__PURE__ */ relaxedSampler((logit) => logit),
  probs: /* @__PURE__ */ relaxedSampler(logarithm),
};

/**
 * Shares of several classes that come close to one class alone as the temperature falls, and that
 * gradients pass through: the Gumbel-softmax or concrete distribution.
 *
 * x = softmax((logits + g) / temperature), g from the standard Gumbel distribution.
 *
 * Shape: temperature a number or broadcast to the batch, probs or logits [...batch, classes]; an event is
 * [classes].
 * Source: Maddison, Mnih & Teh 2017, arXiv:1611.00712, equation 10; Jang, Gu & Poole 2017,
 * arXiv:1611.01144.
 *
 * @throws {ArgumentError | DTypeError | ShapeError} as {@link Categorical}, and for a temperature that does
 * not broadcast to the batch.
 * @example
 * const shares = new RelaxedOneHotCategorical(0.5, { logits: zeros([3]) }).rsample([4]);
 * await shares.sum(-1).toArray(); // => [1, 1, 1, 1]
 */
export class RelaxedOneHotCategorical extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  readonly hasRsample = true;
  /** Above 0; shape [...batch]. */
  readonly temperature: Tensor;
  private readonly categorical: Categorical;

  constructor(temperature: Parameterlike, parameters: ProbsOrLogits) {
    super();
    refuseOptions("RelaxedOneHotCategorical", temperature, "the temperature");
    const categorical = new Categorical(parameters);
    const { name, parameter } = categorical.given;
    const tensors = parameterTensors("RelaxedOneHotCategorical", {
      [name]: parameter,
      temperature,
    });
    this.categorical = categorical;
    this.batchShape = categorical.batchShape;
    this.eventShape = internShape([categorical.classCount]);
    this.temperature = broadcastTo(tensors["temperature"]!, this.batchShape);
  }

  /** Of each class; their sum is 1. Shape: [...batch, classes]. */
  get probs(): Tensor {
    return this.categorical.probs;
  }
  /** ln probs. Shape: [...batch, classes]. */
  get logits(): Tensor {
    return this.categorical.logits;
  }

  /** Without a closed form. @throws {UnsupportedError} always. */
  get mean(): Tensor {
    throw noClosedForm("mean", this);
  }
  /** Without a closed form. @throws {UnsupportedError} always. */
  get mode(): Tensor {
    throw noClosedForm("mode", this);
  }
  /** Without a closed form. @throws {UnsupportedError} always. */
  get variance(): Tensor {
    throw noClosedForm("variance", this);
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { name, parameter } = this.categorical.given;
    return hostSamples(samplers[name], this, [this.temperature, parameter], {
      shape,
      options,
      words: this.categorical.classCount,
      // With t = x (dx - Σ x dx) / temperature: d logits = t, d temperature = -Σ t ln x.
      gradient: (dy, [temperature, given], x) => {
        const slope = dy.sub(dy.mul(x).sum(-1, { keepDims: true })).mul(x);
        const scaled = slope.div(temperature!.unsqueeze(-1));
        const log = x.maximum(smallest[x.dtype]!).log();
        const byLogits = name === "logits" ? scaled : where(given!.equal(0), 0, scaled.div(given!));
        return [scaled.mul(log).sum(-1).neg(), byLogits];
      },
    });
  }

  /**
   * Logarithm of the density over the simplex, in nats; -Infinity for parts below 0 and sums that differ
   * from 1 by more than 1e-4. A part that was rounded to 0 counts as the smallest number of its type.
   *
   * Shape: value [...sample, ...batch, classes] → [...sample, ...batch].
   */
  logProb(value: Valuelike): Tensor {
    const { logits, temperature } = this;
    const { classCount } = this.categorical;
    const x = this.checked("logProb", value, logits);
    const isOutside = x.less(0).any(-1).logicalOr(x.sum(-1).sub(1).abs().greater(sumTolerance));
    const log = x.maximum(smallest[x.dtype]!).log();
    const scores = logits.sub(log.mul(temperature.unsqueeze(-1)));
    let logFactorial = 0; // ln (classes - 1)!
    for (let i = 2; i < classCount; i++) logFactorial += logarithm(i);
    const density = scores
      .sub(log)
      .sum(-1)
      .sub(scores.logsumexp(-1).mul(classCount))
      .add(temperature.log().mul(classCount - 1))
      .add(logFactorial);
    return where(isOutside, -Infinity, density);
  }

  /** Without a closed form. @throws {UnsupportedError} always. */
  entropy(): Tensor {
    throw noClosedForm("entropy", this);
  }

  expand(batchShape: readonly number[]): RelaxedOneHotCategorical {
    const { given } = this.categorical.expand(batchShape);
    return new RelaxedOneHotCategorical(
      this.temperature.expand(batchShape),
      asGiven(given, given.parameter),
    );
  }
}
