import { checkCount, checkOptions, formatShape, ShapeError, type OptionKinds } from "@dl/backend";
import { Module } from "@dl/nn";
import { concatenate, type Tensor } from "@dl/tensor";

/** Which samples are compared, and what is told of them. */
export interface MinibatchDeviationOptions {
  /** Samples that are compared: the largest number up to this that divides the batch. Default 4. */
  readonly groupSize?: number;
  /** Channels that are added; each tells of as many of the channels given. Default 1. */
  readonly channels?: number;
}

const kinds: OptionKinds<MinibatchDeviationOptions> = { groupSize: "number", channels: "number" };

/** Source: Karras et al. 2018, the authors' code. */
const epsilon = 1e-8;

/**
 * Lets a discriminator see how much samples differ: adds channels with the standard deviation over a
 * group of samples, averaged over channels and places. Where a generator makes the same again and again
 * it is small, and gives that away.
 *
 * The groups are of samples i, i + batch / group, ...
 *
 * Shape: [batch, C, ...] → [batch, C + channels, ...]; also [batch, C].
 * Source: Karras et al. 2018, arXiv:1710.10196, section 3; groups Karras et al. 2020, arXiv:1912.04958.
 * @throws {ShapeError} unless the channels can be parted evenly.
 * @example
 * const layer = new MinibatchDeviation({ groupSize: 2 });
 * await layer.forward(tensor([[1], [5]])).toArray(); // => [[1, 2], [5, 2]]
 */
export class MinibatchDeviation extends Module {
  readonly groupSize: number;
  readonly channels: number;

  constructor(options: MinibatchDeviationOptions = {}) {
    super();
    const op = "minibatchDeviation";
    const { groupSize = 4, channels = 1 } = checkOptions(op, options, kinds);
    checkCount(op, "groupSize", groupSize);
    checkCount(op, "channels", channels);
    this.groupSize = groupSize;
    this.channels = channels;
  }

  forward(inputs: Tensor): Tensor {
    const [batch = 0, channels = 0, ...places] = inputs.shape;
    if (inputs.ndim < 2 || batch === 0 || channels % this.channels !== 0)
      throw new ShapeError(
        "minibatchDeviation",
        `needs samples with channels that ${this.channels} parts evenly: received ${formatShape(inputs.shape)}. Choose another number of channels.`,
        { expected: ["batch", "channels", "..."], received: inputs.shape },
      );
    let group = Math.min(this.groupSize, batch);
    while (batch % group !== 0) group--;
    const groups = batch / group;
    const apart = inputs.reshape([group, groups, this.channels, -1]);
    const deviation = apart.var(0, { correction: 0 }).add(epsilon).sqrt().mean(2); // [groups, channels]
    const ones = places.map(() => 1);
    const told = deviation
      .reshape([1, groups, this.channels, ...ones])
      .expand([group, groups, this.channels, ...places])
      .reshape([batch, this.channels, ...places]);
    return concatenate([inputs, told], 1);
  }
}
