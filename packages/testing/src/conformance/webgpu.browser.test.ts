import { expect, it } from "vitest";
import { indexFaults } from "./index-faults.ts";
import { recordsIn } from "./part.ts";
import { testBackend } from "./test-backend.ts";
import { inPage, inWorker, webgpuAdapter } from "./webgpu-adapter.ts";

it("the page is cross-origin isolated", () => {
  expect(crossOriginIsolated).toBe(true);
});

// Together they do everything; each pipeline that both compiled would cost a software adapter twice.
await testBackend(webgpuAdapter, { part: inPage });

it("the other half of the operations, in a worker", { timeout: 900_000 }, async () => {
  const worker = new Worker(new URL("./webgpu-worker.ts", import.meta.url), { type: "module" });
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }): void => resolve(data);
    worker.onerror = (event): void => reject(new Error(event.message));
  });
  worker.terminate();
  expect(answer).toEqual({
    isIsolated: true,
    operations: recordsIn(inWorker).length,
    indexFaults: indexFaults.map(({ name, message }) => ({ name, message, after: 6 })),
    misses: [],
    unused: [],
  });
});
