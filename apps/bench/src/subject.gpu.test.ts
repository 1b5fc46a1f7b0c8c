import { expect, test } from "vitest";
import { openLocal } from "./subject.ts";

test("steps run on the GPU in Node, checked first", async () => {
  const subject = await openLocal("webgpu");
  expect(subject.identity.adapter).toBeTruthy();
  const request = { case: "tiny-mlp", kind: "tiny-mlp", params: { batch: 32 }, threads: 1 };
  const checked = await subject.block({ ...request, steps: 0, check: true });
  expect(checked.check).toMatchObject({ ok: true });
  const { ns, loss } = await subject.block({ ...request, steps: 2 });
  expect(ns).toHaveLength(2);
  expect(loss).toBeGreaterThan(0);
  await subject.stop();
});
