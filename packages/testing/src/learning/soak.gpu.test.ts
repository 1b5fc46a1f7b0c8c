import { webgpu } from "@dl/backend-webgpu";
import { configure, settings } from "@dl/tensor";
import { afterAll, beforeAll, describe, it } from "vitest";
import { expectFlat, type Reading, soakModels, soakSteps } from "./soak.ts";

const before = settings().backend;
beforeAll(async () => {
  configure({ backend: await webgpu() });
});
afterAll(async () => {
  await settings().backend!.dispose();
  configure({ backend: before });
});

describe("on webgpu, without memory calls", { timeout: 1_800_000 }, () => {
  it.each([
    ["1,000 models made and dropped", soakModels, [100, 500, 1000]],
    ["10,000 steps", soakSteps, [1000, 5000, 10_000]],
  ] as const)("%s leave live tensors and bytes flat", async (_, soak, counts) => {
    const seen: Reading[] = await soak(counts);
    for (const reading of seen) process.stdout.write(`soak ${JSON.stringify(reading)}\n`);
    expectFlat(seen);
  });
});
