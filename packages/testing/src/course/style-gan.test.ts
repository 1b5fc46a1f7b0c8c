import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { beforeAll, expect, it } from "vitest";
import { isWriting, resultOf } from "./chapter-result.ts";
import { styleGan } from "./style-gan.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

it(
  "15. styles of coarse layers move the tilt, of fine ones the background; noise moves neither",
  { timeout: 3_600_000 },
  async () => {
    const { before, truncated, mixed, projected } = await resultOf(styleGan);
    const [whole, , half] = truncated;
    expect(whole!.distance).toBeLessThan(before / 2);
    expect(half!.recall).toBeLessThan(whole!.recall);
    expect(mixed.change.noise).toBeLessThan(mixed.change.source / 2);
    for (const moved of Object.values(mixed.noise)) expect(Math.abs(moved)).toBeLessThan(0.15);
    expect(projected.error).toBeLessThan(projected.meanPicture);
    // What follows takes more than the few steps of a quick test.
    if (!isWriting) return;
    expect(half!.precision).toBeGreaterThan(whole!.precision);
    expect(mixed.coarse["tilt"]!).toBeGreaterThan(0.7);
    expect(mixed.coarse["background"]!).toBeLessThan(0.15);
    expect(mixed.fine["background"]!).toBeGreaterThan(0.85);
    expect(mixed.fine["tilt"]!).toBeLessThan(0.25);
  },
);
