import { alias, type Tensor } from "@dl/tensor";
import { Module } from "../module.ts";

/**
 * max(x, 0).
 *
 * @example
 * await new ReLU().forward(tensor([-1, 2])).toArray(); // => [0, 2]
 */
export class ReLU extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.relu();
  }
}

/**
 * x where positive, else negativeSlope · x.
 *
 * @example
 * await new LeakyReLU(0.5).forward(tensor([-2, 2])).toArray(); // => [-1, 2]
 */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01) {
    super();
    this.negativeSlope = negativeSlope;
  }

  forward(inputs: Tensor): Tensor {
    return inputs.leakyRelu(this.negativeSlope);
  }
}

/**
 * 1 / (1 + exp(-x)).
 *
 * @example
 * await new Sigmoid().forward(tensor([0, 800])).toArray(); // => [0.5, 1]
 */
export class Sigmoid extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.sigmoid();
  }
}

/**
 * tanh(x).
 *
 * @example
 * await new Tanh().forward(tensor([0, 1])).toArray(); // => [0, 0.761594]
 */
export class Tanh extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.tanh();
  }
}

/**
 * x Φ(x), or its tanh approximation.
 *
 * Source: Hendrycks & Gimpel 2016, arXiv:1606.08415.
 *
 * @example
 * await new GELU().forward(tensor([0, 1])).toArray(); // => [0, 0.841345]
 */
export class GELU extends Module {
  readonly approximate: "none" | "tanh";

  constructor(approximate: "none" | "tanh" = "none") {
    super();
    this.approximate = approximate;
  }

  forward(inputs: Tensor): Tensor {
    return this.approximate === "tanh" ? inputs.geluTanh() : inputs.gelu();
  }
}

/**
 * x · sigmoid(x).
 *
 * @example
 * await new SiLU().forward(tensor([0, 1])).toArray(); // => [0, 0.731059]
 */
export class SiLU extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.silu();
  }
}

/**
 * log(1 + exp(beta x)) / beta.
 *
 * @example
 * await new Softplus().forward(tensor([0, 800])).toArray(); // => [0.693147, 800]
 */
export class Softplus extends Module {
  readonly beta: number;

  constructor(beta = 1) {
    super();
    this.beta = beta;
  }

  forward(inputs: Tensor): Tensor {
    return inputs.softplus(this.beta);
  }
}

/**
 * exp(x) / Σ exp(x) along an axis.
 *
 * @example
 * await new Softmax().forward(tensor([0, 0])).toArray(); // => [0.5, 0.5]
 */
export class Softmax extends Module {
  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  forward(inputs: Tensor): Tensor {
    return inputs.softmax(this.axis);
  }
}

/**
 * log(softmax(x)) along an axis.
 *
 * @example
 * await new LogSoftmax().forward(tensor([0, 0])).toArray(); // => [-0.693147, -0.693147]
 */
export class LogSoftmax extends Module {
  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  forward(inputs: Tensor): Tensor {
    return inputs.logSoftmax(this.axis);
  }
}

/**
 * The inputs themselves.
 *
 * @example
 * await new Identity().forward(tensor([1, 2])).toArray(); // => [1, 2]
 */
export class Identity extends Module {
  forward(inputs: Tensor): Tensor {
    return alias(inputs);
  }
}
