import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { beforeAll, expect, it } from "vitest";
import { adversarialExamples } from "./adversarial-examples.ts";
import { isWriting, resultOf } from "./chapter-result.ts";

beforeAll(async () => {
  // Threads that wait for each other would count as seconds of the processor, which the page tells.
  configure({ backend: await cpu(isWriting ? { threads: 1 } : {}) });
});

it(
  "11. a network that learns from adversarial examples of itself holds out",
  { timeout: 1_800_000 },
  async () => {
    const { plain, added, twoSteps } = await resultOf(adversarialExamples);
    expect(plain.manySteps).toBeLessThanOrEqual(isWriting ? 0.01 : 0.05);
    expect(twoSteps.manySteps).toBeGreaterThanOrEqual(isWriting ? 0.72 : 0.4);
    expect(twoSteps.clean).toBeGreaterThanOrEqual(isWriting ? 0.965 : 0.93);
    expect(twoSteps.clean).toBeGreaterThan(plain.clean - 0.02);
    // A stronger attack finds hardly more: what holds out is the network, not a slope that leads nowhere.
    expect(twoSteps.hardest).toBeGreaterThan(twoSteps.manySteps - 0.1);
    expect(added.oneStep).toBeGreaterThan(plain.oneStep + 0.4);
    expect(twoSteps.manySteps).toBeGreaterThan(added.manySteps);
  },
);
