import type { Module } from "@dl/nn";
import { EMA, type EmaOptions } from "@dl/optim";
import type { Tensor } from "@dl/tensor";

/**
 * The moving average of a whole model: {@link EMA} of its parameters and buffers, kept in a model of
 * its own that can be used at any time, while the other goes on learning.
 *
 * Running statistics are averaged too. Those of the averaged weights are others: have them taken anew
 * by {@link retakeStatistics} before the average is used for good.
 *
 * Source: Karras et al. 2018, arXiv:1710.10196, section 4.
 *
 * @throws {ArgumentError} unless `decay` is at least 0 and below 1.
 * @example
 * const average = new ModelAverage(model, { decay: 0.99 });
 * const data = [{ inputs, targets }];
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 3, averages: average });
 * average.model.forward(inputs).shape; // => [16, 3]
 */
export class ModelAverage<M extends Module = Module> extends EMA {
  /** Has the averages; in evaluation, and without gradients. */
  readonly model: M;

  constructor(model: M, options: Partial<EmaOptions> = {}) {
    const copy = model.clone().requireGrad(false).eval();
    super(tensorsOf(model), options, tensorsOf(copy));
    this.model = copy;
  }
}

const tensorsOf = (model: Module): Tensor[] => [
  ...model.namedParameters().values(),
  ...model.namedBuffers().values(),
];
