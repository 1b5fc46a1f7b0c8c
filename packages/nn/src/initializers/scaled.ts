import {
  ArgumentError,
  checkOptions,
  extendKinds,
  formatShape,
  internShape,
  refuseOptions,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { normal, randomKinds, uniform, type RandomOptions, type Tensor } from "@dl/tensor";

/** Makes the first values of a weight. A layer passes its generator, type and backend on. */
export type Initializer = (shape: readonly number[], options?: RandomOptions) => Tensor;

/** Gain of {@link xavierNormal} and its kin. */
export interface XavierOptions extends RandomOptions {
  /** Factor for the activation that follows, see `gainOf`. Default 1. */
  readonly gain?: number;
}

export const xavierKinds: OptionKinds<XavierOptions> = /* @__PURE__ */ extendKinds(randomKinds, {
  gain: "number",
});

/** Gain and direction of {@link heNormal} and {@link heUniform}. */
export interface HeOptions extends RandomOptions {
  /** Factor for the activation that follows, see `gainOf`. Default √2, for ReLU. */
  readonly gain?: number;
  /** `"in"` keeps the variance of activations, `"out"` that of gradients. Default `"in"`. */
  readonly fan?: "in" | "out";
}

const heKinds: OptionKinds<HeOptions> = /* @__PURE__ */ extendKinds(xavierKinds, {
  fan: '"in"|"out"',
});

/**
 * How many inputs each output has, and how many outputs each input.
 *
 * Shape: [out, in, ...kernel].
 * @throws {ShapeError} with fewer than 2 axes.
 */
function fans(op: string, shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (internShape(shape, op).length < 2)
    throw new ShapeError(
      op,
      `needs a weight of at least 2 axes, [out, in, ...kernel]: received ${formatShape(shape)}.`,
      { received: shape },
    );
  const kernel = shape.slice(2).reduce((product, size) => product * size, 1);
  return { fanIn: shape[1]! * kernel, fanOut: shape[0]! * kernel };
}

/**
 * Uniform in ±gain √(6 / (fanIn + fanOut)): variance is kept forward and backward on average.
 *
 * Source: Glorot & Bengio 2010, AISTATS, eq. 16.
 * @throws {ShapeError} with fewer than 2 axes.
 * @throws {ArgumentError} unless the gain is finite and at least 0.
 * @example
 * new Linear(784, 128, { init: xavierUniform });
 */
export function xavierUniform(shape: readonly number[], options: XavierOptions = {}): Tensor {
  const { gain = 1, ...random } = checkOptions("xavierUniform", options, xavierKinds);
  return uniformOfDeviation(shape, xavierDeviation("xavierUniform", shape, gain), random);
}

/**
 * Normal with deviation gain √(2 / (fanIn + fanOut)).
 *
 * Source: {@link xavierUniform}.
 * @throws {ShapeError} with fewer than 2 axes.
 * @throws {ArgumentError} unless the gain is finite and at least 0.
 * @example
 * new Linear(784, 128, { init: xavierNormal });
 */
export function xavierNormal(shape: readonly number[], options: XavierOptions = {}): Tensor {
  const { gain = 1, ...random } = checkOptions("xavierNormal", options, xavierKinds);
  return normal(shape, { ...random, std: xavierDeviation("xavierNormal", shape, gain) });
}

/**
 * Uniform in ±gain √(3 / fan): the variance of ReLU layers is kept.
 *
 * Source: He et al. 2015, arXiv:1502.01852, eq. 10 and 14.
 * @throws {ShapeError} with fewer than 2 axes.
 * @throws {ArgumentError} unless the gain is finite and at least 0.
 * @example
 * new Linear(784, 128, { init: heUniform });
 */
export function heUniform(shape: readonly number[], options: HeOptions = {}): Tensor {
  const { gain = Math.SQRT2, fan = "in", ...random } = checkOptions("heUniform", options, heKinds);
  return uniformOfDeviation(shape, heDeviation("heUniform", shape, gain, fan), random);
}

/**
 * Normal with deviation gain / √fan.
 *
 * Source: {@link heUniform}.
 * @throws {ShapeError} with fewer than 2 axes.
 * @throws {ArgumentError} unless the gain is finite and at least 0.
 * @example
 * new Linear(784, 128, { init: heNormal });
 */
export function heNormal(shape: readonly number[], options: HeOptions = {}): Tensor {
  const { gain = Math.SQRT2, fan = "in", ...random } = checkOptions("heNormal", options, heKinds);
  return normal(shape, { ...random, std: heDeviation("heNormal", shape, gain, fan) });
}

/**
 * Uniform in ±gain √(3 / fanIn): variance 1 passes through linear layers; for SELU networks.
 *
 * Source: LeCun et al. 1998, "Efficient BackProp", section 4.6.
 * @throws {ShapeError} with fewer than 2 axes.
 * @throws {ArgumentError} unless the gain is finite and at least 0.
 * @example
 * new Linear(784, 128, { init: leCunUniform });
 */
export function leCunUniform(shape: readonly number[], options: XavierOptions = {}): Tensor {
  const { gain = 1, ...random } = checkOptions("leCunUniform", options, xavierKinds);
  return uniformOfDeviation(shape, heDeviation("leCunUniform", shape, gain, "in"), random);
}

/**
 * Normal with deviation gain / √fanIn.
 *
 * Source: {@link leCunUniform}.
 * @throws {ShapeError} with fewer than 2 axes.
 * @throws {ArgumentError} unless the gain is finite and at least 0.
 * @example
 * new Linear(784, 128, { init: leCunNormal });
 */
export function leCunNormal(shape: readonly number[], options: XavierOptions = {}): Tensor {
  const { gain = 1, ...random } = checkOptions("leCunNormal", options, xavierKinds);
  return normal(shape, { ...random, std: heDeviation("leCunNormal", shape, gain, "in") });
}

/**
 * Uniform in ±1 / √fanIn: what PyTorch's linear and convolution layers start with.
 *
 * Source: LeCun et al. 1998, "Efficient BackProp", section 4.6, with a third of its variance.
 *
 * @example
 * defaultUniform([8, 4], 4).shape; // => [8, 4]
 */
export function defaultUniform(
  shape: readonly number[],
  fanIn: number,
  options: RandomOptions = {},
): Tensor {
  refuseOptions("defaultUniform", fanIn, "fanIn");
  checkOptions("defaultUniform", options, randomKinds);
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

/** @throws {ArgumentError} unless the gain is finite and at least 0. */
export function checkGain(op: string, gain: number): number {
  if (!(gain >= 0 && gain < Infinity))
    throw new ArgumentError(op, `gain must be a finite number of at least 0: received ${gain}.`, {
      received: gain,
    });
  return gain;
}
