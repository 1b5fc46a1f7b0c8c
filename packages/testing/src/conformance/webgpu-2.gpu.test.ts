import { writeReport } from "./results.ts";
import { testBackend } from "./test-backend.ts";
import { webgpuAdapter } from "./webgpu-adapter.ts";

await testBackend(webgpuAdapter, {
  part: { index: 1, count: 2 },
  onReport: (report) => writeReport("webgpu-2", report),
});
