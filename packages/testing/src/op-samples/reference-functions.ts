/** Remainder with the sign of b. */
export function floorRemainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

/** Quotient rounded down. */
export function floorQuotient(a: number, b: number): number {
  if (b === 0) return a / b;
  if (Math.abs(b) === Infinity)
    return Number.isFinite(a) ? Math.min(Math.sign(a) * Math.sign(b), 0) : NaN;
  return Math.round((a - floorRemainder(a, b)) / b);
}

export const ignoringNaN =
  (choose: (a: number, b: number) => number) =>
  (a: number, b: number): number =>
    Number.isNaN(a) ? b : Number.isNaN(b) ? a : choose(a, b);

export function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

export const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));

/** Log of a sum of two exponentials, from the larger down. */
export function logaddexp(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
  const [low, high] = a < b ? [a, b] : [b, a];
  return Math.abs(high) === Infinity ? high : high + Math.log1p(Math.exp(low - high));
}

/**
 * Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)) · 2/√π, and the continued fraction of erfc where that cancels.
 *
 * Source: Abramowitz & Stegun 1964, 7.1.5 and 7.1.14.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) > 2.5) return Math.sign(x) * (1 - erfcTail(Math.abs(x)));
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function erfcTail(x: number): number {
  if (x > 30) return 0;
  let fraction = 0;
  for (let k = 120; k >= 1; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
