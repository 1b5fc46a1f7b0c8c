import type { Tensor } from "@dl/tensor";
import { WeightAverage } from "./weight-average.ts";

/**
 * Stochastic weight averaging: the plain mean of weights from several points of training, say from
 * the end of each of the last epochs. Batch normalisation's running statistics must be computed
 * afresh for it.
 *
 * a = a + (θ − a) / n at update n, so that the first update copies.
 *
 * Source: Izmailov et al. 2018, arXiv:1803.05407, algorithm 1.
 *
 * @throws {ArgumentError} without tensors.
 * @example
 * const x = tensor([0, 0]);
 * const average = new SWA([x]);
 * x.assign(tensor([2, 4]));
 * average.update();
 * x.assign(tensor([4, 0]));
 * average.update();
 * await average.averages[0]!.toArray(); // => [3, 2]
 */
export class SWA extends WeightAverage {
  constructor(weights: Iterable<Tensor>) {
    super("swa", weights);
  }

  protected share(updateCount: number): number {
    return 1 / updateCount;
  }
}
