import { noGrad } from "@dl/autograd";
import { ArgumentError, checkOptions, exponential, type Shape } from "@dl/backend";
import { Distribution, type SampleOptions } from "@dl/distributions";
import { creationKinds, zeros, type CreationOptions, type Tensor } from "@dl/tensor";
import { checkOutputs, Head } from "./head.ts";
import { normalAround } from "./normal-heads.ts";

/** How an {@link OptimalNormalHead} remembers its deviation. */
export interface OptimalNormalOptions extends CreationOptions {
  /** Share of each batch in the log-variance that evaluation uses. Default 0.1. */
  readonly momentum?: number;
  /** Least log-variance. Default -12: a deviation of 0.0025, below a grey level of 256. */
  readonly leastLogVariance?: number;
}

/**
 * Normals around what the network gives, whose one deviation is always the best for the batch: the
 * root of the mean squared error. Nothing has to be tuned between reconstruction and divergence.
 *
 * σ² = mean (x - outputs)², over the batch and the event. It counts as a constant: at the best σ the
 * bound does not change with σ, so its gradient is 0. In evaluation σ is a moving average of the
 * training's, so that no picture is judged by its own error.
 *
 * Shape: outputs [batch, size, ...] → an event [size, ...].
 * Source: Rybkin et al. 2021, arXiv:2006.13202, section 3.2.
 * @throws {ArgumentError} unless the momentum lies above 0 and at most 1.
 * @example
 * const normal = new OptimalNormalHead().forward(zeros([8, 2]));
 * await normal.logProb(ones([8, 2])).sum().item(); // => -22.703016
 */
export class OptimalNormalHead extends Head {
  readonly momentum: number;
  readonly leastLogVariance: number;
  /** Moving average of the batches'. */
  readonly logVariance: Tensor;

  constructor(options: OptimalNormalOptions = {}) {
    super();
    const {
      momentum = 0.1,
      leastLogVariance = -12,
      ...creation
    } = checkOptions("optimalNormalHead", options, {
      ...creationKinds,
      momentum: "number",
      leastLogVariance: "number",
    });
    if (!(momentum > 0 && momentum <= 1))
      throw new ArgumentError(
        "optimalNormalHead",
        `momentum must be above 0 and at most 1: received ${momentum}.`,
        { expected: "(0, 1]", received: momentum },
      );
    this.momentum = momentum;
    this.leastLogVariance = leastLogVariance;
    this.logVariance = zeros([], creation);
  }

  outputsFor(size: number): number {
    return size;
  }

  forward(outputs: Tensor): Distribution {
    checkOutputs("optimalNormalHead", outputs);
    if (!this.isTraining) return normalAround(outputs, this.logVariance);
    return new OptimalNormal(outputs, (errors) => this.follow(errors));
  }

  /** The best log-variance for these squared errors, remembered. */
  private follow(errors: Tensor): Tensor {
    return noGrad(() => {
      const best = errors.detach().mean().maximum(exponential(this.leastLogVariance)).log();
      const before = this.logVariance.detach();
      this.logVariance.assign(before.add(best.sub(before).mul(this.momentum)));
      return best;
    });
  }
}

/** Normals whose deviation is found when values are judged. */
class OptimalNormal extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  readonly hasRsample = false;
  readonly mean: Tensor;
  private readonly best: (errors: Tensor) => Tensor;

  constructor(mean: Tensor, best: (errors: Tensor) => Tensor) {
    super();
    this.mean = mean;
    this.batchShape = mean.shape.slice(0, 1);
    this.eventShape = mean.shape.slice(1);
    this.best = best;
  }

  get mode(): Tensor {
    return this.mean;
  }
  get variance(): Tensor {
    throw this.unknown("variance");
  }
  entropy(): Tensor {
    throw this.unknown("entropy");
  }
  protected draw(_shape: readonly number[], _options: SampleOptions): Tensor {
    throw this.unknown("sample");
  }
  expand(): Distribution {
    throw this.unknown("expand");
  }

  logProb(value: Tensor): Tensor {
    return normalAround(this.mean, this.best(value.sub(this.mean).square())).logProb(value);
  }

  private unknown(op: string): ArgumentError {
    return new ArgumentError(
      op,
      "an optimal deviation is known only once values were judged: received none in training. Call eval() on the model, and the average of training is used.",
    );
  }
}
