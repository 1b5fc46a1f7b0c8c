import { exponential, logarithm } from "@dl/backend";
import { hostDigamma, hostLogGamma } from "./digamma.ts";

/** A part of a gamma distribution beside its density z^(a-1) e^(-z) / Γ(a), and the same for its slope in a. */
interface Part {
  /** Divided by the density and z. */
  readonly part: number;
  /** Derivative in a, divided by the density and z. */
  readonly slope: number;
}

const epsilon = 1e-16;

/**
 * P(a, z) by its series: Σ zⁿ / (a (a + 1) ... (a + n)), all terms above 0, as are those of its slope
 * up to z = a.
 *
 * Source: Abramowitz & Stegun 1964, 6.5.29.
 */
function below(a: number, z: number, logZ: number): Part {
  let term = 1 / a;
  let part = term;
  let psi = hostDigamma(a + 1);
  let slope = term * (logZ - psi);
  for (let n = 1; ; n++) {
    term *= z / (a + n);
    psi += 1 / (a + n);
    part += term;
    const change = term * (logZ - psi);
    slope += change;
    if (a + n > z && Math.abs(change) <= epsilon * Math.abs(slope) && term <= epsilon * part) break;
  }
  return { part, slope };
}

/**
 * Q(a, z) = 1 - P(a, z) by its continued fraction and the same fraction differentiated in a.
 *
 * Source: Press et al. 2007, "Numerical Recipes", 6.2.7, by the modified method of Lentz.
 */
function above(a: number, z: number, logZ: number): Part {
  // Each number with its derivative in a.
  let b = z + 1 - a;
  let [c, dc] = [1e300, 0];
  let [d, dd] = [1 / b, 1 / (b * b)];
  let [h, dh] = [d, dd];
  for (let n = 1; ; n++) {
    const [weight, dWeight] = [n * (a - n), n];
    b += 2;
    const divisor = weight * d + b;
    const dDivisor = dWeight * d + weight * dd - 1;
    [d, dd] = [1 / divisor, -dDivisor / (divisor * divisor)];
    [c, dc] = [b + weight / c, -1 + dWeight / c - (weight * dc) / (c * c)];
    const [factor, dFactor] = [c * d, dc * d + c * dd];
    [h, dh] = [h * factor, dh * factor + h * dFactor];
    if (Math.abs(factor - 1) <= 4 * epsilon && Math.abs(h * dFactor) <= 4 * epsilon * Math.abs(dh))
      break;
  }
  return { part: h, slope: h * (logZ - hostDigamma(a)) + dh };
}

/** From here on the sums are long and the expansion below is exact to twelve digits. */
const largeConcentration = 1e5;

/**
 * How the logarithm of a gamma-distributed number moves with the concentration while its probability
 * P(a, z) stays: -(∂P/∂a) / (z ∂P/∂z).
 *
 * Source: Figurnov, Mohamed & Mnih 2018, arXiv:1805.08498, eq. 5 (implicit reparameterisation).
 */
export function logGammaSlope(a: number, logZ: number): number {
  if (a > largeConcentration) return slopeOfQuantile(a, exponential(logZ));
  const z = exponential(logZ);
  return z <= a + 1 ? -below(a, z, logZ).slope : above(a, z, logZ).slope;
}

/**
 * The same from the quantile's expansion in x, the normal quantile of the same probability:
 * z = a + √a x + (x² - 1) / 3 + (x³ - 7x) / (36 √a) - (3x⁴ + 7x² - 16) / (810 a) + ...
 *
 * Source: Abramowitz & Stegun 1964, 26.4.18 and 26.2.49 (Cornish & Fisher).
 */
function slopeOfQuantile(a: number, z: number): number {
  const root = Math.sqrt(a);
  let x = (z - a) / root;
  const parts = (): [number, number, number] => {
    const square = x * x;
    return [
      (square - 1) / 3,
      (x * (square - 7)) / 36,
      -(3 * square * square + 7 * square - 16) / 810,
    ];
  };
  for (let i = 0; i < 8; i++) {
    const [first, second, third] = parts();
    x = (z - a - first - second / root - third / a) / root;
  }
  const [, second, third] = parts();
  return (1 + x / (2 * root) - second / (2 * a * root) - third / (a * a)) / z;
}

/** P(a, z), the share of a gamma distribution of rate 1 below z, and its derivative in a. */
export function gammaShare(
  a: number,
  z: number,
): { readonly share: number; readonly slope: number } {
  if (!(a > 0 && a < Infinity) || Number.isNaN(z)) return { share: NaN, slope: NaN };
  if (z <= 0) return { share: 0, slope: 0 };
  if (z === Infinity) return { share: 1, slope: 0 };
  const logZ = logarithm(z);
  const density = exponential(a * logZ - z - hostLogGamma(a));
  if (z <= a + 1) {
    const { part, slope } = below(a, z, logZ);
    return { share: density * part, slope: density * slope };
  }
  const { part, slope } = above(a, z, logZ);
  return { share: 1 - density * part, slope: -density * slope };
}
