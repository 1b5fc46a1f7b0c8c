import {
  checkCount,
  checkOptions,
  extendKinds,
  formatShape,
  refuseOptions,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { Module } from "@dl/nn";
import { checkTensor, randomKinds, type RandomOptions, type Tensor } from "@dl/tensor";
import { EqualizedLinear } from "./equalized-linear.ts";
import { leaky } from "./leaky.ts";

/** How deep a mapping network is, and how fast it learns. */
export interface MappingNetworkOptions extends RandomOptions {
  /** Default 8. */
  readonly layers?: number;
  /** Numbers in a style, and in all layers between. Default 512. */
  readonly width?: number;
  /** How fast it learns beside the other networks. Default 0.01. */
  readonly learningRateMultiplier?: number;
}

const mappingKinds: OptionKinds<MappingNetworkOptions> = /* @__PURE__ */ extendKinds(randomKinds, {
  layers: "number",
  width: "number",
  learningRateMultiplier: "number",
});

/**
 * From a latent to a style: fully connected layers that unfold the normal distribution into one whose
 * directions may stand for single traits.
 *
 * w = f(z / √mean z²), each layer √2 · leakyRelu(x Wᵀ + b) with an equalised learning rate.
 *
 * Shape: latents [batch, latent] → styles [batch, width].
 * Source: Karras et al. 2019, arXiv:1812.04948, figure 1b and appendix C.
 *
 * @throws {ArgumentError} unless sizes are whole numbers of at least 1.
 * @throws {ShapeError} for latents of another size.
 * @example
 * new MappingNetwork(16, { layers: 4, width: 64 }).forward(ones([2, 16])).shape; // => [2, 64]
 */
export class MappingNetwork extends Module {
  readonly layers: readonly EqualizedLinear[];

  constructor(latent: number, options: MappingNetworkOptions = {}) {
    super();
    const op = "mappingNetwork";
    const {
      layers = 8,
      width = 512,
      learningRateMultiplier = 0.01,
      ...random
    } = checkOptions(op, options, mappingKinds);
    checkCount(op, "latent", latent);
    checkCount(op, "layers", layers);
    checkCount(op, "width", width);
    this.layers = Array.from(
      { length: layers },
      (_, i) =>
        new EqualizedLinear(i === 0 ? latent : width, width, { learningRateMultiplier, ...random }),
    );
  }

  forward(latents: Tensor): Tensor {
    checkLatents("mappingNetwork", latents, this.layers[0]!.inFeatures);
    const length = latents.square().mean(1, { keepDims: true }).add(1e-8).rsqrt();
    return this.layers.reduce((x, layer) => leaky(layer.forward(x)), latents.mul(length));
  }
}

/** @throws {ShapeError} unless there are latents of this size. */
export function checkLatents(op: string, latents: Tensor, size: number): void {
  refuseOptions(op, latents, "the latents");
  checkTensor(op, latents);
  if (latents.ndim !== 2 || latents.shape[1] !== size)
    throw new ShapeError(
      op,
      `latents must be [batch, ${size}]: received ${formatShape(latents.shape)}.`,
      { expected: ["batch", size], received: latents.shape },
    );
}
