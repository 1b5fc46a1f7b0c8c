import { Conv2d } from "@dl/conv";
import { Module, type WeightOptions } from "@dl/nn";
import type { Tensor } from "@dl/tensor";

/**
 * x + conv1x1(ReLU(conv3x3(ReLU(x)))).
 *
 * Shape: [batch, width, ...] → the same.
 * Source: van den Oord et al. 2017, arXiv:1711.00937, section 4.1.
 */
export class ResidualBlock extends Module {
  readonly spatial: Conv2d;
  readonly pointwise: Conv2d;

  constructor(width: number, random: WeightOptions = {}) {
    super();
    this.spatial = new Conv2d(width, width, 3, { padding: 1, ...random });
    this.pointwise = new Conv2d(width, width, 1, random);
  }

  forward(x: Tensor): Tensor {
    return x.add(this.pointwise.forward(this.spatial.forward(x.relu()).relu()));
  }
}
