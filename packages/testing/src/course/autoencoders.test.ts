import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { autoencoders } from "./autoencoders.ts";
import { isWriting, resultOf } from "./chapter-result.ts";
import { faceGenerators } from "./face-generators.ts";
import { latentUses } from "./latent-uses.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

describe("the course's claims on latents", () => {
  // In the long version, which writes the pages, these three learn more, from more.
  it(
    "16. a generator inverts, interpolates, does sums, truncates and knows what is odd",
    { timeout: 1_800_000 },
    async () => {
      const { inverted, halfway, bold, truncated, odd } = await resultOf(latentUses);
      expect(inverted.error).toBeLessThan(isWriting ? 0.004 : 0.008);
      expect(inverted.error).toBeLessThan(inverted.nearest / 4);
      expect(inverted.kept).toBeGreaterThanOrEqual(0.95);
      expect(halfway.latents - halfway.pixels).toBeGreaterThan(isWriting ? 0.04 : 0.02);
      expect(bold.latents).toBeLessThan(0.7 * Math.min(bold.pixels, bold.untouched));
      for (const [i, { confidence, variety }] of truncated.slice(1).entries()) {
        expect(confidence).toBeGreaterThan(truncated[i]!.confidence);
        expect(variety).toBeLessThan(truncated[i]!.variety);
      }
      expect(odd.told).toBeGreaterThan(0.75);
    },
  );

  it(
    "17. the smile vector makes faces smile, and leaves the rest alone",
    { timeout: 1_800_000 },
    async () => {
      const { error, likeness, pushes } = await resultOf(autoencoders);
      const pushed = (attribute: string, times: number) =>
        pushes.find((push) => push.attribute === attribute && push.times === times)!;
      const [smile, eyes] = [pushed("smile", 1.5), pushed("eyes", 3)];
      expect(error).toBeLessThan(isWriting ? 0.003 : 0.01);
      expect(likeness.neighbors).toBeLessThan(0.75 * likeness.strangers);
      expect(smile.before).toBeLessThan(isWriting ? 0.1 : 0.35);
      expect(smile.after).toBeGreaterThan(isWriting ? 0.92 : 0.85);
      for (const [name, rise] of Object.entries(smile.rises))
        if (name !== "smile") expect(Math.abs(rise), name).toBeLessThan(0.06);
      expect(eyes.after).toBeGreaterThan(0.6);
      expect(eyes.after - eyes.before).toBeGreaterThan(isWriting ? 0.5 : 0.3);
    },
  );

  it(
    "18. decoding a normal fitted to latents beats decoding plain noise",
    { timeout: 1_800_000 },
    async () => {
      const { distances } = await resultOf(faceGenerators);
      const { normal, mixture, "N(0, 1)": plain, "second stage": second, floor } = distances;
      expect(plain.sharp / normal.sharp).toBeGreaterThan(isWriting ? 3 : 1.5);
      expect(plain.blurred / normal.blurred).toBeGreaterThan(isWriting ? 3 : 2);
      if (isWriting) {
        for (const judge of ["sharp", "blurred"] as const)
          expect(mixture[judge], judge).toBeLessThan(normal[judge]);
        expect(second.sharp).toBeLessThan(normal.sharp);
      }
      expect(floor.sharp).toBeLessThan(normal.sharp);
    },
  );
});
