import { formatShape, ShapeError } from "@dl/backend";
import type { Distribution } from "@dl/distributions";
import type { Head } from "@dl/generator";
import { Module, type Layer } from "@dl/nn";
import { concatenate, type Tensor } from "@dl/tensor";

/**
 * A network with a head that sees a condition beside its input: along axis 1, as further numbers of a
 * vector or as constant planes of a picture.
 *
 * Shape: x [batch, n, ...], condition [batch, c] → a network over [batch, n + c, ...].
 * @example
 * const network = new ConditionedNetwork(new Linear(7, 4), new DiagonalNormalHead());
 * network.forward(inputs, oneHot(targets, 3)).eventShape; // => [2]
 */
export class ConditionedNetwork<D extends Distribution = Distribution> extends Module {
  readonly network: Layer;
  readonly head: Head<D>;

  constructor(network: Layer, head: Head<D>) {
    super();
    this.network = network;
    this.head = head;
  }

  forward(x: Tensor, condition: Tensor): D {
    if (x.ndim < 2 || condition.ndim !== 2 || condition.shape[0] !== x.shape[0])
      throw new ShapeError(
        "conditionedNetwork",
        `needs a row of numbers as the condition of each sample: received samples ${formatShape(x.shape)}, conditions ${formatShape(condition.shape)}. For classes use oneHot(classes, count).`,
        { expected: x.shape.slice(0, 1), received: condition.shape },
      );
    const [batch, count] = condition.shape as readonly [number, number];
    const places = x.shape.slice(2);
    const beside = condition
      .cast(x.dtype)
      .reshape([batch, count, ...places.map(() => 1)])
      .expand([batch, count, ...places]);
    return this.head.forward(this.network.forward(concatenate([x, beside], 1)));
  }
}
