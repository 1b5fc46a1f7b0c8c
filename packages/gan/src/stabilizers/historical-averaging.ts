import { ArgumentError, checkOptions } from "@dl/backend";
import type { SWA } from "@dl/optim";
import type { Tensor } from "@dl/tensor";
import { checkNotNegative } from "../check-number.ts";

/** How heavily the past counts. */
export interface HistoricalAveragingOptions {
  /** Default 1. */
  readonly weight?: number;
}

/**
 * Holds weights near the mean of all they have been, so that a player that runs in circles comes to
 * rest. A part of either player's loss: among `penalties` or `generatorTerms`; the mean is of
 * `averages` that the trainer updates.
 *
 * weight · ‖θ − (1/t) Σ θ[i]‖².
 *
 * Source: Salimans et al. 2016, arXiv:1606.03498, section 3.3.
 * @throws {ArgumentError} if the mean is of other tensors.
 * @example
 * const x = tensor([0]);
 * const history = new SWA([x]);
 * history.update();
 * x.assign(tensor([3]));
 * await historicalAveraging([x], history)().item(); // => 9
 */
export function historicalAveraging(
  parameters: readonly Tensor[],
  history: SWA,
  options: HistoricalAveragingOptions = {},
): () => Tensor {
  const op = "historicalAveraging";
  const { weight = 1 } = checkOptions(op, options, { weight: "number" });
  checkNotNegative(op, "weight", weight);
  const { length } = history.averages;
  if (length !== parameters.length)
    throw new ArgumentError(
      op,
      `the mean must be of the same tensors: received ${length} means of ${parameters.length} parameters. Make it with new SWA(parameters).`,
      { expected: parameters.length, received: length },
    );
  return () => {
    const means = history.averages;
    return parameters
      .map((parameter, i) => parameter.sub(means[i]!).square().sum())
      .reduce((sum, distance) => sum.add(distance))
      .mul(weight);
  };
}
