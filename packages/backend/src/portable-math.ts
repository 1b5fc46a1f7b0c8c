// Elementary functions from + - * / alone, which IEEE 754 fixes to the last bit: the same numbers
// in every engine, where Math.sin, Math.log, Math.exp and ** differ. Errors are about 1e-16.

const ln2 = 0.6931471805599453;

/**
 * Sine and cosine of an angle in full turns: 0.25 is a right angle. The same bits in every engine.
 *
 * @example
 * sineCosine(0.25); // => [1, 0]
 */
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

/**
 * Natural logarithm, the same bits in every engine; NaN below 0.
 *
 * @example
 * logarithm(1); // => 0
 */
export function logarithm(x: number): number {
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : x > 0 ? x : NaN;
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

/**
 * e to the power of x, the same bits in every engine.
 *
 * @example
 * exponential(0); // => 1
 */
export function exponential(x: number): number {
  if (Math.abs(x) > 750) return x > 0 ? Infinity : 0;
  const exponent = Math.round(x / ln2);
  const rest = x - exponent * ln2;
  let result = 1;
  for (let n = 16; n > 0; n--) result = 1 + (result * rest) / n;
  const factor = exponent < 0 ? 0.5 : 2;
  for (let n = Math.abs(exponent); n > 0; n--) result *= factor;
  return result;
}

/**
 * base to the power of a whole number of at least 0, the same bits in every engine.
 *
 * By squaring: the relative error is about exponent · 1e-16.
 *
 * @example
 * integerPower(0.5, 3); // => 0.125
 */
export function integerPower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

/**
 * A base of at least 0 to the power of a finite exponent, the same bits in every engine.
 *
 * @example
 * realPower(4, 2); // => 16
 */
export function realPower(base: number, exponent: number): number {
  if (Number.isSafeInteger(exponent))
    return exponent < 0 ? 1 / integerPower(base, -exponent) : integerPower(base, exponent);
  return exponential(exponent * logarithm(base));
}
