import {
  ArgumentError,
  formatShape,
  ShapeError,
  windowOutputSize,
  type Window2d,
} from "@dl/backend";
import type { Tensor } from "@dl/tensor";

/** Height and width, or one number for both. */
export type Pair = number | readonly [height: number, width: number];

/** Both numbers of a pair. @throws {ArgumentError} unless they are whole numbers of at least `least`. */
export function pairOf(
  op: string,
  name: string,
  pair: Pair,
  least: number,
): readonly [number, number] {
  const both = typeof pair === "number" ? ([pair, pair] as const) : pair;
  if (both.length !== 2 || !both.every((size) => Number.isInteger(size) && size >= least))
    throw new ArgumentError(
      op,
      `${name} must be a whole number of at least ${least}, or two such numbers: received ${typeof pair === "number" ? pair : formatShape(pair)}.`,
      { expected: `>= ${least}`, received: pair },
    );
  return both;
}

/** The same padding on opposite sides: top, bottom, left, right. */
export function symmetricPadding([height, width]: readonly [number, number]): Window2d["padding"] {
  return [height, height, width, width];
}

/** @throws {ShapeError} unless `inputs` is [batch, channels, height, width]. */
export function checkImages(op: string, inputs: Tensor): void {
  if (inputs.ndim === 4) return;
  const advice =
    inputs.ndim === 3
      ? " Add a batch axis with unsqueeze(0), or a channel axis with unsqueeze(1)."
      : "";
  throw new ShapeError(
    op,
    `input must be [batch, channels, height, width], got ${formatShape(inputs.shape)}.${advice}`,
    { received: inputs.shape },
  );
}

/** @throws {ShapeError} if the window fits nowhere, or the image is empty. */
export function checkFits(
  op: string,
  inputs: Tensor,
  kernelSize: readonly [number, number],
  window: Window2d,
): void {
  const [, , height, width] = inputs.shape as readonly [number, number, number, number];
  const size = windowOutputSize([height, width], kernelSize, window);
  if (size[0] > 0 && size[1] > 0) return;
  const [top, bottom, left, right] = window.padding;
  const reach = kernelSize.map((n, axis) => window.dilation[axis]! * (n - 1) + 1);
  throw new ShapeError(
    op,
    `the window does not fit: input ${formatShape(inputs.shape)} with padding is ${height + top + bottom} x ${width + left + right}, the window covers ${reach[0]!} x ${reach[1]!}. Use a smaller kernelSize or more padding.`,
    { expected: reach, received: inputs.shape },
  );
}
