import type { Shape } from "@dl/backend";
import { hostFunction, type HostFunction, type Tensor } from "@dl/tensor";

/** What a transform can come out at: numbers between two bounds. */
export interface Codomain {
  readonly low: number;
  readonly high: number;
  /** A number in between. */
  readonly inside: number;
}

/**
 * A smooth function of numbers, rising or falling throughout, with its inverse: what turns one distribution into another
 * in a {@link TransformedDistribution}.
 *
 * Source: the interface of torch.distributions.transforms.
 *
 * @example
 * new ExpTransform() instanceof Transform; // => true
 */
export abstract class Transform {
  /** What values can come out; all numbers unless said. */
  readonly codomain: Codomain | undefined;

  /** Shape: that of x, broadcast with the transform's parameters. */
  abstract forward(x: Tensor): Tensor;
  /** Shape: that of y, broadcast with the transform's parameters. */
  abstract inverse(y: Tensor): Tensor;
  /** ln |dy / dx|, element by element, at x and its image y. */
  abstract logAbsDetJacobian(x: Tensor, y: Tensor): Tensor;

  /** 1 where it rises, -1 where it falls. */
  get sign(): Tensor | number {
    return 1;
  }

  /** Shape of what comes of a value of this shape. */
  forwardShape(shape: Shape): Shape {
    return shape;
  }

  /** {@link Transform.forward} for samples: the same bits on every backend. */
  abstract drawn(x: Tensor): Tensor;
}

/**
 * A function of each number, on the host, with the same bits everywhere; its slope, of argument and result, in tensor
 * operations.
 */
export function onHost(
  op: HostFunction,
  x: Tensor,
  slope: (x: Tensor, y: Tensor) => Tensor,
): Tensor {
  return hostFunction(op, [x], {
    shape: x.shape,
    dtype: x.dtype,
    gradient: (dy, [argument], y) => [dy.mul(slope(argument!, y))],
  });
}

/** A host function of each element. */
export function elementwise(name: string, f: (x: number) => number): HostFunction {
  return {
    name,
    isStackable: true,
    compute([x], result) {
      for (let i = 0; i < result.length; i++) result[i] = f(x![i]!);
    },
  };
}

/** Least distance from a bound at which the inverse is taken: 1 itself has none, but rounding reaches it. */
export const epsilonOf = ({ dtype }: Tensor): number => (dtype === "float64" ? 2 ** -52 : 2 ** -23);
