import { checkOptions, refuseOptions } from "@dl/backend";
import { Module } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  globalAvgPool2d,
  type OutputSize,
} from "./adaptive-pooling.ts";
import { lpPool2d, lpPool2dKinds, type LpPool2dOptions } from "./lp-pool2d.ts";
import { maxUnpool2d, maxUnpool2dKinds, type MaxUnpool2dOptions } from "./max-unpool2d.ts";
import { avgPool2d, maxPool2d } from "./pooling.ts";
import {
  avgPool1d,
  avgPool1dKinds,
  maxPool1d,
  maxPool1dKinds,
  type AvgPool1dOptions,
  type MaxPool1dOptions,
} from "./pooling1d.ts";
import {
  avgPool2dKinds,
  maxPool2dKinds,
  type AvgPool2dOptions,
  type MaxPool2dOptions,
} from "./pooling-window.ts";
import type { Pair } from "./window.ts";

/**
 * {@link maxPool1d} as a layer.
 *
 * @example
 * new MaxPool1d(2).forward(zeros([8, 4, 10])).shape; // => [8, 4, 5]
 */
export class MaxPool1d extends Module {
  readonly kernelSize: number;
  readonly options: MaxPool1dOptions;

  constructor(kernelSize: number, options: MaxPool1dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    refuseOptions("maxPool1d", kernelSize, "kernelSize");
    this.options = checkOptions("maxPool1d", options, maxPool1dKinds);
  }

  forward(inputs: Tensor): Tensor {
    return maxPool1d(inputs, this.kernelSize, this.options);
  }
}

/**
 * {@link avgPool1d} as a layer.
 *
 * @example
 * new AvgPool1d(2).forward(zeros([8, 4, 10])).shape; // => [8, 4, 5]
 */
export class AvgPool1d extends Module {
  readonly kernelSize: number;
  readonly options: AvgPool1dOptions;

  constructor(kernelSize: number, options: AvgPool1dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    refuseOptions("avgPool1d", kernelSize, "kernelSize");
    this.options = checkOptions("avgPool1d", options, avgPool1dKinds);
  }

  forward(inputs: Tensor): Tensor {
    return avgPool1d(inputs, this.kernelSize, this.options);
  }
}

/**
 * {@link maxPool2d} as a layer.
 *
 * @example
 * new MaxPool2d(2).forward(zeros([8, 16, 28, 28])).shape; // => [8, 16, 14, 14]
 */
export class MaxPool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: MaxPool2dOptions;

  constructor(kernelSize: Pair, options: MaxPool2dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    refuseOptions("maxPool2d", kernelSize, "kernelSize");
    this.options = checkOptions("maxPool2d", options, maxPool2dKinds);
  }

  forward(inputs: Tensor): Tensor {
    return maxPool2d(inputs, this.kernelSize, this.options);
  }
}

/**
 * {@link avgPool2d} as a layer.
 *
 * @example
 * new AvgPool2d(2).forward(zeros([8, 16, 28, 28])).shape; // => [8, 16, 14, 14]
 */
export class AvgPool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: AvgPool2dOptions;

  constructor(kernelSize: Pair, options: AvgPool2dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    refuseOptions("avgPool2d", kernelSize, "kernelSize");
    this.options = checkOptions("avgPool2d", options, avgPool2dKinds);
  }

  forward(inputs: Tensor): Tensor {
    return avgPool2d(inputs, this.kernelSize, this.options);
  }
}

/**
 * {@link lpPool2d} as a layer.
 *
 * @example
 * new LpPool2d(2, 3, { stride: 2 }).forward(ones([8, 16, 7, 7])).shape; // => [8, 16, 3, 3]
 */
export class LpPool2d extends Module {
  readonly p: number;
  readonly kernelSize: Pair;
  readonly options: LpPool2dOptions;

  constructor(p: number, kernelSize: Pair, options: LpPool2dOptions = {}) {
    super();
    this.p = p;
    this.kernelSize = kernelSize;
    refuseOptions("lpPool2d", kernelSize, "kernelSize");
    this.options = checkOptions("lpPool2d", options, lpPool2dKinds);
  }

  forward(inputs: Tensor): Tensor {
    return lpPool2d(inputs, this.p, this.kernelSize, this.options);
  }
}

/**
 * {@link adaptiveAvgPool2d} as a layer.
 *
 * @example
 * new AdaptiveAvgPool2d(6).forward(zeros([8, 64, 13, 9])).shape; // => [8, 64, 6, 6]
 */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: OutputSize;

  constructor(outputSize: OutputSize) {
    super();
    this.outputSize = outputSize;
  }

  forward(inputs: Tensor): Tensor {
    return adaptiveAvgPool2d(inputs, this.outputSize);
  }
}

/**
 * {@link adaptiveMaxPool2d} as a layer.
 *
 * @example
 * new AdaptiveMaxPool2d([6, null]).forward(zeros([8, 64, 13, 9])).shape; // => [8, 64, 6, 9]
 */
export class AdaptiveMaxPool2d extends Module {
  readonly outputSize: OutputSize;

  constructor(outputSize: OutputSize) {
    super();
    this.outputSize = outputSize;
  }

  forward(inputs: Tensor): Tensor {
    return adaptiveMaxPool2d(inputs, this.outputSize);
  }
}

/**
 * {@link globalAvgPool2d} as a layer.
 *
 * @example
 * new GlobalAvgPool2d().forward(zeros([8, 64, 7, 7])).shape; // => [8, 64, 1, 1]
 */
export class GlobalAvgPool2d extends Module {
  forward(inputs: Tensor): Tensor {
    return globalAvgPool2d(inputs);
  }
}

/**
 * {@link maxUnpool2d} as a layer.
 *
 * @example
 * const { values, indices } = maxPool2dWithIndices(zeros([8, 16, 28, 28]), 2);
 * new MaxUnpool2d(2).forward(values, indices).shape; // => [8, 16, 28, 28]
 */
export class MaxUnpool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: MaxUnpool2dOptions;

  constructor(kernelSize: Pair, options: MaxUnpool2dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    refuseOptions("maxUnpool2d", kernelSize, "kernelSize");
    this.options = checkOptions("maxUnpool2d", options, maxUnpool2dKinds);
  }

  forward(inputs: Tensor, indices: Tensor): Tensor {
    return maxUnpool2d(inputs, indices, this.kernelSize, this.options);
  }
}
