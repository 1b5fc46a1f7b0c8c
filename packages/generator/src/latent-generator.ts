import { wrongType } from "@dl/backend";
import { Distribution, type SampleOptions } from "@dl/distributions";
import { Module } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { inEvaluation } from "@dl/training";
import type { GenerativeModel } from "./generative-model.ts";
import { checkSampling } from "./sampling.ts";

/** A network from latents to samples, or to distributions of them. */
export interface LatentNetwork extends Module {
  forward(latents: Tensor): Tensor | Distribution;
}

/**
 * Draws of a simple distribution, sent through a network: the second of the three ways to make a
 * generator of a network; the third where the network gives distributions, from which is drawn again.
 *
 * Samples are made in evaluation mode and without gradients, whatever mode the network is in.
 *
 * Shape: latent a distribution of one latent [...latent]; network [count, ...latent] → [count, ...].
 * @throws {ArgumentError} unless there are a network and a distribution.
 * @example
 * const latent = new Independent(new Normal(zeros([2]), 1), 1);
 * const generator = new LatentGenerator(new Linear(2, 3), latent);
 * generator.sample(5).shape; // => [5, 3]
 */
export class LatentGenerator<Network extends LatentNetwork = LatentNetwork>
  extends Module
  implements GenerativeModel
{
  readonly network: Network;
  readonly latent: Distribution;

  constructor(network: Network, latent: Distribution) {
    super();
    if (!(network instanceof Module))
      throw wrongType("latentGenerator", "the network must be a module", network, "Pass one.");
    if (!(latent instanceof Distribution))
      throw wrongType(
        "latentGenerator",
        "the latent must be a distribution",
        latent,
        "Pass e.g. new Independent(new Normal(zeros([2]), 1), 1).",
      );
    this.network = network;
    this.latent = latent;
  }

  forward(latents: Tensor): ReturnType<Network["forward"]> {
    return this.network.forward(latents) as ReturnType<Network["forward"]>;
  }

  sample(count: number, options: SampleOptions = {}): Tensor {
    checkSampling("latentGenerator", count, options);
    return inEvaluation("latentGenerator", { network: this }, () => {
      const made = this.network.forward(this.latent.sample([count], options));
      return made instanceof Distribution ? made.sample([], options) : made;
    });
  }
}
