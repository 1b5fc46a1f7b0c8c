import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { philox4x32 } from "./philox.ts";

type Four = [number, number, number, number];

/** A line of Random123's known answers: name, rounds, counter, key, expected words. */
function check(line: string): void {
  const [, rounds, ...words] = line.trim().split(/\s+/);
  const numbers = words.map((word) => Number.parseInt(word, 16));
  expect(numbers).toHaveLength(10);
  const key = numbers.slice(4, 6) as [number, number];
  const result = philox4x32(numbers.slice(0, 4) as Four, key, Number(rounds));
  expect({ line, result }).toEqual({ line, result: numbers.slice(6) });
}

// Random123 (Salmon et al. 2011), kat_vectors.
test.each([
  "philox4x32 10 00000000 00000000 00000000 00000000 00000000 00000000   6627e8d5 e169c58d bc57ac4c 9b00dbd8",
  "philox4x32 10 ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff   408f276d 41c83b0e a20bc7c6 6d5451fd",
  "philox4x32 10 243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0   d16cfe09 94fdcceb 5001e420 24126ea1",
])("%s", check);

test("every published vector", ({ skip }) => {
  const folder = new URL("../../../../../shared/data/random123/", import.meta.url);
  if (!existsSync(folder)) skip("skipped: data folder absent");
  const lines = readdirSync(folder)
    .flatMap((file) => readFileSync(new URL(file, folder), "utf8").split("\n"))
    .filter((line) => line.startsWith("philox4x32 "));
  expect(lines.length).toBeGreaterThan(20);
  lines.forEach(check);
});

test("words given as signed integers count the same", () => {
  expect(philox4x32([-1, -1, -1, -1], [-1, -1])).toEqual([
    0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
  ]);
});
