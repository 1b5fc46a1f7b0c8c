import { checkCount, formatShape, ShapeError } from "@dl/backend";
import { Bernoulli, Categorical, ContinuousBernoulli, Independent } from "@dl/distributions";
import type { Tensor } from "@dl/tensor";
import { checkOutputs, Head } from "./head.ts";

/**
 * A likelihood for samples of zeros and ones: the network's numbers are logits. Grey pictures have a
 * likelihood of 0 under it: draw ones and zeros from them with `bernoulli(pictures)`, or use a
 * {@link ContinuousBernoulliHead}.
 *
 * Shape: outputs [batch, size, ...] → an event [size, ...].
 * @example
 * new BernoulliHead().forward(zeros([8, 784])).eventShape; // => [784]
 */
export class BernoulliHead extends Head<Independent> {
  outputsFor(size: number): number {
    return size;
  }

  forward(outputs: Tensor): Independent {
    checkOutputs("bernoulliHead", outputs);
    return new Independent(new Bernoulli({ logits: outputs }), outputs.ndim - 1);
  }
}

/**
 * A likelihood for samples between 0 and 1, such as grey pictures: the network's numbers are logits.
 *
 * Shape: outputs [batch, size, ...] → an event [size, ...].
 * Source: Loaiza-Ganem & Cunningham 2019, arXiv:1907.06845.
 * @example
 * new ContinuousBernoulliHead().forward(zeros([8, 784])).eventShape; // => [784]
 */
export class ContinuousBernoulliHead extends Head<Independent> {
  outputsFor(size: number): number {
    return size;
  }

  forward(outputs: Tensor): Independent {
    checkOutputs("continuousBernoulliHead", outputs);
    return new Independent(new ContinuousBernoulli({ logits: outputs }), outputs.ndim - 1);
  }
}

/**
 * A likelihood for samples of class numbers: the network's numbers are logits, those of one place of the
 * event a whole event's size apart.
 *
 * Shape: outputs [batch, classes · size, ...] → an event [size, ...] of numbers from 0 to classes - 1.
 * @throws {ArgumentError} unless the classes are a whole number of at least 2.
 * @example
 * new CategoricalHead(10).forward(zeros([8, 20])).eventShape; // => [2]
 */
export class CategoricalHead extends Head<Independent> {
  readonly classes: number;

  constructor(classes: number) {
    super();
    checkCount("categoricalHead", "classes", classes, 2);
    this.classes = classes;
  }

  outputsFor(size: number): number {
    return this.classes * size;
  }

  forward(outputs: Tensor): Independent {
    checkOutputs("categoricalHead", outputs);
    const [batch, size, ...rest] = outputs.shape as [number, number, ...number[]];
    if (size === 0 || size % this.classes !== 0)
      throw new ShapeError(
        "categoricalHead",
        `reads ${this.classes} numbers for each one of the event, so axis 1 must have a multiple of ${this.classes}: received ${formatShape(outputs.shape)}. End the network with outputsFor(size) outputs.`,
        { expected: this.classes, received: outputs.shape },
      );
    const logits = outputs.reshape([batch, this.classes, size / this.classes, ...rest]);
    const last = logits.moveAxis(1, -1); // [batch, size, ..., classes]
    return new Independent(new Categorical({ logits: last }), outputs.ndim - 1);
  }
}
