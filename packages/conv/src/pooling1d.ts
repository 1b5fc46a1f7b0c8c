import { checkOptions, type OptionKinds } from "@dl/backend";
import { applyOne, type Tensor } from "@dl/tensor";
import { averagePool, poolOf } from "./pooling-window.ts";
import { sequences } from "./window.ts";

/** Where the windows of a pooling of sequences stand. */
export interface Pool1dOptions {
  /** Step of the window. Default: kernelSize. */
  readonly stride?: number;
  /** Positions at both ends, at most half the window. Default 0. */
  readonly padding?: number;
  /** Whether a window that sticks out at the end counts. Default false. */
  readonly ceilMode?: boolean;
}

/** Where the windows of {@link maxPool1d} stand. */
export interface MaxPool1dOptions extends Pool1dOptions {
  /** Distance between the window's cells. Default 1. */
  readonly dilation?: number;
}

export const maxPool1dKinds: OptionKinds<MaxPool1dOptions> = {
  stride: "number",
  padding: "number",
  ceilMode: "boolean",
  dilation: "number",
};

/** How {@link avgPool1d} counts what stands around the sequence. */
export interface AvgPool1dOptions extends Pool1dOptions {
  /** Whether the zeros of the padding count in the mean. Default true. */
  readonly countIncludePad?: boolean;
}

export const avgPool1dKinds: OptionKinds<AvgPool1dOptions> = {
  stride: "number",
  padding: "number",
  ceilMode: "boolean",
  countIncludePad: "boolean",
};

/**
 * Largest element under each window of a sequence. The gradient goes to the first of equal ones.
 *
 * Shape: [batch, channels, length] →
 * [batch, channels, ⌊(length + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1].
 *
 * @throws {ShapeError} if the window does not fit.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * await maxPool1d(tensor([[[1, 3, 2, 0]]]), 2).toArray(); // => [[[3, 2]]]
 */
export function maxPool1d(
  inputs: Tensor,
  kernelSize: number,
  options: MaxPool1dOptions = {},
): Tensor {
  checkOptions("maxPool1d", options, maxPool1dKinds);
  const pool = poolOf("maxPool1d", sequences, inputs, kernelSize, options);
  return sequences.fromImages(applyOne("maxPool2d", [sequences.toImages(inputs)], pool));
}

/**
 * Mean under each window of a sequence.
 *
 * Shape: as {@link maxPool1d}, without dilation.
 *
 * @throws {ShapeError} if the window does not fit.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * await avgPool1d(tensor([[[1, 3, 2, 0]]]), 2).toArray(); // => [[[2, 1]]]
 */
export function avgPool1d(
  inputs: Tensor,
  kernelSize: number,
  options: AvgPool1dOptions = {},
): Tensor {
  checkOptions("avgPool1d", options, avgPool1dKinds);
  return averagePool("avgPool1d", sequences, inputs, kernelSize, options);
}
