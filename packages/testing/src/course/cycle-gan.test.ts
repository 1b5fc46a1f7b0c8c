import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { beforeAll, expect, it } from "vitest";
import { isWriting, resultOf } from "./chapter-result.ts";
import { cycleGan } from "./cycle-gan.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

// In the long version, which writes the page, more pictures of twice the size are learnt longer, by more seeds.
it(
  "14. two bags without pairs are enough to turn one kind into the other",
  { timeout: 3_600_000 },
  async () => {
    const { thin, coloured, faces } = await resultOf(cycleGan);
    for (const { toA, toB } of thin.bySeed)
      expect(Math.max(toA, toB)).toBeLessThan(isWriting ? 0.065 : thin.identity / 2);
    for (const { toA, toB, back } of coloured.bySeed) {
      expect(toA).toBeLessThan(isWriting ? 0.04 : coloured.identity);
      if (isWriting) expect(back / toB).toBeLessThan(0.45);
    }
    if (isWriting)
      for (const { toA, toB } of faces.bySeed) {
        expect(toA).toBeLessThan(Math.min(faces.identity, faces.mean.a));
        expect(toB).toBeLessThan(faces.identity / 2);
      }
  },
);
