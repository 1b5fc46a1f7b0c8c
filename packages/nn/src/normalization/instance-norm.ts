import { checkOptions, extendKinds, formatShape, ShapeError, type OptionKinds } from "@dl/backend";
import { ones, overLength, zeros, type Tensor } from "@dl/tensor";
import { checkCount } from "../layer-options.ts";
import { Module } from "../module.ts";
import type { Parameter } from "../parameter.ts";
import { checkChannels } from "./group-norm.ts";
import { checkMomentum, followBatch } from "./running-statistics.ts";
import {
  checkEpsilon,
  normKinds,
  rootMeanSquare,
  scaledByChannel,
  startingScale,
  withEpsilon,
  type NormOptions,
} from "./standardize.ts";
import { runningStatisticsNaming, type PytorchNaming } from "../pytorch/names-table.ts";

export interface InstanceNormOptions extends NormOptions {
  /** Whether running averages are kept, and used in evaluation. Default false. */
  readonly trackRunningStats?: boolean;
  /** Share of each batch in the running statistics. Default 0.1. */
  readonly momentum?: number;
}

const instanceNormKinds: OptionKinds<InstanceNormOptions> = /* @__PURE__ */ extendKinds(normKinds, {
  trackRunningStats: "boolean",
  momentum: "number",
});

/**
 * Gives every channel of every sample mean 0 and variance 1 over its positions; with `affine: true`
 * then a learnt scale and shift per channel (default false, as in PyTorch).
 *
 * y = (x − mean) / √(variance + epsilon) · weight + bias. The same in training and evaluation, unless
 * `trackRunningStats`: running averages of the samples' means and unbiased variances are then kept,
 * and used in evaluation.
 *
 * Shape: [batch, channels, ...positions] → the same; weight, bias, runningMean and runningVariance
 * [channels].
 * Source: Ulyanov et al. 2016, arXiv:1607.08022, eq. 2.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * new InstanceNorm(16).forward(zeros([8, 16, 28, 28])).shape; // => [8, 16, 28, 28]
 */
export class InstanceNorm extends Module {
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

  constructor(channels: number, options: InstanceNormOptions = {}) {
    super();
    const {
      epsilon = 1e-5,
      affine = false,
      trackRunningStats = false,
      momentum = 0.1,
      ...creation
    } = checkOptions("instanceNorm", options, instanceNormKinds);
    checkCount("instanceNorm", "channels", channels);
    checkEpsilon("instanceNorm", epsilon);
    checkMomentum("instanceNorm", momentum);
    this.channels = channels;
    this.epsilon = epsilon;
    this.momentum = momentum;
    const { weight, bias } = startingScale([channels], affine, creation);
    this.weight = weight;
    this.bias = bias;
    if (trackRunningStats) {
      this.runningMean = zeros([channels], creation);
      this.runningVariance = ones([channels], creation);
    }
  }

  forward(inputs: Tensor): Tensor {
    checkChannels("instanceNorm", inputs, this.channels, 3);
    return scaledByChannel(this.standardized(inputs), this.weight, this.bias);
  }

  private standardized(inputs: Tensor): Tensor {
    const { runningMean, runningVariance } = this;
    const axes = inputs.shape.map((_, axis) => axis).slice(2);
    if (!this.isTraining && runningMean !== undefined && runningVariance !== undefined) {
      const perChannel = [this.channels, ...axes.map(() => 1)];
      const scale = runningVariance.reshape(perChannel).add(this.epsilon).rsqrt();
      return inputs.sub(runningMean.reshape(perChannel)).mul(scale);
    }
    const positions = axes.reduce((product, axis) => product * inputs.shape[axis]!, 1);
    if (positions <= 1)
      throw new ShapeError(
        "instanceNorm",
        `needs more than one position per channel: received ${formatShape(inputs.shape)}. Use a larger input, or layerNorm.`,
        { received: inputs.shape },
      );
    const mean = inputs.mean(axes, { keepDims: true });
    const centred = inputs.sub(mean);
    const deviation = rootMeanSquare(centred, axes);
    if (this.isTraining && runningMean !== undefined && runningVariance !== undefined) {
      const overBatch = (x: Tensor): Tensor => x.detach().mean([0, ...axes]); // [channels]
      const statistics = { runningMean, runningVariance };
      const variance = overBatch(deviation.square());
      followBatch(statistics, overBatch(mean), variance, this.momentum, positions);
    }
    return overLength(centred, withEpsilon(deviation, this.epsilon));
  }
}
