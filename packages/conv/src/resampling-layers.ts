import { checkOptions, refuseOptions } from "@dl/backend";
import { Module } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { blur } from "./blur.ts";
import { interpolate, interpolateKinds, type InterpolateOptions } from "./interpolate.ts";
import { pixelShuffle, pixelUnshuffle } from "./pixel-shuffle.ts";
import { fold, unfold, unfoldKinds, type UnfoldOptions } from "./unfold.ts";
import type { Pair } from "./window.ts";

/**
 * {@link interpolate} as a layer.
 *
 * @example
 * new Upsample({ scaleFactor: 2, mode: "bilinear" }).forward(zeros([8, 16, 7, 7])).shape; // => [8, 16, 14, 14]
 */
export class Upsample extends Module {
  readonly options: InterpolateOptions;

  constructor(options: InterpolateOptions) {
    super();
    this.options = checkOptions("interpolate", options, interpolateKinds);
  }

  forward(inputs: Tensor): Tensor {
    return interpolate(inputs, this.options);
  }
}

/**
 * {@link pixelShuffle} as a layer.
 *
 * @example
 * new PixelShuffle(2).forward(zeros([8, 16, 7, 7])).shape; // => [8, 4, 14, 14]
 */
export class PixelShuffle extends Module {
  readonly factor: number;

  constructor(factor: number) {
    super();
    this.factor = factor;
  }

  forward(inputs: Tensor): Tensor {
    return pixelShuffle(inputs, this.factor);
  }
}

/**
 * {@link pixelUnshuffle} as a layer.
 *
 * @example
 * new PixelUnshuffle(2).forward(zeros([8, 4, 14, 14])).shape; // => [8, 16, 7, 7]
 */
export class PixelUnshuffle extends Module {
  readonly factor: number;

  constructor(factor: number) {
    super();
    this.factor = factor;
  }

  forward(inputs: Tensor): Tensor {
    return pixelUnshuffle(inputs, this.factor);
  }
}

/**
 * {@link unfold} as a layer.
 *
 * @example
 * new Unfold(3, { padding: 1 }).forward(zeros([8, 4, 14, 14])).shape; // => [8, 36, 196]
 */
export class Unfold extends Module {
  readonly kernelSize: Pair;
  readonly options: UnfoldOptions;

  constructor(kernelSize: Pair, options: UnfoldOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    refuseOptions("unfold", kernelSize, "kernelSize");
    this.options = checkOptions("unfold", options, unfoldKinds);
  }

  forward(inputs: Tensor): Tensor {
    return unfold(inputs, this.kernelSize, this.options);
  }
}

/**
 * {@link fold} as a layer.
 *
 * @example
 * new Fold(14, 3, { padding: 1 }).forward(zeros([8, 36, 196])).shape; // => [8, 4, 14, 14]
 */
export class Fold extends Module {
  readonly outputSize: Pair;
  readonly kernelSize: Pair;
  readonly options: UnfoldOptions;

  constructor(outputSize: Pair, kernelSize: Pair, options: UnfoldOptions = {}) {
    super();
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    refuseOptions("fold", kernelSize, "kernelSize");
    this.options = checkOptions("fold", options, unfoldKinds);
  }

  forward(inputs: Tensor): Tensor {
    return fold(inputs, this.outputSize, this.kernelSize, this.options);
  }
}

/**
 * {@link blur} as a layer.
 *
 * @example
 * new Blur([1, 2, 1]).forward(zeros([8, 4, 14, 14])).shape; // => [8, 4, 14, 14]
 */
export class Blur extends Module {
  readonly taps: readonly number[];

  constructor(taps: readonly number[] = [1, 3, 3, 1]) {
    super();
    this.taps = taps;
  }

  forward(inputs: Tensor): Tensor {
    return blur(inputs, this.taps);
  }
}
