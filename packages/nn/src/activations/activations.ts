import type { Tensor } from "@dl/tensor";
import { Module } from "../module.ts";

/** max(x, 0). */
export class ReLU extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.relu();
  }
}

/** x where positive, else negativeSlope · x. */
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

/** 1 / (1 + exp(-x)). */
export class Sigmoid extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.sigmoid();
  }
}

export class Tanh extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.tanh();
  }
}

/** x Φ(x), or its tanh approximation. Source: Hendrycks & Gimpel 2016, arXiv:1606.08415. */
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

/** x · sigmoid(x). */
export class SiLU extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.silu();
  }
}

/** log(1 + exp(beta x)) / beta. */
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

/** exp(x) / Σ exp(x) along an axis. */
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

/** log(softmax(x)) along an axis. */
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

/** The inputs themselves. */
export class Identity extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs;
  }
}
