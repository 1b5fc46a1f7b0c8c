import { ArgumentError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { Module } from "../module.ts";

/** min(max(x, 0), 6). Source: Krizhevsky 2010, "Convolutional deep belief networks on CIFAR-10". */
export class ReLU6 extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.relu6();
  }
}

/**
 * x where positive, else alpha (exp(x) − 1).
 *
 * Source: Clevert et al. 2016, arXiv:1511.07289, eq. 15.
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

/** x · tanh(softplus(x)). Source: Misra 2020, arXiv:1908.08681. */
export class Mish extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.mish();
  }
}

/** x where above the threshold, else the value. */
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
