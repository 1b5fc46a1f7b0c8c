import { cpu } from "@dl/backend-cpu";
import { webgpu } from "@dl/backend-webgpu";
import { BatchNorm, Linear, Sequential } from "@dl/nn";
import type { Backend } from "@dl/backend";
import { expect, it } from "vitest";
import { loadModel, modelBytes } from "../index.ts";

it("moves a model from the GPU to the processor and back, bit by bit", async () => {
  const make = (backend: Backend): Sequential =>
    new Sequential(new Linear(3, 2, { backend }), new BatchNorm(2, { backend }));
  const gpu = await webgpu();
  const saved = await modelBytes(make(gpu));
  const onCpu = make(await cpu({ threads: 1 }));
  await loadModel(onCpu, saved);
  expect(await modelBytes(onCpu)).toEqual(saved);
  const onGpu = make(gpu);
  await loadModel(onGpu, await modelBytes(onCpu));
  expect(await modelBytes(onGpu)).toEqual(saved);
  await gpu.dispose();
});
