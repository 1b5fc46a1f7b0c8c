import { ArgumentError, formatShape, ShapeError } from "@dl/backend";
import { normal, uniform, type RandomOptions, type Tensor } from "@dl/tensor";

/** Makes the first values of a weight. A layer passes its generator, type and backend on. */
export type Initializer = (shape: readonly number[], options?: RandomOptions) => Tensor;

export interface XavierOptions extends RandomOptions {
  /** Factor for the activation that follows, see {@link gainOf}. Default 1. */
  readonly gain?: number;
}

export interface HeOptions extends RandomOptions {
  /** Factor for the activation that follows, see {@link gainOf}. Default √2, for ReLU. */
  readonly gain?: number;
  /** `"in"` keeps the variance of activations, `"out"` that of gradients. Default `"in"`. */
  readonly fan?: "in" | "out";
}

/**
 * How many inputs each output has, and how many outputs each input.
 *
 * Shape: [out, in, ...kernel].
 * @throws {ShapeError} with fewer than 2 axes.
 */
export function fans(op: string, shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length < 2)
    throw new ShapeError(
      op,
      `needs a weight of at least 2 axes, [out, in, ...kernel]: received ${formatShape(shape)}.`,
      { received: shape },
    );
  const kernel = shape.slice(2).reduce((product, size) => product * size, 1);
  return { fanIn: shape[1]! * kernel, fanOut: shape[0]! * kernel };
}

/** Activations that change the variance of what passes through them. */
export type GainActivation = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/**
 * Factor by which weights must be larger so that the variance survives an activation.
 *
 * Source: PyTorch's `torch.nn.init.calculate_gain`; ReLU: He et al. 2015, arXiv:1502.01852, eq. 10.
 */
export function gainOf(activation: GainActivation, negativeSlope = 0.01): number {
  switch (activation) {
    case "linear":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + negativeSlope ** 2));
    case "selu":
      return 3 / 4;
  }
}

/**
 * Uniform in ±gain √(6 / (fanIn + fanOut)): variance is kept forward and backward on average.
 *
 * Source: Glorot & Bengio 2010, AISTATS, eq. 16.
 * @throws {ShapeError} with fewer than 2 axes.
 */
export function xavierUniform(shape: readonly number[], options: XavierOptions = {}): Tensor {
  const { gain = 1, ...random } = options;
  return uniformOfDeviation(shape, xavierDeviation("xavierUniform", shape, gain), random);
}

/** Normal with deviation gain √(2 / (fanIn + fanOut)). Source: {@link xavierUniform}. */
export function xavierNormal(shape: readonly number[], options: XavierOptions = {}): Tensor {
  const { gain = 1, ...random } = options;
  return normal(shape, { ...random, std: xavierDeviation("xavierNormal", shape, gain) });
}

/**
 * Uniform in ±gain √(3 / fan): the variance of ReLU layers is kept.
 *
 * Source: He et al. 2015, arXiv:1502.01852, eq. 10 and 14.
 * @throws {ShapeError} with fewer than 2 axes.
 */
export function heUniform(shape: readonly number[], options: HeOptions = {}): Tensor {
  const { gain = Math.SQRT2, fan = "in", ...random } = options;
  return uniformOfDeviation(shape, heDeviation("heUniform", shape, gain, fan), random);
}

/** Normal with deviation gain / √fan. Source: {@link heUniform}. */
export function heNormal(shape: readonly number[], options: HeOptions = {}): Tensor {
  const { gain = Math.SQRT2, fan = "in", ...random } = options;
  return normal(shape, { ...random, std: heDeviation("heNormal", shape, gain, fan) });
}

/**
 * Uniform in ±1 / √fanIn: what PyTorch's linear and convolution layers start with.
 *
 * Source: LeCun et al. 1998, "Efficient BackProp", section 4.6, with a third of its variance.
 */
export function defaultUniform(
  shape: readonly number[],
  fanIn: number,
  options: RandomOptions = {},
): Tensor {
  // A layer without inputs has an empty weight, and any bound will do.
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  return uniform(shape, { ...options, low: -bound, high: bound });
}

function uniformOfDeviation(
  shape: readonly number[],
  deviation: number,
  options: RandomOptions,
): Tensor {
  const bound = Math.sqrt(3) * deviation;
  return uniform(shape, { ...options, low: -bound, high: bound });
}

function xavierDeviation(op: string, shape: readonly number[], gain: number): number {
  const { fanIn, fanOut } = fans(op, shape);
  return checkGain(op, gain) * Math.sqrt(2 / Math.max(fanIn + fanOut, 1));
}

function heDeviation(
  op: string,
  shape: readonly number[],
  gain: number,
  fan: "in" | "out",
): number {
  const { fanIn, fanOut } = fans(op, shape);
  return checkGain(op, gain) / Math.sqrt(Math.max(fan === "in" ? fanIn : fanOut, 1));
}

function checkGain(op: string, gain: number): number {
  if (!(gain >= 0 && gain < Infinity))
    throw new ArgumentError(op, `gain must be a finite number of at least 0: received ${gain}.`, {
      received: gain,
    });
  return gain;
}
