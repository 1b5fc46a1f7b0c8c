import { Module } from "@dl/nn";
import { bernoulli, where, type Generator, type Tensor } from "@dl/tensor";

/**
 * Dropout that is a network's randomness and no regulariser: it goes on in evaluation too, so that one
 * input has many outputs.
 *
 * Source: Isola et al. 2017, arXiv:1611.07004, section 3.2.1.
 */
export class LastingDropout extends Module {
  readonly probability: number;
  private readonly generator: Generator | undefined;

  constructor(probability: number, generator: Generator | undefined) {
    super();
    this.probability = probability;
    this.generator = generator;
  }

  forward(x: Tensor): Tensor {
    const kept = 1 - this.probability;
    const { shape, backend } = x;
    const random = { backend, ...(this.generator && { generator: this.generator }) };
    const mask = bernoulli(shape, { probability: kept, dtype: "bool", ...random });
    return where(mask, x.div(kept), 0);
  }
}
