import { checkCount, realPower } from "@dl/backend";

/** What of Adam depends on how many updates there are. */
export interface LazyRates {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
}

/**
 * Adam's rates for a network that has an update more after every so many steps: over a step they come to
 * what was asked for.
 *
 * c = k / (k + 1): rate λ c, decays βᶜ.
 *
 * Source: Karras et al. 2020, arXiv:1912.04958, appendix B.
 *
 * @throws {ArgumentError} unless `every` is a whole number of at least 1.
 * @example
 * lazyRates({ learningRate: 0.002, beta1: 0, beta2: 0.81 }, 1); // => { learningRate: 0.001, beta1: 0, beta2: 0.9 }
 */
export function lazyRates(rates: LazyRates, every: number): LazyRates {
  checkCount("lazyRates", "every", every);
  const share = every / (every + 1);
  const { learningRate, beta1, beta2 } = rates;
  const decay = (beta: number): number => realPower(beta, share);
  return { learningRate: learningRate * share, beta1: decay(beta1), beta2: decay(beta2) };
}
