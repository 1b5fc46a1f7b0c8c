import { noGrad } from "@dl/autograd";
import { ArgumentError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";

/**
 * Keeps all weights of a critic from −limit to limit, and so its slope bounded: the first way to a
 * Wasserstein distance. For `afterDiscriminator`: `() => clipWeights(critic.parameters(), 0.01)`.
 *
 * Source: Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1.
 * @throws {ArgumentError} unless the limit is above 0.
 * @example
 * const weight = tensor([-3, 0.5, 3]);
 * clipWeights([weight], 1);
 * await weight.toArray(); // => [-1, 0.5, 1]
 */
export function clipWeights(parameters: Iterable<Tensor>, limit: number): void {
  if (!(limit > 0))
    throw new ArgumentError(
      "clipWeights",
      `the limit must be above 0: received ${limit}. The paper's is 0.01.`,
      { received: limit },
    );
  noGrad(() => {
    for (const parameter of parameters) parameter.assign(parameter.clamp(-limit, limit));
  });
}
