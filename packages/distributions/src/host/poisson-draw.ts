import { exponential, logarithm } from "@dl/backend";
import { hostLogGamma } from "./digamma.ts";
import type { HostRandom } from "../host-sampling.ts";

/**
 * A Poisson-distributed count.
 *
 * Source: for rates from 10 on Hörmann 1993, "The transformed rejection method for generating Poisson
 * random variables", algorithm PTRS, doi:10.1016/0167-6687(93)90997-4; below by inversion.
 */
export function drawPoisson(rate: number, random: HostRandom): number {
  if (!(rate >= 0 && rate < Infinity)) return NaN;
  return rate < 10 ? byInversion(rate, random.uniform()) : byRejection(rate, random);
}

/** The first count whose share of all is not below the random number. */
function byInversion(rate: number, share: number): number {
  let probability = exponential(-rate);
  let sum = probability;
  let count = 0;
  // Beyond 100 the rest is below 1e-60.
  while (sum < share && count < 100) {
    count++;
    probability *= rate / count;
    sum += probability;
  }
  return count;
}

function byRejection(rate: number, random: HostRandom): number {
  const logRate = logarithm(rate);
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = random.uniform();
    const us = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= squeeze) return count;
    if (count < 0 || (us < 0.013 && v > us)) continue;
    const bound = logarithm((v * inverseAlpha) / (a / (us * us) + b));
    if (bound <= count * logRate - rate - hostLogGamma(count + 1)) return count;
  }
}
