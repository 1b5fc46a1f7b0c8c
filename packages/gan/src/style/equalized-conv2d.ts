import {
  ArgumentError,
  checkCount,
  checkOptions,
  checkWhole,
  extendKinds,
  type OptionKinds,
} from "@dl/backend";
import { conv2d } from "@dl/conv";
import { Module, Parameter } from "@dl/nn";
import { normal, randomKinds, zeros, type RandomOptions, type Tensor } from "@dl/tensor";
import { checkTaps, foldFilter, type Taps } from "./fold-filter.ts";

/** What a convolution with an equalised learning rate does besides. */
export interface EqualizedConv2dOptions extends RandomOptions {
  /** Whether a bias is added. Default true. */
  readonly bias?: boolean;
  /** 1, by which the picture keeps its size, or 2, which halves it. Default 1. */
  readonly stride?: number;
  /** Taps of a filter before a convolution that halves the picture. None unless said. */
  readonly taps?: Taps;
}

const equalizedConv2dKinds: OptionKinds<EqualizedConv2dOptions> = /* @__PURE__ */ extendKinds(
  randomKinds,
  { bias: "boolean", stride: "number", taps: "list" },
);

/**
 * A convolution whose weights all learn equally fast under Adam: they start from N(0, 1), and He's
 * constant is multiplied in at each use.
 *
 * y = W ∗ x / (kernelSize √inChannels) + b. Zeros stand outside, so that the picture keeps its size or
 * has half of it; a filter is part of the same convolution.
 *
 * Shape: [batch, inChannels, height, width] → [batch, outChannels, height, width], or half as large.
 * Source: Karras et al. 2018, arXiv:1710.10196, section 4.1; Karras et al. 2020, arXiv:1912.04958,
 * figure 7.
 *
 * @throws {ArgumentError} unless sizes are whole numbers of at least 1, and the kernel's is odd, or even for
 * a stride of 2 without a filter.
 * @example
 * new EqualizedConv2d(3, 16, 3, { stride: 2, taps: [1, 3, 3, 1] }).forward(zeros([2, 3, 32, 32])).shape; // => [2, 16, 16, 16]
 */
export class EqualizedConv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly stride: number;
  readonly taps: Taps | undefined;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    options: EqualizedConv2dOptions = {},
  ) {
    super();
    const op = "equalizedConv2d";
    const {
      bias = true,
      stride = 1,
      taps,
      ...random
    } = checkOptions(op, options, equalizedConv2dKinds);
    checkWhole(op, "stride", stride, 1, 2, " from 1 to 2");
    checkConvolution(op, inChannels, outChannels, kernelSize, taps === undefined ? stride : 1);
    if (taps !== undefined) checkTaps(op, taps);
    const { generator: _unused, ...creation } = random;
    this.weight = new Parameter(normal([outChannels, inChannels, kernelSize, kernelSize], random));
    if (bias) this.bias = new Parameter(zeros([outChannels], creation));
    this.stride = stride;
    this.taps = stride === 2 ? taps : undefined;
  }

  forward(inputs: Tensor): Tensor {
    const { weight, bias, stride, taps } = this;
    const [outChannels, inChannels, kernelSize] = weight.shape as [number, number, number];
    const kernel = taps === undefined ? weight : foldFilter(weight, taps, 1);
    const padding = (kernel.shape[2]! - stride) / 2;
    const products = conv2d(inputs, kernel, undefined, { stride, padding });
    const scaled = products.mul(1 / (kernelSize * Math.sqrt(inChannels)));
    return bias === undefined ? scaled : scaled.add(bias.reshape([outChannels, 1, 1]));
  }
}

/** @throws {ArgumentError} unless channels are counts, and the kernel reaches as far to all sides. */
export function checkConvolution(
  op: string,
  inChannels: number,
  outChannels: number,
  kernelSize: number,
  stride: number,
): void {
  checkCount(op, "inChannels", inChannels);
  checkCount(op, "outChannels", outChannels);
  checkCount(op, "kernelSize", kernelSize);
  if ((kernelSize - stride) % 2 === 0 && kernelSize >= stride) return;
  throw new ArgumentError(
    op,
    `kernelSize must be ${stride === 1 ? "odd" : "even"} here, so that the kernel reaches as far to all sides: received ${kernelSize}. Use ${stride + 2}.`,
    { received: kernelSize },
  );
}
