import { ArgumentError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { Module } from "../module.ts";

/**
 * x held between two bounds.
 *
 * @throws {ArgumentError} if low is not below high.
 * @example
 * await new Hardtanh().forward(tensor([-3, 0.5])).toArray(); // => [-1, 0.5]
 */
export class Hardtanh extends Module {
  readonly low: number;
  readonly high: number;

  constructor(low = -1, high = 1) {
    super();
    if (!(low < high))
      throw new ArgumentError("hardtanh", `low must be below high: received ${low} and ${high}.`, {
        received: [low, high],
      });
    this.low = low;
    this.high = high;
  }

  forward(inputs: Tensor): Tensor {
    return inputs.hardtanh(this.low, this.high);
  }
}

/**
 * x / 6 + ½, held between 0 and 1.
 *
 * @example
 * await new Hardsigmoid().forward(tensor([-4, 0])).toArray(); // => [0, 0.5]
 */
export class Hardsigmoid extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.hardsigmoid();
  }
}

/**
 * x · hardsigmoid(x).
 *
 * Source: Howard et al. 2019, arXiv:1905.02244, section 5.2.
 *
 * @example
 * await new Hardswish().forward(tensor([-4, 3])).toArray(); // => [0, 3]
 */
export class Hardswish extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.hardswish();
  }
}

/**
 * x, and 0 between −bound and bound.
 *
 * @example
 * await new Hardshrink().forward(tensor([0.25, -1])).toArray(); // => [0, -1]
 */
export class Hardshrink extends Module {
  readonly bound: number;

  constructor(bound = 0.5) {
    super();
    this.bound = checkedBound("hardshrink", bound);
  }

  forward(inputs: Tensor): Tensor {
    return inputs.hardshrink(this.bound);
  }
}

/**
 * x moved towards 0 by the bound, no further than 0.
 *
 * @example
 * await new Softshrink().forward(tensor([0.25, -1])).toArray(); // => [0, -0.5]
 */
export class Softshrink extends Module {
  readonly bound: number;

  constructor(bound = 0.5) {
    super();
    this.bound = checkedBound("softshrink", bound);
  }

  forward(inputs: Tensor): Tensor {
    return inputs.softshrink(this.bound);
  }
}

/** @throws {ArgumentError} unless the bound is at least 0. */
function checkedBound(op: string, bound: number): number {
  if (!(bound >= 0))
    throw new ArgumentError(op, `bound must be at least 0: received ${bound}.`, {
      expected: ">= 0",
      received: bound,
    });
  return bound;
}

/**
 * x − tanh(x).
 *
 * @example
 * await new Tanhshrink().forward(tensor([1])).toArray(); // => [0.238406]
 */
export class Tanhshrink extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.tanhshrink();
  }
}

/**
 * x / (1 + |x|).
 *
 * @example
 * await new Softsign().forward(tensor([-1, 3])).toArray(); // => [-0.5, 0.75]
 */
export class Softsign extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.softsign();
  }
}

/**
 * log sigmoid(x), without overflow.
 *
 * @example
 * await new LogSigmoid().forward(tensor([0])).toArray(); // => [-0.693147]
 */
export class LogSigmoid extends Module {
  forward(inputs: Tensor): Tensor {
    return inputs.logSigmoid();
  }
}

/**
 * softmax(−x) along an axis: the smallest gets the most.
 *
 * @example
 * await new Softmin().forward(tensor([0, 0])).toArray(); // => [0.5, 0.5]
 */
export class Softmin extends Module {
  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  forward(inputs: Tensor): Tensor {
    return inputs.neg().softmax(this.axis);
  }
}
