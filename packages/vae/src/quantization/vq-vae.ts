import { checkCount, checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { Conv2d, ConvTranspose2d } from "@dl/conv";
import { Module, randomOptions, ReLU, Sequential, type Layer } from "@dl/nn";
import { randomKinds, type RandomOptions, type Tensor } from "@dl/tensor";
import { ResidualBlock } from "./residual-block.ts";
import { VectorQuantizer, type Quantized } from "./vector-quantizer.ts";

/** Sizes of a {@link VqVae}. */
export interface VqVaeOptions extends RandomOptions {
  /** Channels of a picture. Default 1. */
  readonly channels?: number;
  /** Channels of the hidden layers. Default 128, as in the paper; 32 do for digits. */
  readonly width?: number;
  /** Residual blocks on each side. Default 2. */
  readonly blocks?: number;
  /** Codes in the codebook. Default 512. */
  readonly codes?: number;
  /** Numbers of a code. Default 64. */
  readonly size?: number;
  /** Share of the past kept in the codebook's averages. Default 0.99. */
  readonly decay?: number;
}

const vqVaeKinds: OptionKinds<VqVaeOptions> = /* @__PURE__ */ extendKinds(randomKinds, {
  channels: "number",
  width: "number",
  blocks: "number",
  codes: "number",
  size: "number",
  decay: "number",
});

const halving = { stride: 2, padding: 1 };

/** What a {@link VqVae} makes of pictures: the pictures again, and what its quantiser says. */
export interface VqReconstruction extends Quantized {
  readonly reconstruction: Tensor;
}

/**
 * The vector-quantised autoencoder: a picture becomes a quarter as wide and high a grid of codes.
 *
 * channels - width 4x4 stride 2, ReLU, - width 4x4 stride 2, ReLU, - width 3x3, residual blocks, - size
 * 1x1, codes; - width 3x3, residual blocks, - width 4x4 transposed stride 2, ReLU, - channels 4x4
 * transposed stride 2.
 *
 * Shape: [batch, channels, height, width], sides multiples of 4 → the same; codes a quarter of the sides.
 * Source: van den Oord et al. 2017, arXiv:1711.00937, section 4.1.
 * @throws {ArgumentError} for sizes that are no whole numbers of at least 1.
 * @example
 * const model = new VqVae({ width: 8, codes: 16, size: 4 });
 * const { reconstruction, codes } = model.forward(zeros([2, 1, 28, 28]));
 * [reconstruction.shape, codes.shape]; // => [[2, 1, 28, 28], [2, 7, 7]]
 */
export class VqVae extends Module {
  readonly encoder: Layer;
  readonly quantizer: VectorQuantizer;
  readonly decoder: Layer;

  constructor(options: VqVaeOptions = {}) {
    super();
    const {
      channels = 1,
      width = 128,
      blocks = 2,
      codes = 512,
      size = 64,
      decay = 0.99,
    } = checkOptions("vqVae", options, vqVaeKinds);
    for (const [name, count] of Object.entries({ channels, width, blocks, codes, size }))
      checkCount("vqVae", name, count);
    const random = randomOptions(options);
    const halves = { ...halving, ...random };
    const residuals = (): Layer[] =>
      Array.from({ length: blocks }, () => new ResidualBlock(width, random));
    this.encoder = new Sequential(
      new Conv2d(channels, width, 4, halves),
      new ReLU(),
      new Conv2d(width, width, 4, halves),
      new ReLU(),
      new Conv2d(width, width, 3, { padding: 1, ...random }),
      ...residuals(),
      new ReLU(),
      new Conv2d(width, size, 1, random),
    );
    this.quantizer = new VectorQuantizer(codes, size, { decay, ...random });
    this.decoder = new Sequential(
      new Conv2d(size, width, 3, { padding: 1, ...random }),
      ...residuals(),
      new ReLU(),
      new ConvTranspose2d(width, width, 4, halves),
      new ReLU(),
      new ConvTranspose2d(width, channels, 4, halves),
    );
  }

  forward(x: Tensor): VqReconstruction {
    const quantized = this.quantizer.forward(this.encoder.forward(x));
    return { ...quantized, reconstruction: this.decoder.forward(quantized.quantized) };
  }

  /** The codes of pictures. Shape: [batch, channels, height, width] → [batch, height / 4, width / 4]. */
  encode(x: Tensor): Tensor {
    return this.quantizer.forward(this.encoder.forward(x)).codes;
  }

  /** The pictures of codes. Shape: the other way. */
  decode(codes: Tensor): Tensor {
    return this.decoder.forward(this.quantizer.lookUp(codes));
  }
}
