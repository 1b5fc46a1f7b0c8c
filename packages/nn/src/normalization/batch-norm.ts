import {
  ArgumentError,
  checkOptions,
  extendKinds,
  formatShape,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import {
  creationKinds,
  ones,
  overLength,
  zeros,
  type CreationOptions,
  type Tensor,
} from "@dl/tensor";
import { checkCount } from "../layer-options.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { followBatch } from "./running-statistics.ts";
import { rootMeanSquare, withEpsilon } from "./standardize.ts";
import { runningStatisticsNaming, type PytorchNaming } from "../pytorch/names-table.ts";

/** Constants and parts of {@link BatchNorm}. */
export interface BatchNormOptions extends CreationOptions {
  /** Added to the variance, so that constant channels do not divide by 0. Default 1e-5. */
  readonly epsilon?: number;
  /** Share of each batch in the running statistics. Default 0.1. */
  readonly momentum?: number;
  /** Whether a weight and bias per channel are learnt. Default true. */
  readonly affine?: boolean;
  /** Whether running averages are kept; without them evaluation too uses the batch's. Default true. */
  readonly trackRunningStats?: boolean;
}

const batchNormKinds: OptionKinds<BatchNormOptions> = /* @__PURE__ */ extendKinds(creationKinds, {
  epsilon: "number",
  momentum: "number",
  affine: "boolean",
  trackRunningStats: "boolean",
});

/**
 * Gives every channel mean 0 and variance 1 over the batch, then a learnt scale and shift.
 *
 * y = (x − mean) / √(variance + epsilon) · weight + bias. While training, mean and variance are the
 * batch's, and running averages of them are kept; in evaluation the running averages are used.
 *
 * Shape: [batch, channels, ...] → the same; weight, bias, runningMean, runningVariance [channels].
 * The running variance is the unbiased one, as in PyTorch.
 * Source: Ioffe & Szegedy 2015, arXiv:1502.03167, algorithms 1 and 2.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * new BatchNorm(16).forward(zeros([8, 16, 28, 28])).shape; // => [8, 16, 28, 28]
 */
export class BatchNorm extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly runningMean: Tensor | undefined;
  readonly runningVariance: Tensor | undefined;
  readonly channels: number;
  readonly epsilon: number;
  readonly momentum: number;

  static get pytorchNaming(): PytorchNaming {
    return runningStatisticsNaming;
  }

  constructor(channels: number, options: BatchNormOptions = {}) {
    super();
    const {
      epsilon = 1e-5,
      momentum = 0.1,
      affine = true,
      trackRunningStats = true,
      ...creation
    } = checkOptions("batchNorm", options, batchNormKinds);
    checkCount("batchNorm", "channels", channels);
    if (!(epsilon >= 0 && momentum >= 0 && momentum <= 1))
      throw new ArgumentError(
        "batchNorm",
        `epsilon must be at least 0 and momentum between 0 and 1: received epsilon ${epsilon}, momentum ${momentum}.`,
        { received: { epsilon, momentum } },
      );
    if (affine) {
      this.weight = new Parameter(ones([channels], creation));
      this.bias = new Parameter(zeros([channels], creation));
    }
    if (trackRunningStats) {
      this.runningMean = zeros([channels], creation);
      this.runningVariance = ones([channels], creation);
    }
    this.channels = channels;
    this.epsilon = epsilon;
    this.momentum = momentum;
  }

  forward(inputs: Tensor): Tensor {
    this.check(inputs);
    const perChannel = [this.channels, ...inputs.shape.slice(2).map(() => 1)];
    const spread = (x: Tensor): Tensor => x.reshape(perChannel);
    const standardized =
      this.isTraining || this.runningMean === undefined || this.runningVariance === undefined
        ? this.byBatch(inputs)
        : inputs
            .sub(spread(this.runningMean))
            .mul(spread(this.runningVariance).add(this.epsilon).rsqrt());
    if (this.weight === undefined || this.bias === undefined) return standardized;
    return standardized.mul(spread(this.weight)).add(spread(this.bias));
  }

  private byBatch(inputs: Tensor): Tensor {
    const axes = inputs.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
    const mean = inputs.mean(axes, { keepDims: true });
    const centred = inputs.sub(mean);
    const deviation = rootMeanSquare(centred, axes);
    if (this.isTraining)
      this.follow(mean.detach(), deviation.detach().square(), inputs.elementCount / this.channels);
    return overLength(centred, withEpsilon(deviation, this.epsilon));
  }

  /** Moves the running statistics towards a batch's, `count` numbers per channel. */
  private follow(mean: Tensor, variance: Tensor, count: number): void {
    if (this.runningMean === undefined || this.runningVariance === undefined) return;
    const statistics = { runningMean: this.runningMean, runningVariance: this.runningVariance };
    const shape = [this.channels];
    followBatch(statistics, mean.reshape(shape), variance.reshape(shape), this.momentum, count);
  }

  private check(inputs: Tensor): void {
    if (inputs.ndim < 2 || inputs.shape[1] !== this.channels)
      throw new ShapeError(
        "batchNorm",
        `expects ${this.channels} channels: received ${formatShape(inputs.shape)} (layout [batch, channels, ...]).`,
        { expected: this.channels, received: inputs.shape },
      );
    const usesBatch = this.isTraining || this.runningMean === undefined;
    if (usesBatch && inputs.elementCount <= this.channels)
      throw new ShapeError(
        "batchNorm",
        `needs more than one number per channel ${this.runningMean === undefined ? "without running statistics" : "in training"}: received ${formatShape(inputs.shape)}. Use a larger batch${this.runningMean === undefined ? "" : ", or eval()"}.`,
        { received: inputs.shape },
      );
  }
}
