import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { beforeAll, expect, it } from "vitest";
import { isWriting, resultOf } from "./chapter-result.ts";
import { vanillaGans } from "./vanilla-gans.ts";

beforeAll(async () => {
  // Steps as short as these gain little from a second thread, which waits and is counted as CPU s.
  configure({ backend: await cpu({ threads: 1 }) });
});

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

it("12. two players find every mode, and draw every digit", { timeout: 7_200_000 }, async () => {
  const { rings, digits } = await resultOf(vanillaGans);
  // In the long version, which writes the page, the games are longer and there are more of them.
  const least = {
    "least squares": isWriting ? 0.95 : 0.85,
    "non-saturating": isWriting ? 0.95 : 0.85,
    "Wasserstein, slopes near 1": isWriting ? 0.9 : 0.7,
    "non-saturating, narrow modes": 0.85,
  };
  for (const [name, games] of Object.entries(rings))
    for (const { modes, highQuality, middle } of games) {
      expect(modes, name).toBe(8);
      expect(highQuality, name).toBeGreaterThan(least[name as keyof typeof least]);
      expect(middle, name).toBeLessThan(0.01);
    }
  const { reports } = digits;
  if (digits.name === "MNIST") {
    const distances = reports.map(({ distance }) => distance);
    // 42 is the bar for 100 CPU s, 30 for five minutes on two cores; a game takes less than either.
    expect(median(distances)).toBeLessThanOrEqual(30);
    expect(Math.max(...distances)).toBeLessThanOrEqual(50);
  }
  for (const { entropy, rarest, nearer } of reports) {
    expect(entropy).toBeGreaterThanOrEqual(isWriting ? 2.26 : 1.9);
    if (isWriting) expect(rarest).toBeGreaterThanOrEqual(0.055);
    // One half is what pictures have that are new; copies have 1.
    expect(nearer).toBeLessThan(0.6);
  }
});
