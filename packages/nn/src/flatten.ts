import type { Tensor } from "@dl/tensor";
import { Module } from "./module.ts";

/**
 * Joins axes `start` to `end`, both included; all but the batch unless said.
 *
 * @throws {AxisError} if an axis does not exist.
 * @example
 * new Flatten().forward(zeros([8, 3, 4, 4])).shape; // => [8, 48]
 */
export class Flatten extends Module {
  readonly start: number;
  readonly end: number;

  constructor(start = 1, end = -1) {
    super();
    this.start = start;
    this.end = end;
  }

  forward(inputs: Tensor): Tensor {
    return inputs.flatten(this.start, this.end);
  }
}

/**
 * Gives `axis` the shape `sizes`; the opposite of {@link Flatten}.
 *
 * @throws {ShapeError} if the sizes do not multiply to the axis's size.
 * @example
 * new Unflatten(1, [64, 7, 7]).forward(zeros([8, 3136])).shape; // => [8, 64, 7, 7]
 */
export class Unflatten extends Module {
  readonly axis: number;
  readonly sizes: readonly number[];

  constructor(axis: number, sizes: readonly number[]) {
    super();
    this.axis = axis;
    this.sizes = sizes;
  }

  forward(inputs: Tensor): Tensor {
    return inputs.unflatten(this.axis, this.sizes);
  }
}
