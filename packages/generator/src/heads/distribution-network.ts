import { wrongType } from "@dl/backend";
import type { Distribution } from "@dl/distributions";
import { Module, type Layer } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { Head } from "./head.ts";

/**
 * A network whose output is a distribution: the first of the three ways to make a generator of a
 * network. Trained by making `forward(inputs).logProb(targets)` large.
 *
 * p(y | x) with the parameters network(x), read by the head.
 *
 * @throws {ArgumentError} unless the second is a head.
 * @example
 * const head = new DiagonalNormalHead();
 * const network = new DistributionNetwork(new Linear(4, head.outputsFor(2)), head);
 * network.forward(inputs).logProb(zeros([16, 2])).shape; // => [16]
 */
export class DistributionNetwork<D extends Distribution = Distribution> extends Module {
  readonly network: Layer;
  readonly head: Head<D>;

  constructor(network: Layer, head: Head<D>) {
    super();
    for (const [name, part] of Object.entries({ network, head }))
      if (!(part instanceof Module))
        throw wrongType(
          "distributionNetwork",
          `the ${name} must be a module`,
          part,
          "Pass e.g. new Sequential(...) and new DiagonalNormalHead().",
        );
    if (!(head instanceof Head))
      throw wrongType(
        "distributionNetwork",
        "the head must read numbers as a distribution",
        head,
        "Pass e.g. new DiagonalNormalHead().",
      );
    this.network = network;
    this.head = head;
  }

  forward(inputs: Tensor): D {
    return this.head.forward(this.network.forward(inputs));
  }
}
