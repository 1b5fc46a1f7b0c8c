// Elementary functions from + - * / alone, which IEEE 754 fixes to the last bit: the same numbers
// in every engine, where Math.sin, Math.log and Math.exp may differ. Errors are about 1e-16.

const ln2 = 0.6931471805599453;

/** Sine and cosine of an angle in full turns: 0.25 is a right angle. */
export function sineCosine(turns: number): readonly [sine: number, cosine: number] {
  const quarter = Math.round(4 * turns);
  const angle = (turns - quarter / 4) * (2 * Math.PI); // from -π/4 to π/4
  const square = angle * angle;
  let sine = 0;
  let cosine = 0;
  // Taylor series, last term first: -π/4 to π/4 needs the powers up to 16.
  for (let n = 8; n > 0; n--) {
    cosine = ((1 + cosine) * -square) / (2 * n * (2 * n - 1));
    sine = ((1 + sine) * -square) / (2 * n * (2 * n + 1));
  }
  sine = angle * (1 + sine);
  cosine = 1 + cosine;
  switch (((quarter % 4) + 4) % 4) {
    case 0:
      return [sine, cosine];
    case 1:
      return [cosine, -sine];
    case 2:
      return [-sine, -cosine];
    default:
      return [-cosine, sine];
  }
}

/** Natural logarithm of a finite x > 0. */
export function logarithm(x: number): number {
  let exponent = 0;
  let mantissa = x;
  for (; mantissa > 1.5; exponent++) mantissa /= 2;
  for (; mantissa < 0.75; exponent--) mantissa *= 2;
  // ln m = 2 artanh z with z = (m - 1) / (m + 1), so |z| <= 1/5.
  const z = (mantissa - 1) / (mantissa + 1);
  const square = z * z;
  let series = 0;
  for (let n = 25; n > 1; n -= 2) series = (series + 1 / n) * square;
  return exponent * ln2 + 2 * z * (1 + series);
}

/** e to the power of x, for x from -700 to 700. */
export function exponential(x: number): number {
  const exponent = Math.round(x / ln2);
  const rest = x - exponent * ln2;
  let result = 1;
  for (let n = 16; n > 0; n--) result = 1 + (result * rest) / n;
  const factor = exponent < 0 ? 0.5 : 2;
  for (let n = Math.abs(exponent); n > 0; n--) result *= factor;
  return result;
}
