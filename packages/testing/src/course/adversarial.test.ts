import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { beforeAll, expect, it } from "vitest";
import { adversarialExamples } from "./adversarial-examples.ts";
import { isWriting, resultOf } from "./chapter-result.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

it(
  "11. a network that learns from adversarial examples of itself holds out",
  { timeout: 1_800_000 },
  async () => {
    const { plain, added, random } = await resultOf(adversarialExamples);
    expect(plain.manySteps).toBeLessThanOrEqual(isWriting ? 0.01 : 0.05);
    expect(random.manySteps).toBeGreaterThanOrEqual(isWriting ? 0.72 : 0.4);
    expect(random.clean).toBeGreaterThanOrEqual(isWriting ? 0.965 : 0.93);
    expect(random.clean).toBeGreaterThan(plain.clean - 0.02);
    // More steps find hardly more: what holds out is the network, not a gradient that leads nowhere.
    expect(random.fewSteps - random.manySteps).toBeLessThan(0.03);
    expect(added.manySteps).toBeGreaterThan(plain.manySteps + 0.15);
    expect(added.manySteps).toBeLessThan(random.manySteps);
  },
);
