import { noGrad } from "@dl/autograd";
import { checkOptions, type OptionKinds } from "@dl/backend";
import { generatorKind, normal, type Generator, type Tensor } from "@dl/tensor";
import { checkCount } from "../layer-options.ts";
import { Module } from "../module.ts";
import { forwardWith, outputAxis, type WeightedLayer } from "./weight-wrapper.ts";
import { spectralNormNaming, type PytorchNaming } from "../pytorch/names-table.ts";

/** Accuracy of {@link SpectralNorm}. */
export interface SpectralNormOptions {
  /** The axis of the weight's outputs. Default 0; 1 for transposed convolutions. */
  readonly axis?: number;
  /** Power iterations per forward pass in training. Default 1. */
  readonly iterations?: number;
  /** Where the first vectors come from; the default generator unless said. */
  readonly generator?: Generator;
}

const spectralNormKinds: OptionKinds<SpectralNormOptions> = {
  axis: "number",
  iterations: "number",
  generator: generatorKind,
};

/** Power iterations at the start, so that the first forward pass is near already. Source: PyTorch. */
const startingIterations = 15;
/** Least length divided by. Source: PyTorch. */
const epsilon = 1e-12;

/**
 * A layer whose weight is divided by its largest singular value: no direction grows by more than 1.
 *
 * The singular value is u · W v, W the weight as a matrix [out, rest]; u and v follow it by power
 * iteration in training, and stay in evaluation. They count as constants for the gradient.
 *
 * Shape: as the layer; u [out], v [rest].
 * Source: Miyato et al. 2018, arXiv:1802.05957, algorithm 1.
 *
 * @throws {ShapeError} if the weight has fewer than 2 axes.
 * @throws {ArgumentError} unless the iterations are a whole number of at least 1.
 * @example
 * new SpectralNorm(new Linear(784, 128)).forward(zeros([32, 784])).shape; // => [32, 128]
 */
export class SpectralNorm extends Module {
  readonly layer: WeightedLayer;
  readonly u: Tensor;
  readonly v: Tensor;
  readonly iterations: number;
  private readonly axis: number;

  static get pytorchNaming(): PytorchNaming {
    return spectralNormNaming;
  }

  constructor(layer: WeightedLayer, options: SpectralNormOptions = {}) {
    super();
    const {
      axis = 0,
      iterations = 1,
      generator,
    } = checkOptions("spectralNorm", options, spectralNormKinds);
    checkCount("spectralNorm", "iterations", iterations);
    this.axis = outputAxis("spectralNorm", layer, axis);
    this.iterations = iterations;
    this.layer = layer;
    const { dtype, backend } = layer.weight;
    const [out, rest] = this.matrix().shape as readonly [number, number];
    const random = { dtype, backend, ...(generator && { generator }) };
    this.u = unit(normal([out], random));
    this.v = unit(normal([rest], random));
    this.iterate(startingIterations);
  }

  forward(inputs: Tensor): Tensor {
    if (this.isTraining) this.iterate(this.iterations);
    // Not the buffers themselves: another forward pass may change them before backward.
    const [u, v] = [this.u.detach(), this.v.detach()];
    const largest = u.dot(this.matrix().matmul(v));
    return forwardWith(this.layer, this.layer.weight.div(largest), inputs);
  }

  /** The weight as [out, rest]. */
  private matrix(): Tensor {
    const { weight } = this.layer;
    return weight.moveAxis(this.axis, 0).reshape([weight.shape[this.axis]!, -1]);
  }

  private iterate(count: number): void {
    noGrad(() => {
      const matrix = this.matrix();
      for (let i = 0; i < count; i++) {
        this.u.assign(unit(matrix.matmul(this.v)));
        this.v.assign(unit(matrix.transpose(0, 1).matmul(this.u)));
      }
    });
  }
}

function unit(x: Tensor): Tensor {
  return x.div(x.norm().maximum(epsilon));
}
