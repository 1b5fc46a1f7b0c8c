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

/** A software adapter takes minutes for 10,000. */
const steps = process.env["CI"] === "true" ? 2000 : 10_000;

describe("on webgpu, without memory calls", { timeout: 1_800_000 }, () => {
  it.each([
    [1000, "models made and dropped", soakModels],
    [steps, "steps", soakSteps],
  ] as const)("%d %s leave live tensors and bytes flat", async (count, _, soak) => {
    const seen: Reading[] = await soak([count / 10, count / 2, count]);
    for (const reading of seen) process.stdout.write(`soak ${JSON.stringify(reading)}\n`);
    // Blocks are multiples of 256 bytes; the small tensors of this network fill 64 % of theirs.
    expectFlat(seen, 2);
  });
});
