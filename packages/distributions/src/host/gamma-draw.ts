import { logarithm } from "@dl/backend";
import type { HostRandom } from "../host-sampling.ts";

/**
 * The logarithm of a gamma-distributed number of rate 1. A logarithm, because with a small concentration
 * the number itself is often below the smallest that a float can hold.
 *
 * Source: Marsaglia & Tsang 2000, "A simple method for generating gamma variables", doi:10.1145/358407.358414;
 * below 1 with g(a) = g(a + 1) u^(1 / a).
 */
export function drawLogGamma(concentration: number, random: HostRandom): number {
  if (!(concentration > 0 && concentration < Infinity)) return NaN;
  if (concentration < 1)
    return drawLogGamma(concentration + 1, random) + logarithm(random.uniform()) / concentration;
  const d = concentration - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = random.normal();
    const root = 1 + c * normal;
    const bits = random.uniform();
    if (root <= 0) continue;
    const v = root * root * root;
    const logV = 3 * logarithm(root);
    if (logarithm(bits) < 0.5 * normal * normal + d * (1 - v + logV)) return logarithm(d) + logV;
  }
}
