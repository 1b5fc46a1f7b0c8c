import { ArgumentError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { Module } from "../module.ts";

/**
 * min(max(x, 0), 6).
 *
 * Source: Krizhevsky 2010, "Convolutional deep belief networks on CIFAR-10".
 *
 * @example
 * await new ReLU6().forward(tensor([-1, 7])).toArray(); // => [0, 6]
 */
export class ReLU6 extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.relu6();
  }
}

/**
 * x where positive, else alpha (exp(x) − 1).
 *
 * Source: Clevert et al. 2016, arXiv:1511.07289, eq. 15.
 *
 * @example
 * await new ELU().forward(tensor([-1, 2])).toArray(); // => [-0.632121, 2]
 */
export class ELU extends Module {
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    this.alpha = alpha;
  }

  forward(inputs: Tensor): Tensor {
    return inputs.elu(this.alpha);
  }
}

/**
 * The {@link ELU} with the scale that keeps mean 0 and variance 1; use weights from `leCunNormal`
 * and `AlphaDropout`.
 *
 * Source: Klambauer et al. 2017, arXiv:1706.02515, eq. 2.
 *
 * @example
 * await new SELU().forward(tensor([0, 1])).toArray(); // => [0, 1.050701]
 */
export class SELU extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.selu();
  }
}

/**
 * {@link ELU} with a continuous derivative for every alpha: alpha (exp(x / alpha) − 1) below 0.
 *
 * Source: Barron 2017, arXiv:1704.07483.
 *
 * @throws {ArgumentError} if alpha is 0.
 * @example
 * await new CELU().forward(tensor([-1, 2])).toArray(); // => [-0.632121, 2]
 */
export class CELU extends Module {
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    if (alpha === 0)
      throw new ArgumentError("celu", "alpha must not be 0: received 0. Use a ReLU.", {
        received: alpha,
      });
    this.alpha = alpha;
  }

  forward(inputs: Tensor): Tensor {
    return inputs.celu(this.alpha);
  }
}

/**
 * x · tanh(softplus(x)).
 *
 * Source: Misra 2020, arXiv:1908.08681.
 *
 * @example
 * await new Mish().forward(tensor([0, 1])).toArray(); // => [0, 0.865098]
 */
export class Mish extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.mish();
  }
}

/**
 * x where above the threshold, else the value.
 *
 * @example
 * await new Threshold(1, 0).forward(tensor([0.5, 2])).toArray(); // => [0, 2]
 */
export class Threshold extends Module {
  readonly threshold: number;
  readonly value: number;

  constructor(threshold: number, value: number) {
    super();
    this.threshold = threshold;
    this.value = value;
  }

  forward(inputs: Tensor): Tensor {
    return inputs.threshold(this.threshold, this.value);
  }
}
