import { expect, it } from "vitest";
import { opRecords } from "../op-samples/records.ts";
import { testBackend } from "./test-backend.ts";
import { webgpuAdapter } from "./webgpu-adapter.ts";

it("the page is cross-origin isolated", () => {
  expect(crossOriginIsolated).toBe(true);
});

await testBackend(webgpuAdapter);

it("every operation in a worker, contiguous", { timeout: 900_000 }, async () => {
  const worker = new Worker(new URL("./webgpu-worker.ts", import.meta.url), { type: "module" });
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }): void => resolve(data);
    worker.onerror = (event): void => reject(new Error(event.message));
  });
  worker.terminate();
  expect(answer).toEqual({ isIsolated: true, operations: opRecords.length, misses: [] });
});
