import { logarithm } from "@dl/backend";

/** B₂ₖ / 2k, k = 1, 2, ... */
const series = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32_760, 1 / 12];

/** ψ(x) for x above 0, in double precision. Source: Abramowitz & Stegun 1964, 6.3.18. */
export function hostDigamma(x: number): number {
  let moved = 0;
  let z = x;
  for (; z < 8; z++) moved -= 1 / z;
  const inverseSquare = 1 / (z * z);
  let sum = 0;
  for (let k = series.length - 1; k >= 0; k--) sum = (sum + series[k]!) * inverseSquare;
  return moved + logarithm(z) - 0.5 / z - sum;
}

/** B₂ₖ / (2k (2k - 1)). */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156];

/** ln Γ(x) for x above 0, in double precision. Source: Abramowitz & Stegun 1964, 6.1.41. */
export function hostLogGamma(x: number): number {
  let factors = 1;
  let z = x;
  for (; z < 8; z++) factors *= z;
  const inverseSquare = 1 / (z * z);
  let sum = 0;
  for (let k = stirling.length - 1; k >= 0; k--) sum = sum * inverseSquare + stirling[k]!;
  return (z - 0.5) * (logarithm(z) - 1) + 0.4189385332046727 + sum / z - logarithm(factors);
}
