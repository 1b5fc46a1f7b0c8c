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

/** A software adapter takes minutes for all of it, so that CI does a fifth. */
const share = process.env["CI"] === "true" ? 0.2 : 1;

describe("on webgpu, without memory calls", { timeout: 1_800_000 }, () => {
  it.each([
    [1000 * share, "models made and dropped", soakModels],
    [10_000 * share, "steps", soakSteps],
  ] as const)("%d %s leave live tensors and bytes flat", async (count, _, soak) => {
    const seen: Reading[] = await soak([count / 10, count / 2, count]);
    for (const reading of seen) process.stdout.write(`soak ${JSON.stringify(reading)}\n`);
    expectFlat(seen);
  });
});
