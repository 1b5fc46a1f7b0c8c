import { webgpu } from "@dl/backend-webgpu";
import { configure, settings } from "@dl/tensor";
import { afterAll, beforeAll, expect, it } from "vitest";
import { soakModels, soakSteps } from "./soak.ts";

const before = settings().backend;
beforeAll(async () => {
  configure({ backend: await webgpu() });
});
afterAll(async () => {
  await settings().backend!.dispose();
  configure({ backend: before });
});

// A page cannot ask for a collection: what counts is what is held once pressure has brought one about.
it.each([
  ["40 models made and dropped", soakModels, [20, 40]],
  ["300 steps", soakSteps, [150, 300]],
] as const)(
  "%s in a page leave tensors and bytes flat",
  { timeout: 240_000 },
  async (_, soak, counts) => {
    const [first, last] = await soak(counts);
    expect(last!.held.tensors).toBeLessThanOrEqual(first!.held.tensors);
    expect(last!.held.bytes).toBeLessThanOrEqual(first!.held.bytes);
  },
);
