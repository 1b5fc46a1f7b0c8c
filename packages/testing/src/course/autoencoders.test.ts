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
      expect(halfway.latents - halfway.pixels).toBeGreaterThan(0.03);
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
      const [smile, eyes] = [pushed("smile", 1.5), pushed("eyes", isWriting ? 1.5 : 3)];
      expect(error).toBeLessThan(isWriting ? 0.003 : 0.01);
      expect(likeness.neighbors).toBeLessThan(0.75 * likeness.strangers);
      expect(smile.before).toBeLessThan(isWriting ? 0.1 : 0.2);
      expect(smile.after).toBeGreaterThan(0.92);
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
      expect(plain.sharp / normal.sharp).toBeGreaterThan(3);
      expect(plain.blurred / normal.blurred).toBeGreaterThan(3);
      expect(mixture.sharp).toBeLessThan(normal.sharp);
      expect(mixture.blurred).toBeLessThan(normal.blurred);
      // From few latents the second stage learns less than a normal knows; it needs the long version.
      expect(second.sharp).toBeLessThan(isWriting ? normal.sharp : plain.sharp);
      expect(floor.sharp).toBeLessThan(normal.sharp);
    },
  );
});
