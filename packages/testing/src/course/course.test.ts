import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { autodiff } from "./autodiff.ts";
import { autoencoders } from "./autoencoders.ts";
import { backpropagation } from "./backpropagation.ts";
import type { Chapter, ChapterHead } from "./chapter.ts";
import { convolution } from "./convolution.ts";
import { deepNets } from "./deep-nets.ts";
import { endToEnd } from "./end-to-end.ts";
import { faceGenerators } from "./face-generators.ts";
import { functions } from "./functions.ts";
import { generators } from "./generators.ts";
import { latentUses } from "./latent-uses.ts";
import { minibatches } from "./minibatches.ts";
import { firstStepRatio, optimizersChapter } from "./optimizers.ts";
import { readPage, shownCode, writeIndex, writePage } from "./page.ts";
import { regularizers, zeroCount } from "./regularizers.ts";
import { variational } from "./variational.ts";

const isWriting = process.env["DL_COURSE"] === "write";
const chapters: readonly ChapterHead[] = [
  functions,
  autodiff,
  backpropagation,
  deepNets,
  minibatches,
  optimizersChapter,
  regularizers,
  convolution,
  endToEnd,
  generators,
  latentUses,
  autoencoders,
  faceGenerators,
  variational,
];

beforeAll(async () => {
  configure({ backend: await cpu() });
  if (isWriting) writeIndex(chapters);
});

/** Runs a chapter, prints its figures and writes its page where that is asked for. */
async function resultOf<Result>(chapter: Chapter<Result>): Promise<Result> {
  const started = performance.now();
  const result = await chapter.run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const lines = chapter.figures(result).map(({ what, value }) => `  ${what}: ${value}\n`);
  process.stdout.write(`${chapter.number}. ${chapter.title} (${seconds} s)\n${lines.join("")}`);
  if (isWriting) await writePage(chapter, result);
  // The page shows the code that runs; `npm run course` writes it anew.
  expect(readPage(chapter)).toContain(shownCode(chapter));
  return result;
}

describe("the course's claims", { timeout: 120_000 }, () => {
  it("1. a Function of two inputs and two outputs trains", async () => {
    const { losses, matrixError } = await resultOf(functions);
    expect(losses.at(-1)).toBeLessThan(1e-4 * losses[0]!);
    expect(matrixError).toBeLessThan(0.01);
  });

  it("2. gradients equal finite differences for every operation", async () => {
    const comparisons = await resultOf(autodiff);
    expect(comparisons.length).toBeGreaterThan(150);
    for (const { operation, worst } of comparisons) expect(worst, operation).toBeLessThan(1e-3);
  });

  it("3. dl/dW = dl/dk xᵀ", async () => {
    const { errors, batchError, refusal } = await resultOf(backpropagation);
    expect(errors).toEqual({ outerProduct: 0, sumOverPaths: 0 });
    expect(batchError).toBeLessThan(1e-5);
    expect(refusal).toContain("only a scalar");
  });

  it("4. good initialisation keeps the variance through 50 layers; dead neurons are found", async () => {
    const { depths, dead } = await resultOf(deepNets);
    for (const { scheme, forward, backward } of depths) {
      if (!scheme.isGood) {
        const ends = [forward.at(-1)!, backward[0]!];
        expect(
          Math.max(...ends.map((end) => Math.abs(Math.log10(end)))),
          scheme.name,
        ).toBeGreaterThan(10);
        continue;
      }
      for (const value of forward) expect(Math.abs(Math.log2(value)), scheme.name).toBeLessThan(1);
    }
    for (const { reported, neverOn } of dead) expect(reported).toBe(neverOn);
    expect(dead[0]!.reported).toBe(0);
    expect(dead[1]!.reported).toBeGreaterThan(0);
  });

  it("5. a batch's noise falls in proportion to its size", async () => {
    const rows = await resultOf(minibatches);
    for (const { batchSize, noise, expected } of rows.slice(0, -1))
      expect(noise / expected, `batches of ${batchSize}`).toSatisfy(
        (x: number) => x > 0.6 && x < 1.6,
      );
    expect(rows.at(-1)!.noise).toBeLessThan(1e-9);
  });

  it("6. optimisers go where PyTorch's go", async () => {
    const { trajectories } = await resultOf(optimizersChapter);
    expect(trajectories).toHaveLength(14);
    for (const { surface, name, fromTorch } of trajectories)
      if (name === "course Adam") expect(fromTorch).toBeGreaterThan(0.1);
      else expect(fromTorch, `${name} on ${surface}`).toBeLessThan(1e-3);
    expect(firstStepRatio(trajectories)).toBeCloseTo(0.1 / Math.sqrt(0.001), 3);
  });

  it("7. L1 gives exact zeros, dropout narrows the gap", async () => {
    const { fits, gaps } = await resultOf(regularizers);
    const zeros = (penalty: string): number =>
      zeroCount(fits.find((fit) => fit.penalty === penalty && fit.strength === 0.5)!.weights);
    expect(zeros("l1")).toBeGreaterThan(10);
    expect(zeros("l2")).toBe(0);
    const [without, dropped] = gaps.map(({ train, test }) => test.at(-1)! - train.at(-1)!);
    expect(dropped).toBeLessThan(0.85 * without!);
  });

  it("8. a CNN beats an MLP of equal size on digits", async () => {
    const [cnn, mlp] = await resultOf(convolution);
    expect(Math.abs(cnn!.parameters / mlp!.parameters - 1)).toBeLessThan(0.03);
    expect(cnn!.accuracies.at(-1)! - mlp!.accuracies.at(-1)!).toBeGreaterThan(0.03);
  });

  it("9. a pipeline trained end to end beats the same trained in stages", async () => {
    const result = await resultOf(endToEnd);
    expect(result.endToEnd.at(-1)! - result.staged.at(-1)!).toBeGreaterThan(0.05);
  });

  it("10. a network is a generator in three ways; distance averages", async () => {
    const { full, diagonal, ring } = await resultOf(generators);
    expect(full.excess).toBeLessThan(0.004);
    for (const [i, share] of [0.5, 0.9, 0.99].entries())
      expect(Math.abs(full.shares[i]! - share), `region of ${share}`).toBeLessThan(0.015);
    expect(diagonal.excess).toBeGreaterThan(0.3);
    const { "way 2, naive distance": naive, ...others } = ring;
    expect(naive.modes).toBe(0);
    expect(naive.middle).toBeGreaterThanOrEqual(0.99);
    for (const [name, { modes, middle }] of Object.entries(others)) {
      expect(modes, name).toBe(8);
      expect(middle, name).toBeLessThan(0.01);
    }
    expect(ring["way 3, likelihood"].highQuality).toBeGreaterThan(0.75);
  });

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
      if (isWriting) expect(second.sharp).toBeLessThan(normal.sharp);
      else expect(second.sharp).toBeLessThan(plain.sharp);
      expect(floor.sharp).toBeLessThan(normal.sharp);
    },
  );

  // In the long version, which writes the pages, it learns MNIST.
  it(
    "19. ln p(x) = L + KL, no averaging on the ring, a bound that rises",
    { timeout: 1_800_000 },
    async () => {
      const { linear, rings, pictures, digits } = await resultOf(variational);
      expect(linear.gap).toBeLessThan(1e-9);
      expect(Math.abs(linear.sampledBound - linear.bound)).toBeLessThan(0.01);
      for (const [i, { modes, highQuality, middle }] of rings.entries()) {
        expect(modes, `seed ${i}`).toBe(8);
        expect(highQuality, `seed ${i}`).toBeGreaterThanOrEqual(0.8);
        expect(middle, `seed ${i}`).toBeLessThan(0.001);
      }
      for (const { reports, likelihood } of Object.values(digits)) {
        const bounds = reports.map(({ bound }) => bound);
        for (const [i, bound] of bounds.slice(1).entries())
          expect(bound, `epoch ${i + 2}`).toBeGreaterThan(bounds[i]!);
        expect(likelihood).toBeGreaterThan(bounds.at(-1)!);
      }
      const [dense, convolutional] = [digits.dense, digits.convolutional];
      if (pictures.name === "MNIST") {
        expect(dense.reports[9]!.bound).toBeGreaterThanOrEqual(-102.3);
        expect(dense.likelihood).toBeGreaterThanOrEqual(-95.8);
        expect(convolutional.reports.at(-1)!.bound).toBeGreaterThanOrEqual(-98.5);
      } else expect(dense.reports.at(-1)!.bound).toBeGreaterThan(-200);
    },
  );
});
