import {
  ArgumentError,
  checkCount,
  checkOptions,
  extendKinds,
  type OptionKinds,
} from "@dl/backend";
import { Conv2d } from "@dl/conv";
import { Linear, Module, ModuleList, randomOptions, xavierUniform } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { pictureGeneratorKinds, type PictureGeneratorOptions } from "./dcgan-generator.ts";
import { pictureSizes } from "./picture-sizes.ts";
import { normalized, normOf, UpBlock, type GeneratorNorm } from "./sngan-blocks.ts";

/** Sizes of an {@link SnganGenerator}. */
export interface SnganGeneratorOptions extends PictureGeneratorOptions {
  /** So many classes, that batch norms are told; none unless said. */
  readonly classes?: number;
}

const kinds: OptionKinds<SnganGeneratorOptions> = /* @__PURE__ */ extendKinds<
  PictureGeneratorOptions,
  SnganGeneratorOptions
>(pictureGeneratorKinds, { classes: "number" });

/**
 * From latents to pictures of −1 to 1 through residual blocks that double the side, all of the same
 * width; with classes, every batch norm has a scale and shift of each.
 *
 * latent - side², blocks (2 for 28 pixels, 3 for 32, 4 for 64), norm, ReLU, conv, tanh.
 *
 * Shape: latents [batch, latent], classes int32 [batch] → [batch, channels, size, size].
 * Source: Miyato et al. 2018, arXiv:1802.05957, table 4; classes Miyato & Koyama 2018, arXiv:1802.05637.
 * @throws {ArgumentError} for sizes that cannot be.
 * @example
 * const network = new SnganGenerator({ size: 28, width: 4, latent: 8 });
 * network.forward(zeros([2, 8])).shape; // => [2, 1, 28, 28]
 */
export class SnganGenerator extends Module {
  readonly input: Linear;
  readonly blocks: ModuleList<UpBlock>;
  readonly norm: GeneratorNorm;
  readonly output: Conv2d;
  readonly width: number;
  readonly side: number;
  readonly classes: number | undefined;

  constructor(options: SnganGeneratorOptions = {}) {
    super();
    const op = "snganGenerator";
    const { latent = 64, classes } = checkOptions(op, options, kinds);
    checkCount(op, "latent", latent);
    if (classes !== undefined) checkCount(op, "classes", classes);
    const { channels, width, side, halvings } = pictureSizes(op, options);
    const random = randomOptions(options);
    const start = { init: xavierUniform, ...random };
    this.width = width;
    this.side = side;
    this.classes = classes;
    this.input = new Linear(latent, width * side ** 2, start);
    this.blocks = new ModuleList(
      Array.from({ length: halvings }, () => new UpBlock(width, classes, random)),
    );
    this.norm = normOf(width, classes);
    this.output = new Conv2d(width, channels, 3, { padding: 1, ...start });
  }

  forward(latents: Tensor, classes?: Tensor): Tensor {
    if ((this.classes === undefined) !== (classes === undefined))
      throw new ArgumentError(
        "snganGenerator",
        `the network knows ${this.classes ?? "no"} classes: received ${classes === undefined ? "none" : "some"}. Make it with { classes } to tell it some.`,
        { expected: this.classes, received: classes },
      );
    let x = this.input.forward(latents).reshape([-1, this.width, this.side, this.side]);
    for (const block of this.blocks) x = block.forward(x, classes);
    return this.output.forward(normalized(this.norm, x, classes).relu()).tanh();
  }
}
