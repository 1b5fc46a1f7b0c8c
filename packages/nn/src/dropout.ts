import { ArgumentError } from "@dl/backend";
import { bernoulli, type Generator, type Tensor } from "@dl/tensor";
import { Module } from "./module.ts";

export interface DropoutOptions {
  /** Where the masks come from; the default generator unless said. */
  readonly generator?: Generator;
}

/**
 * While training, each element is set to 0 with this probability and the rest are multiplied by
 * 1 / (1 − probability), so that the expected value stays. In evaluation the inputs pass unchanged.
 *
 * Source: Srivastava et al. 2014, JMLR 15, in the inverted form.
 *
 * @throws {ArgumentError} unless the probability is between 0 and 1.
 * @example
 * new Dropout(0.5).eval().forward(inputs) === inputs; // => true
 */
export class Dropout extends Module {
  readonly probability: number;
  readonly #generator: Generator | undefined;

  constructor(probability = 0.5, options: DropoutOptions = {}) {
    super();
    if (!(probability >= 0 && probability <= 1))
      throw new ArgumentError(
        "dropout",
        `probability must be between 0 and 1: received ${probability}.`,
        { expected: "[0, 1]", received: probability },
      );
    this.probability = probability;
    this.#generator = options.generator;
  }

  forward(inputs: Tensor): Tensor {
    if (!this.isTraining || this.probability === 0) return inputs;
    const kept = 1 - this.probability;
    const mask = bernoulli(inputs.shape, {
      probability: kept,
      dtype: inputs.dtype,
      backend: inputs.backend,
      ...(this.#generator && { generator: this.#generator }),
    });
    return inputs.mul(mask.mul(kept > 0 ? 1 / kept : 0));
  }
}
