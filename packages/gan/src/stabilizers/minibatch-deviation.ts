import { checkCount, formatShape, ShapeError } from "@dl/backend";
import { Module } from "@dl/nn";
import { concatenate, type Tensor } from "@dl/tensor";

/**
 * Tells a discriminator how much the pictures of a batch differ: added channels have the standard
 * deviation over a group of pictures, in the mean over places and features. A generator whose pictures
 * are all alike gives itself away.
 *
 * Groups are as large as said, or the whole batch where that is smaller; members stand a number of
 * groups apart in the batch. With several added channels each tells of its share of the features.
 *
 * Shape: [batch, features, height, width] → [batch, features + channels, height, width].
 * Source: Karras et al. 2018, arXiv:1710.10196, section 3; groups as in the published code of Karras et
 * al. 2020, arXiv:1912.04958.
 *
 * @throws {ShapeError} unless the group divides the batch, and `channels` the features.
 * @example
 * new MinibatchDeviation(4).forward(zeros([8, 16, 4, 4])).shape; // => [8, 17, 4, 4]
 */
export class MinibatchDeviation extends Module {
  readonly groupSize: number;
  readonly channels: number;

  constructor(groupSize = 4, channels = 1) {
    super();
    checkCount("minibatchDeviation", "groupSize", groupSize);
    checkCount("minibatchDeviation", "channels", channels);
    this.groupSize = groupSize;
    this.channels = channels;
  }

  forward(inputs: Tensor): Tensor {
    const { channels } = this;
    const [batch, features, height, width] = inputs.shape as readonly [
      number,
      number,
      number,
      number,
    ];
    const group = Math.min(this.groupSize, batch);
    if (inputs.ndim !== 4 || batch % group !== 0 || features % channels !== 0)
      throw new ShapeError(
        "minibatchDeviation",
        `needs [batch, features, height, width] with a batch of whole groups of ${group} and features in ${channels} equal parts: received ${formatShape(inputs.shape)}.`,
        { expected: [group, channels], received: inputs.shape },
      );
    const groups = batch / group;
    const parts = inputs.reshape([group, groups, channels, -1, height, width]);
    const centred = parts.sub(parts.mean(0, { keepDims: true }));
    const deviation = centred.square().mean(0).add(1e-8).sqrt().mean([2, 3, 4]); // [groups, channels]
    const spread = deviation
      .reshape([1, groups, channels, 1, 1])
      .expand([group, groups, channels, height, width])
      .reshape([batch, channels, height, width]);
    return concatenate([inputs, spread], 1);
  }
}
