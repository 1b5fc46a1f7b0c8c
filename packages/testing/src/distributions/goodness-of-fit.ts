/**
 * Chance that numbers from a distribution lie as far from it as these do: Kolmogorov and Smirnov's test.
 *
 * `shares` are the distribution function at the numbers.
 * Source: Press et al. 2007, "Numerical Recipes", 14.3.3, with Stephens's correction for few numbers.
 */
export function kolmogorovSmirnov(shares: ArrayLike<number>): number {
  const sorted = Float64Array.from(shares).toSorted();
  const count = sorted.length;
  const distance = sorted.reduce(
    (most, share, i) => Math.max(most, share - i / count, (i + 1) / count - share),
    0,
  );
  // Before anything else, since no comparison with NaN tells.
  if (Number.isNaN(distance)) return 0;
  const root = Math.sqrt(count);
  return kolmogorovTail((root + 0.12 + 0.11 / root) * distance);
}

/** 2 Σ (-1)ᵏ⁻¹ exp(-2 k² x²). */
function kolmogorovTail(x: number): number {
  if (x < 0.3) return 1; // to 1e-5
  let sum = 0;
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, sum);
}

/**
 * Chance that counts differ from what was expected of them as much as these do: Pearson's test. What is
 * expected less than 5 times is counted together.
 */
export function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  const bins: { count: number; expected: number }[] = [];
  const rest = { count: 0, expected: 0 };
  counts.forEach((count, i) => {
    if (expected[i]! >= 5) bins.push({ count, expected: expected[i]! });
    else {
      rest.count += count;
      rest.expected += expected[i]!;
    }
  });
  // What cannot happen, and did.
  if (rest.count > 0 && rest.expected === 0) return 0;
  if (rest.expected > 0) bins.push(rest);
  const sum = bins.reduce((all, bin) => all + (bin.count - bin.expected) ** 2 / bin.expected, 0);
  return bins.length < 2 ? 1 : gammaTail((bins.length - 1) / 2, sum / 2);
}

/**
 * Q(a, x), the share of a gamma distribution above x, for a of a half or a whole.
 *
 * Q(a + 1, x) = Q(a, x) + xᵃ e⁻ˣ / Γ(a + 1), from Q(1, x) = e⁻ˣ or Q(½, x) = erfc(√x).
 * Source: Abramowitz & Stegun 1964, 6.5.21 and 6.5.17; erfc by 7.1.26's better relative, 7.1.14.
 */
function gammaTail(a: number, x: number): number {
  if (Number.isNaN(x)) return 0;
  let [from, tail] = Number.isInteger(a)
    ? [1, Math.exp(-x)]
    : [0.5, complementaryError(Math.sqrt(x))];
  let term = from === 1 ? Math.exp(-x) * x : 2 * Math.sqrt(x / Math.PI) * Math.exp(-x);
  for (; from < a; from++) {
    tail += term;
    term *= x / (from + 1);
  }
  return Math.min(1, tail);
}

/** 1 - erf(x) for x of at least 0: the series near 0, and a continued fraction far out. */
function complementaryError(x: number): number {
  if (x < 2) {
    let [term, sum] = [x, x];
    for (let n = 1; n < 60; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
