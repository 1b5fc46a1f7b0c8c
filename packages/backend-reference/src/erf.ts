/**
 * Error function, to a few units in the last place.
 *
 * Source: W. J. Cody 1969, "Rational Chebyshev approximations for the error function",
 * Math. Comp. 23, 631-637; coefficients of his CALERF.
 *
 * @example
 * erf(1); // => 0.842700793
 */
export function erf(x: number): number {
  const y = Math.abs(x);
  if (y > 0.46875) return x < 0 ? erfcOfPositive(y) - 1 : 1 - erfcOfPositive(y);
  if (Number.isNaN(x)) return NaN;
  const square = y * y;
  return (x * polynomial(smallNumerator, square)) / polynomial(smallDenominator, square);
}

/**
 * Complementary error function 1 - erf(x), accurate where it is tiny. Source: as {@link erf}.
 *
 * @example
 * erfc(10); // => 2.08848758e-45
 */
export function erfc(x: number): number {
  if (!(Math.abs(x) > 0.46875)) return 1 - erf(x);
  return x < 0 ? 2 - erfcOfPositive(-x) : erfcOfPositive(x);
}

/** For y > 0.46875. */
function erfcOfPositive(y: number): number {
  if (y > 26.7) return 0;
  // exp(-y²) with y² split in two, so that its rounding is not multiplied by y².
  const head = Math.trunc(y * 16) / 16;
  const scale = Math.exp(-head * head) * Math.exp(-(y - head) * (y + head));
  if (y <= 4) return (scale * polynomial(middleNumerator, y)) / polynomial(middleDenominator, y);
  const z = 1 / (y * y);
  const ratio = (z * polynomial(largeNumerator, z)) / polynomial(largeDenominator, z);
  return (scale * (1 / Math.sqrt(Math.PI) - ratio)) / y;
}

/** Coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

// oxlint-disable no-loss-of-precision -- digits as published
const smallNumerator = [
  1.85777706184603153e-1, 3.1611237438705656, 1.13864154151050156e2, 3.77485237685302021e2,
  3.20937758913846947e3,
];
const smallDenominator = [
  1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3,
];
const middleNumerator = [
  2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
  2.98635138197400131e2, 8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3,
  1.23033935479799725e3,
];
const middleDenominator = [
  1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
  3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
];
const largeNumerator = [
  1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
  1.60837851487422766e-2, 6.58749161529837803e-4,
];
const largeDenominator = [
  1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2,
  2.33520497626869185e-3,
];
