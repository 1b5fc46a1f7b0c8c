import { ArgumentError, checkOptions, formatShape, ShapeError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { checkCount } from "../layer-options.ts";
import { Module } from "../module.ts";
import type { Parameter } from "../parameter.ts";
import {
  checkEpsilon,
  normKinds,
  scaledByChannel,
  standardize,
  startingScale,
  type NormOptions,
} from "./standardize.ts";

/**
 * Gives every group of channels of every sample mean 0 and variance 1, then a learnt scale and shift
 * per channel (unless `affine: false`).
 *
 * One group is {@link LayerNorm} over all but the batch; as many groups as channels is
 * `InstanceNorm`. The same in training and evaluation.
 *
 * Shape: [batch, channels, ...] → the same; weight and bias [channels].
 * Source: Wu & He 2018, arXiv:1803.08494, eq. 7.
 *
 * @throws {ArgumentError} if the channels do not divide into groups, or epsilon is below 0.
 * @example
 * new GroupNorm(4, 16).forward(zeros([8, 16, 28, 28])).shape; // => [8, 16, 28, 28]
 */
export class GroupNorm extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly groups: number;
  readonly channels: number;
  readonly epsilon: number;

  constructor(groups: number, channels: number, options: NormOptions = {}) {
    super();
    const {
      epsilon = 1e-5,
      affine = true,
      ...creation
    } = checkOptions("groupNorm", options, normKinds);
    checkCount("groupNorm", "groups", groups);
    checkCount("groupNorm", "channels", channels);
    checkEpsilon("groupNorm", epsilon);
    if (channels % groups !== 0)
      throw new ArgumentError(
        "groupNorm",
        `channels must be a multiple of groups: received ${channels} channels, ${groups} groups.`,
        { expected: groups, received: channels },
      );
    this.groups = groups;
    this.channels = channels;
    this.epsilon = epsilon;
    const { weight, bias } = startingScale([channels], affine, creation);
    this.weight = weight;
    this.bias = bias;
  }

  forward(inputs: Tensor): Tensor {
    checkChannels("groupNorm", inputs, this.channels, 2);
    const grouped = inputs.reshape([
      inputs.shape[0]!,
      this.groups,
      this.channels / this.groups,
      ...inputs.shape.slice(2),
    ]);
    const axes = grouped.shape.map((_, axis) => axis).slice(2);
    const standardized = standardize(grouped, axes, this.epsilon).reshape(inputs.shape);
    return scaledByChannel(standardized, this.weight, this.bias);
  }
}

/** @throws {ShapeError} unless axis 1 has this many channels. */
export function checkChannels(
  op: string,
  inputs: Tensor,
  channels: number,
  leastAxes: number,
): void {
  if (inputs.ndim >= leastAxes && inputs.shape[1] === channels) return;
  const layout = leastAxes === 3 ? "[batch, channels, ...positions]" : "[batch, channels, ...]";
  throw new ShapeError(
    op,
    `expects ${channels} channels: received ${formatShape(inputs.shape)} (layout ${layout}).`,
    { expected: channels, received: inputs.shape },
  );
}
