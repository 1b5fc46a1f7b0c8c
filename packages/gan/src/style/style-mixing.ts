import { checkOptions, checkWhole, formatShape, refuseOptions, ShapeError } from "@dl/backend";
import { arange, bernoulli, integers, where, type RandomOptions, type Tensor } from "@dl/tensor";

/** Layers whose style comes from the source. */
export interface MixOptions {
  /** The first of them. Default 0. */
  readonly from?: number;
  /** The first that is not one of them any more. All that follow unless said. */
  readonly to?: number;
}

/**
 * Styles of one picture in some layers, of another in the rest: coarse layers carry the pose, fine ones
 * the colours.
 *
 * Shape: destination, source [batch, layers, width] → the same.
 * Source: Karras et al. 2019, arXiv:1812.04948, section 3.1 and figure 3.
 *
 * @throws {ShapeError} unless both have the same shape.
 * @throws {ArgumentError} unless 0 ≤ from ≤ to ≤ layers.
 * @example
 * const mixed = mixStyles(zeros([1, 4, 1]), ones([1, 4, 1]), { from: 1, to: 3 });
 * await mixed.flatten().toArray(); // => [0, 1, 1, 0]
 */
export function mixStyles(destination: Tensor, source: Tensor, options: MixOptions = {}): Tensor {
  const op = "mixStyles";
  refuseOptions(op, source, "the source");
  checkOptions(op, options, { from: "number", to: "number" });
  const [, layers = 0] = destination.shape;
  if (destination.ndim !== 3 || formatShape(source.shape) !== formatShape(destination.shape))
    throw new ShapeError(
      op,
      `both must have the same shape [batch, layers, width]: received ${formatShape(destination.shape)} and ${formatShape(source.shape)}.`,
      { expected: destination.shape, received: source.shape },
    );
  const { from = 0, to = layers } = options;
  checkWhole(op, "from", from, 0, layers, ` from 0 to ${layers}`);
  checkWhole(op, "to", to, from, layers, ` from ${from} to ${layers}`);
  const layer = layerNumbers(destination);
  return where(layer.less(to).logicalAnd(layer.greaterEqual(from)), source, destination);
}

/**
 * For each pair, with the given probability, the second's styles from a layer on that is drawn for it.
 *
 * Source: Karras et al. 2019, arXiv:1812.04948, section 3.1 (mixing regularisation).
 */
export function mixAtRandom(
  first: Tensor,
  second: Tensor,
  probability: number,
  random: RandomOptions,
): Tensor {
  const [batch, layers] = first.shape as readonly [number, number];
  const { backend } = first;
  const crossing = integers(1, layers, [batch, 1, 1], { ...random, backend, dtype: "int32" });
  const isMixed = bernoulli([batch, 1, 1], { probability, ...random, backend, dtype: "bool" });
  return where(layerNumbers(first).greaterEqual(crossing).logicalAnd(isMixed), second, first);
}

/** [1, layers, 1]. */
function layerNumbers({ shape, backend }: Tensor): Tensor {
  return arange(shape[1]!, { dtype: "int32", backend }).reshape([1, -1, 1]);
}
