import { Conv2d, ConvTranspose2d } from "@dl/conv";
import { Module, randomOptions, ReLU, Sequential, type Layer, type WeightOptions } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { checkPictures } from "./picture-layers.ts";
import { resnetOptions, type ResnetGeneratorOptions } from "./resnet-options.ts";

/**
 * x + norm(conv3x3(ReLU(norm(conv3x3(x))))), mirrored at the edges: the paper's R.
 *
 * Shape: [batch, channels, height, width] → the same.
 */
class ResidualBlock extends Module {
  readonly layers: Sequential;

  constructor(channels: number, norm: (channels: number) => Layer, start: WeightOptions) {
    super();
    const convolution = (): Conv2d =>
      new Conv2d(channels, channels, 3, { padding: 1, paddingMode: "reflect", ...start });
    this.layers = new Sequential(
      convolution(),
      norm(channels),
      new ReLU(),
      convolution(),
      norm(channels),
    );
  }

  forward(x: Tensor): Tensor {
    return x.add(this.layers.forward(x));
  }
}

class Resnet extends Module {
  readonly layers: Sequential;
  readonly inChannels: number;
  readonly halvings: number;

  constructor(options: ResnetGeneratorOptions) {
    super();
    const { inChannels, outChannels, width, blocks, halvings, kernelSize, norm, init } =
      resnetOptions(options);
    this.inChannels = inChannels;
    this.halvings = halvings;
    const start = { ...randomOptions(options), init };
    const unbiased = { ...start, bias: false };
    const same = { padding: (kernelSize - 1) / 2, paddingMode: "reflect" } as const;
    const half = { stride: 2, padding: 1, ...unbiased };
    const inner = width * 2 ** halvings;
    const down = (from: number): Layer[] => [
      new Conv2d(from, 2 * from, 3, half),
      norm(2 * from),
      new ReLU(),
    ];
    const up = (to: number): Layer[] => [
      new ConvTranspose2d(2 * to, to, 3, { ...half, outputPadding: 1 }),
      norm(to),
      new ReLU(),
    ];
    const widths = Array.from({ length: halvings }, (_, i) => width * 2 ** i);
    this.layers = new Sequential(
      new Conv2d(inChannels, width, kernelSize, { ...same, ...unbiased }),
      norm(width),
      new ReLU(),
      ...widths.flatMap(down),
      ...Array.from({ length: blocks }, () => new ResidualBlock(inner, norm, unbiased)),
      ...widths.toReversed().flatMap(up),
      new Conv2d(width, outChannels, kernelSize, { ...same, ...start }),
    );
  }

  forward(x: Tensor): Tensor {
    checkPictures("resnetGenerator", x, this.inChannels, this.halvings);
    return this.layers.forward(x).tanh();
  }
}

/**
 * A network from a picture to one of the same size: halved twice, changed by residual blocks, brought back.
 *
 * c7s1-64, d128, d256, R256 nine times, u128, u64, c7s1-3 and tanh: c a convolution, d one 3x3 of stride
 * 2, R a residual block, u a transposed convolution 3x3 of stride 2, each normalised and followed by ReLU.
 *
 * Shape: [batch, inChannels, height, width], sides multiples of 2^halvings → [batch, outChannels, height,
 * width] from −1 to 1.
 * Source: Zhu et al. 2017, arXiv:1703.10593, section 7.2; Johnson et al. 2016, arXiv:1603.08155.
 * @throws {ArgumentError} for sizes that are no whole numbers of at least 1.
 * @throws {ShapeError} for pictures that cannot be halved so often.
 * @example
 * const resnet = resnetGenerator({ inChannels: 1, width: 8, blocks: 2, halvings: 1 });
 * resnet.forward(zeros([2, 1, 32, 32])).shape; // => [2, 3, 32, 32]
 */
export function resnetGenerator(options: ResnetGeneratorOptions = {}): Layer {
  return new Resnet(options);
}
