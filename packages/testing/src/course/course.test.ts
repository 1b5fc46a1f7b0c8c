import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { autodiff } from "./autodiff.ts";
import { backpropagation } from "./backpropagation.ts";
import { isWriting, resultOf } from "./chapter-result.ts";
import { chapters } from "./chapters.ts";
import { convolution } from "./convolution.ts";
import { deepNets } from "./deep-nets.ts";
import { endToEnd } from "./end-to-end.ts";
import { functions } from "./functions.ts";
import { minibatches } from "./minibatches.ts";
import { firstStepRatio, optimizersChapter } from "./optimizers.ts";
import { writeIndex } from "./page.ts";
import { regularizers, zeroCount } from "./regularizers.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
  if (isWriting) writeIndex(chapters);
});

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
});
