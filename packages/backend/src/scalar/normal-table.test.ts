import { erfc } from "@dl/backend-reference";
import { expect, test } from "vitest";
import { normalFromBits, normalTable, normalTableFormat } from "./normal-table.ts";
import { philox4x32 } from "./philox.ts";

/** Bits whose top bit, the sign, is clear. */
const samples: readonly number[] = [
  ...Array.from({ length: 31 }, (_, octave) => 2 ** octave),
  ...Array.from({ length: 31 }, (_, octave) => 2 ** (octave + 1) - 1),
  ...Array.from(
    { length: 20_000 },
    (_, i) => philox4x32([i, 0, 0, 0], [1, 2])[0] >>> (1 + (i % 24)),
  ),
].toSorted((a, b) => a - b);

test("the table falls, and its steps fit the 32-bit interpolation", () => {
  const table = normalTable();
  expect(table).toHaveLength(31 * 2 ** normalTableFormat.segmentBits + 1);
  expect(table.at(-1)).toBe(0);
  expect(table[0]!).toBeLessThan(2 ** 24);
  const rises = table.slice(1).map((node, i) => node - table[i]!);
  expect(rises.every((rise) => rise < 0)).toBe(true);
  const largest = Math.max(...rises.map(Math.abs));
  expect(largest * (2 ** normalTableFormat.fractionBits - 1)).toBeLessThan(2 ** 31);
});

test("deviates never rise with the tail they stand for", () => {
  const deviates = samples.map(normalFromBits);
  expect(deviates.every((z, i) => i === 0 || z <= deviates[i - 1]!)).toBe(true);
});

test("the sign bit mirrors", () => {
  for (const bits of samples)
    expect(normalFromBits((bits | 0x80000000) >>> 0)).toBe(-normalFromBits(bits));
});

test("signed and unsigned words mean the same", () => {
  expect(normalFromBits(-5)).toBe(normalFromBits(2 ** 32 - 5));
});

test("agrees with the inverse of erfc to 4e-5", () => {
  const worst = samples.reduce((error, bits) => {
    const z = normalFromBits(bits);
    const tail = 0.5 * erfc(z / Math.SQRT2);
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    return Math.max(error, Math.abs(tail - Math.max(bits, 1) / 2 ** 32) / density);
  }, 0);
  expect(worst).toBeLessThan(4e-5);
});

test("extreme bits", () => {
  expect(normalFromBits(0)).toBe(normalFromBits(1));
  expect(normalFromBits(0)).toBeCloseTo(6.2302, 3); // P(Z > 6.2302) = 2⁻³²
  expect(normalFromBits(0x80000000)).toBe(-normalFromBits(0));
  expect(normalFromBits(0x7fffffff)).toBeGreaterThanOrEqual(0);
  expect(normalFromBits(0x7fffffff)).toBeLessThan(1e-6);
  expect(normalFromBits(0x40000000)).toBeCloseTo(0.6744897501960817, 6); // upper quartile
});

test("every deviate is a float32", () => {
  expect(samples.every((bits) => Math.fround(normalFromBits(bits)) === normalFromBits(bits))).toBe(
    true,
  );
});

test("moments of a million deviates", () => {
  const sums = [0, 0, 0, 0];
  const blocks = 250_000;
  for (let block = 0; block < blocks; block++)
    for (const bits of philox4x32([block, 0, 7, 0], [42, 0])) {
      const z = normalFromBits(bits);
      for (let power = 0, term = z; power < 4; power++, term *= z) sums[power]! += term;
    }
  const [mean, square, cube, fourth] = sums.map((sum) => sum / (4 * blocks));
  // Within four standard errors: 1, √2, √15 and √96 over √n.
  expect(Math.abs(mean!)).toBeLessThan(0.004);
  expect(Math.abs(square! - 1)).toBeLessThan(0.0057);
  expect(Math.abs(cube!)).toBeLessThan(0.0155);
  expect(Math.abs(fourth! - 3)).toBeLessThan(0.04);
});
