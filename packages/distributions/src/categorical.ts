import {
  broadcastShapes,
  DTypeError,
  exponential,
  isFloat,
  UnsupportedError,
  type Shape,
} from "@dl/backend";
import { argmax, broadcastTo, gather, tensor, where, type Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";
import { hostSamples, type HostSampler } from "./host-sampling.ts";
import { logProbability } from "./log-probability.ts";
import {
  asGiven,
  classesOf,
  probsOrLogits,
  type GivenProbabilities,
  type ProbsOrLogits,
} from "./parameters.ts";

/** Draws by running sums of weights, which are made of the rows of the parameter. */
function classSampler(weightOf: (parameter: number, largest: number) => number): HostSampler {
  return {
    name: "Categorical",
    prepare([rows], batchCount) {
      const size = rows!.length / batchCount;
      const sums = new Float64Array(rows!.length);
      for (let first = 0; first < sums.length; first += size) {
        const row = rows!.subarray(first, first + size);
        const largest = row.reduce((most, each) => Math.max(most, each));
        let sum = 0;
        row.forEach((parameter, i) => {
          sum += weightOf(parameter, largest);
          sums[first + i] = sum;
        });
      }
      return [sums];
    },
    draw({ random, parameters: [sums], at, batchCount, result, to }) {
      const size = sums!.length / batchCount;
      const [first, last] = [at * size, (at + 1) * size - 1];
      const place = random.uniform() * sums![last]!;
      // The first class whose sum lies above: one without weight adds nothing, and is never it.
      let [low, high] = [first, last];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sums![middle]! > place) high = middle;
        else low = middle + 1;
      }
      result[to] = low - first;
    },
  };
}
const fromProbs = /* @__PURE__ */ classSampler((probability) => probability);
const fromLogits = /* @__PURE__ */ classSampler((logit, largest) => exponential(logit - largest));

/**
 * One of several classes, by its number from 0.
 *
 * p(x) = probs[x] / Σ probs = softmax(logits)[x]; give either. Neither needs to be normalised; the
 * properties `probs` and `logits` are. A probability of 0 and a logit of -Infinity are exact.
 *
 * Shape: probs or logits [...batch, classes]; an event is a number of int32.
 * @throws {ArgumentError} unless exactly one of probs and logits is given.
 * @throws {ShapeError} without an axis of classes.
 * @throws {DTypeError} unless it is float.
 * @example
 * const dice = new Categorical({ probs: tensor([1, 2, 1]) });
 * await dice.logProb(1).exp().item(); // => 0.5
 */
export class Categorical extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = false;
  readonly classCount: number;
  /** @internal The parameter as it was given. */
  readonly given: GivenProbabilities;

  constructor(parameters: ProbsOrLogits) {
    super();
    this.given = probsOrLogits("Categorical", parameters);
    const { name, parameter } = this.given;
    ({ batchShape: this.batchShape, classCount: this.classCount } = classesOf(
      "Categorical",
      name,
      parameter,
    ));
  }

  /** Of each class; their sum is 1. Shape: [...batch, classes]. */
  get probs(): Tensor {
    const { name, parameter } = this.given;
    return name === "logits"
      ? parameter.softmax(-1)
      : parameter.div(parameter.sum(-1, { keepDims: true }));
  }
  /** ln probs. Shape: [...batch, classes]. */
  get logits(): Tensor {
    const { name, parameter } = this.given;
    return name === "logits" ? parameter.logSoftmax(-1) : logProbability(this.probs);
  }

  /** None: numbers of classes are names. @throws {UnsupportedError} always. */
  get mean(): Tensor {
    throw noMoment("mean");
  }
  get mode(): Tensor {
    return argmax(this.given.parameter, -1);
  }
  /** None: numbers of classes are names. @throws {UnsupportedError} always. */
  get variance(): Tensor {
    throw noMoment("variance");
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { name, parameter } = this.given;
    const sampler = name === "probs" ? fromProbs : fromLogits;
    return hostSamples(sampler, this, [parameter], { shape, options, words: 1, dtype: "int32" });
  }

  logProb(value: Valuelike): Tensor {
    const { name, parameter } = this.given;
    const { classes, isClass } = this.classesIn("logProb", value);
    // Probabilities are picked before the logarithm, whose slope at another class's 0 is infinite.
    const picked = pick(parameter, classes);
    const logProb =
      name === "logits"
        ? picked.sub(parameter.logsumexp(-1))
        : picked.log().sub(parameter.sum(-1).log());
    return where(isClass, logProb, -Infinity);
  }

  entropy(): Tensor {
    const { probs, logits } = this;
    return probs
      .mul(logits.maskedFill(probs.equal(0), 0))
      .sum(-1)
      .neg();
  }

  expand(batchShape: readonly number[]): Categorical {
    const expanded = this.given.parameter.expand([...batchShape, this.classCount]);
    return new Categorical(asGiven(this.given, expanded));
  }

  /** The value's numbers moved to classes where they are none, and where they are. */
  private classesIn(op: string, value: Valuelike): { classes: Tensor; isClass: Tensor } {
    const { backend } = this.given.parameter;
    const like = tensor(0, { dtype: "int32", backend });
    if (typeof value !== "number" && isFloat(value.dtype))
      throw new DTypeError(
        op,
        `the value is ${value.dtype}, but classes are int32. Convert with value.cast("int32").`,
        { expected: "int32", received: value.dtype },
      );
    const given = this.checked(op, value, like);
    const classes = given.clamp(0, this.classCount - 1);
    return { classes, isClass: given.equal(classes) };
  }
}

/**
 * The elements of the last axis at the given places.
 *
 * Shape: x [...batch, classes], classes broadcast with the batch to [...] → [...].
 */
function pick(x: Tensor, classes: Tensor): Tensor {
  const shape = broadcastShapes(classes.shape, x.shape.slice(0, -1), "logProb");
  const from = broadcastTo(x, [...shape, x.shape.at(-1)!]);
  return gather(from, -1, broadcastTo(classes, shape).unsqueeze(-1)).squeeze(-1);
}

function noMoment(op: string): UnsupportedError {
  return new UnsupportedError(
    op,
    "Categorical has none, because the numbers of its classes are names. Use probs, or OneHotCategorical.",
    { received: "Categorical" },
  );
}
