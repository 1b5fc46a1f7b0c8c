import { Conv2d, ConvTranspose2d } from "@dl/conv";
import { LeakyReLU, Module, ModuleList, randomOptions, ReLU, Sequential, type Layer } from "@dl/nn";
import { concatenate, normal, type Generator, type Tensor } from "@dl/tensor";
import { LastingDropout } from "./lasting-dropout.ts";
import { checkPictures } from "./picture-layers.ts";
import { unetOptions, type UnetGenerator, type UnetGeneratorOptions } from "./unet-options.ts";

const halving = { stride: 2, padding: 1 };

class Unet extends Module implements UnetGenerator {
  readonly down: ModuleList<Layer>;
  readonly up: ModuleList<Layer>;
  readonly inChannels: number;
  readonly noiseChannels: number;
  private readonly generator: Generator | undefined;

  constructor(options: UnetGeneratorOptions) {
    super();
    const { inChannels, outChannels, width, depth, dropout, noiseChannels, norm, init } =
      unetOptions(options);
    this.inChannels = inChannels;
    this.noiseChannels = noiseChannels;
    this.generator = options.generator;
    const start = { ...halving, ...randomOptions(options), init };
    const normed = { ...start, bias: false };
    const channels = Array.from({ length: depth }, (_, i) => width * 2 ** Math.min(i, 3));
    const innermost = depth - 1;

    this.down = new ModuleList(
      channels.map((to, i) => {
        if (i === 0) return new Conv2d(inChannels + noiseChannels, to, 4, start);
        const from = channels[i - 1]!;
        return i === innermost
          ? new Sequential(new LeakyReLU(0.2), new Conv2d(from, to, 4, start))
          : new Sequential(new LeakyReLU(0.2), new Conv2d(from, to, 4, normed), norm(to));
      }),
    );
    // From the innermost to the pictures; each but the first also sees what came by on the way down.
    this.up = new ModuleList(
      channels.toReversed().map((size, i) => {
        const from = i === 0 ? size : 2 * size;
        if (i === innermost)
          return new Sequential(new ReLU(), new ConvTranspose2d(from, outChannels, 4, start));
        const to = channels[innermost - 1 - i]!;
        const layers = [new ReLU(), new ConvTranspose2d(from, to, 4, normed), norm(to)];
        const isInner = i < Math.min(3, depth - 2);
        if (isInner && dropout > 0) layers.push(new LastingDropout(dropout, this.generator));
        return new Sequential(...layers);
      }),
    );
  }

  forward(inputs: Tensor, noise: Tensor | undefined = this.noiseFor(inputs)): Tensor {
    checkPictures("unetGenerator", inputs, this.inChannels, this.down.length);
    let x = noise === undefined ? inputs : concatenate([inputs, noise], 1);
    const seen: Tensor[] = [];
    for (const layer of this.down) seen.push((x = layer.forward(x)));
    for (const layer of this.up) {
      const beside = seen.pop()!;
      x = layer.forward(x === beside ? x : concatenate([x, beside], 1));
    }
    return x.tanh();
  }

  private noiseFor({ shape, backend }: Tensor): Tensor | undefined {
    if (this.noiseChannels === 0) return undefined;
    const { generator } = this;
    return normal(shape.with(1, this.noiseChannels), { backend, ...(generator && { generator }) });
  }
}

/**
 * A network from a picture to one of the same size: halved again and again down to a pixel or two, and
 * back up, each layer told what the one of its size saw on the way down. Two things may make it random,
 * also in evaluation: dropout in the innermost layers on the way up (three, fewer where it is not deep),
 * and channels of noise, which `forward` takes as a second argument or draws.
 *
 * Down to width, 2 width, 4 width, 8 width, 8 width, ... by convolutions 4x4 stride 2, leaky ReLU 0.2
 * between; up the same way by transposed ones, ReLU between; tanh. Normalised but the first, the innermost
 * and the last. The paper's batch normalisation is instance normalisation at its batch of 1.
 *
 * Shape: [batch, inChannels, height, width], sides multiples of 2^depth → [batch, outChannels, height,
 * width] from −1 to 1; noise [batch, noiseChannels, height, width].
 * Source: Isola et al. 2017, arXiv:1611.07004, sections 3.2 and 6.1.1.
 * @throws {ArgumentError} for sizes that cannot be.
 * @example
 * const unet = unetGenerator({ width: 8, depth: 3 });
 * unet.forward(zeros([2, 3, 16, 16])).shape; // => [2, 3, 16, 16]
 */
export function unetGenerator(options: UnetGeneratorOptions = {}): UnetGenerator {
  return new Unet(options);
}
