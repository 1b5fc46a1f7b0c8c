/**
 * Philox4x32-10: ten rounds of a keyed bijection on four 32-bit words.
 *
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", section 4.3; the
 * constants are the published ones of Random123.
 *
 * @example
 * philox4x32([0, 0, 0, 0], [0, 0])[0]; // => 0x6627e8d5
 */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  rounds = 10,
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round++) {
    const low0 = Math.imul(philoxMultipliers[0], c0);
    const high0 = multiplyHigh(philoxMultipliers[0], c0);
    const low1 = Math.imul(philoxMultipliers[1], c2);
    const high1 = multiplyHigh(philoxMultipliers[1], c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + philoxKeyIncrements[0]) | 0;
    k1 = (k1 + philoxKeyIncrements[1]) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/**
 * The two odd factors of a Philox round.
 *
 * @example
 * philoxMultipliers.map((factor) => factor % 2); // => [1, 1]
 */
export const philoxMultipliers: readonly [number, number] = [0xd2511f53, 0xcd9e8d57];
/**
 * Fractional parts of the golden ratio and of √3 - 1, times 2³².
 *
 * @example
 * philoxKeyIncrements[0] / 2 ** 32; // => 0.61803...
 */
export const philoxKeyIncrements: readonly [number, number] = [0x9e3779b9, 0xbb67ae85];

/** High 32 bits of the 64-bit product of two uint32. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const cross = aHigh * bLow + ((aLow * bLow) >>> 16);
  // `cross` stays under 2³², `middle` under 2³³: exact in a double, so divide instead of shift.
  const middle = aLow * bHigh + (cross % 0x10000);
  return aHigh * bHigh + Math.floor(cross / 0x10000) + Math.floor(middle / 0x10000);
}
