import { noGrad } from "@dl/autograd";
import { checkCount, checkOptions } from "@dl/backend";
import { Module } from "@dl/nn";
import { creationKinds, zeros, type CreationOptions, type Tensor } from "@dl/tensor";

/** From where to where a {@link WarmUp} goes. */
export interface WarmUpOptions extends CreationOptions {
  /** Default 0. */
  readonly from?: number;
  /** Default 1. */
  readonly to?: number;
}

/**
 * A weight that rises in a straight line over the first steps and then stays: for `beta`, so that a
 * decoder first learns to use its latents. It is a module, so that a compiled step goes on with it and
 * checkpoints keep it: name it among the modules of a training step.
 *
 * Each call in training is a step; in evaluation the weight stands.
 *
 * Shape: → scalar.
 * Source: Bowman et al. 2016, arXiv:1511.06349, section 3.1; Sønderby et al. 2016, arXiv:1602.02282.
 * @throws {ArgumentError} unless the steps are a whole number of at least 1.
 * @example
 * const beta = new WarmUp(4);
 * const weights = [beta.forward(), beta.forward(), beta.forward()];
 * await stack(weights).toArray(); // => [0, 0.25, 0.5]
 */
export class WarmUp extends Module {
  readonly steps: number;
  readonly first: number;
  readonly last: number;
  /** Steps so far, a buffer. */
  readonly stepCount: Tensor;

  constructor(steps: number, options: WarmUpOptions = {}) {
    super();
    const {
      from = 0,
      to = 1,
      ...creation
    } = checkOptions("warmUp", options, { ...creationKinds, from: "number", to: "number" });
    checkCount("warmUp", "steps", steps);
    this.steps = steps;
    this.first = from;
    this.last = to;
    this.stepCount = zeros([], creation);
  }

  forward(): Tensor {
    return noGrad(() => {
      const before = this.stepCount.detach();
      if (this.isTraining) this.stepCount.assign(before.add(1));
      const share = before.div(this.steps).minimum(1);
      return share.mul(this.last - this.first).add(this.first);
    });
  }
}
