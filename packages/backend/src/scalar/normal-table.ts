/**
 * Standard normal deviates from 32 random bits, in integers alone, so that every backend and
 * machine gives the same bits.
 *
 * The top bit is the sign. The other 31, u, stand for the tail probability u / 2³²; the inverse of
 * the normal distribution is tabulated at u = 2^octave (1 + i / 64) in fixed point with 21
 * fractional bits and interpolated linearly (error below 4e-5, largest value 6.23). Fixed point
 * keeps the result under 2²⁴, so its conversion to float32 is exact.
 */
const segmentBits = 6;
const fractionBits = 16;
const fixedPointBits = 21;
const nodes = 31 * 2 ** segmentBits + 1;

/**
 * How the words of {@link normalTable} are made, for backends that read them.
 *
 * @example
 * normalTableFormat.fixedPointBits; // => 21
 */
export const normalTableFormat: {
  readonly segmentBits: number;
  readonly fractionBits: number;
  readonly fixedPointBits: number;
  readonly nodes: number;
} = { segmentBits, fractionBits, fixedPointBits, nodes };

let table: Int32Array | undefined;

/**
 * Node i of octave o stands at index `o * 64 + i`; 31 octaves and one last node.
 *
 * @example
 * normalTable().length; // => 31 * 64 + 1
 */
export function normalTable(): Int32Array {
  if (table === undefined) {
    const perOctave = 2 ** segmentBits;
    table = Int32Array.from({ length: nodes }, (_, node) => {
      const octave = Math.floor(node / perOctave);
      const tail = (2 ** octave * (1 + (node % perOctave) / perOctave)) / 2 ** 32;
      return Math.round(upperQuantile(tail) * 2 ** fixedPointBits);
    });
  }
  return table;
}

/**
 * The deviate for these bits: the meaning of the `normalFromBits` instruction.
 *
 * @example
 * normalFromBits(0x7fffffff); // => 0
 */
export function normalFromBits(bits: number): number {
  const words = normalTable();
  const u = Math.max(bits & 0x7fffffff, 1);
  const leadingZeros = Math.clz32(u);
  const mantissa = (u << leadingZeros) & 0x7fffffff;
  const node = ((31 - leadingZeros) << segmentBits) + (mantissa >>> (31 - segmentBits));
  const fraction = (mantissa >>> (31 - segmentBits - fractionBits)) & (2 ** fractionBits - 1);
  const low = words[node]!;
  const rise = Math.imul(words[node + 1]! - low, fraction) >> fractionBits;
  const magnitude = (low + rise) * 2 ** -fixedPointBits;
  return bits >>> 31 === 1 ? -magnitude : magnitude;
}

/**
 * z with P(Z > z) = p, for 0 < p <= 1/2, to about 1e-16.
 *
 * Only + - * / and sqrt, which IEEE 754 fixes to the last bit on every engine.
 * Source: Wichura 1988, algorithm AS 241 (PPND16).
 */
function upperQuantile(p: number): number {
  const q = 0.5 - p;
  if (q <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(centralNumerator, r)) / polynomial(centralDenominator, r);
  }
  const r = Math.sqrt(-naturalLogarithm(p));
  return r <= 5
    ? polynomial(middleNumerator, r - 1.6) / polynomial(middleDenominator, r - 1.6)
    : polynomial(tailNumerator, r - 5) / polynomial(tailDenominator, r - 5);
}

/** log x by halving into [1, 2) and the series of artanh; Math.log may differ between engines. */
function naturalLogarithm(x: number): number {
  let mantissa = x;
  let exponent = 0;
  while (mantissa < 1) {
    mantissa *= 2;
    exponent--;
  }
  const t = (mantissa - 1) / (mantissa + 1);
  const square = t * t;
  let series = 0;
  for (let k = 39; k >= 1; k -= 2) series = series * square + 1 / k;
  return exponent * ln2 + 2 * t * series;
}

const ln2 = 0.6931471805599453;

/** Coefficients from the constant term up. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

const centralNumerator = [
  3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
  45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
];
const centralDenominator = [
  1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
  39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
];
const middleNumerator = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
  1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833,
  7.7454501427834140764e-4,
];
const middleDenominator = [
  1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
  0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
];
const tailNumerator = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
  0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5,
  2.01033439929228813265e-7,
];
const tailDenominator = [
  1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525,
  7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7,
  2.04426310338993978564e-15,
];
