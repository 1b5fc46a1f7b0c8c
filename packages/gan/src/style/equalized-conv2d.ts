import { checkCount, checkOptions, checkWhole, extendKinds, type OptionKinds } from "@dl/backend";
import { conv2d } from "@dl/conv";
import { Module, Parameter } from "@dl/nn";
import { normal, randomKinds, zeros, type RandomOptions, type Tensor } from "@dl/tensor";
import { checkTaps, foldFilter, type Taps } from "./fold-filter.ts";

/** What a convolution with an equalised learning rate does besides. */
export interface EqualizedConv2dOptions extends RandomOptions {
  /** Whether a bias is added. Default true. */
  readonly bias?: boolean;
  /** Taps of the filter by which it halves the picture. The picture keeps its size unless said. */
  readonly halve?: Taps;
}

const equalizedConv2dKinds: OptionKinds<EqualizedConv2dOptions> = /* @__PURE__ */ extendKinds(
  randomKinds,
  { bias: "boolean", halve: "list" },
);

/**
 * A convolution whose weights all learn equally fast under Adam: they start from N(0, 1), and He's
 * constant is multiplied in at each use.
 *
 * y = W ∗ x / (kernelSize √inChannels) + b. Zeros stand outside, so that the picture keeps its size;
 * one that halves it filters first, in the same convolution.
 *
 * Shape: [batch, inChannels, height, width] → [batch, outChannels, height, width], or half as large.
 * Source: Karras et al. 2018, arXiv:1710.10196, section 4.1; Karras et al. 2020, arXiv:1912.04958,
 * figure 7.
 *
 * @throws {ArgumentError} unless sizes are whole numbers of at least 1, and the kernel's is odd.
 * @example
 * new EqualizedConv2d(3, 16, 3, { halve: [1, 3, 3, 1] }).forward(zeros([2, 3, 32, 32])).shape; // => [2, 16, 16, 16]
 */
export class EqualizedConv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly halve: Taps | undefined;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    options: EqualizedConv2dOptions = {},
  ) {
    super();
    const op = "equalizedConv2d";
    const { bias = true, halve, ...random } = checkOptions(op, options, equalizedConv2dKinds);
    checkConvolution(op, inChannels, outChannels, kernelSize);
    if (halve !== undefined) checkTaps(op, halve);
    const { generator: _unused, ...creation } = random;
    this.weight = new Parameter(normal([outChannels, inChannels, kernelSize, kernelSize], random));
    if (bias) this.bias = new Parameter(zeros([outChannels], creation));
    this.halve = halve;
  }

  forward(inputs: Tensor): Tensor {
    const { weight, bias, halve } = this;
    const [outChannels, inChannels, kernelSize] = weight.shape as [number, number, number];
    const kernel = halve === undefined ? weight : foldFilter(weight, halve, 1);
    const products =
      halve === undefined
        ? conv2d(inputs, kernel, undefined, { padding: (kernelSize - 1) / 2 })
        : conv2d(inputs, kernel, undefined, { stride: 2, padding: kernel.shape[2]! / 2 - 1 });
    const scaled = products.mul(1 / (kernelSize * Math.sqrt(inChannels)));
    return bias === undefined ? scaled : scaled.add(bias.reshape([outChannels, 1, 1]));
  }
}

/** @throws {ArgumentError} unless channels are counts, and the kernel's size an odd one. */
export function checkConvolution(
  op: string,
  inChannels: number,
  outChannels: number,
  kernelSize: number,
): void {
  checkCount(op, "inChannels", inChannels);
  checkCount(op, "outChannels", outChannels);
  checkWhole(op, "(kernelSize - 1) / 2", (kernelSize - 1) / 2, 0, Infinity, " of at least 0");
}
