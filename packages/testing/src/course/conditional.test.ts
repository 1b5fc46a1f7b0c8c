import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { beforeAll, expect, it } from "vitest";
import { isWriting, resultOf } from "./chapter-result.ts";
import { conditional } from "./conditional.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

// In the long version, which writes the page, emojis are redrawn; else a few faces from their outlines.
it("13. an adversary makes what is learnt from pairs sharp", { timeout: 1_800_000 }, async () => {
  const { identity, made } = await resultOf(conditional);
  for (const { "L1 alone": alone, "adversarial + L1": played } of made) {
    expect(played.error).toBeLessThan(isWriting ? 0.14 : identity);
    const blur = (sharpness: number): number => Math.abs(Math.log(sharpness));
    expect(blur(played.sharpness)).toBeLessThan(isWriting ? 0.1 : blur(alone.sharpness));
    expect(played.told).toBeLessThanOrEqual(isWriting ? 0.78 : alone.told);
    if (isWriting) expect(alone.told).toBeGreaterThan(0.9);
    expect(played.spread).toBeGreaterThan(0.002);
  }
});
