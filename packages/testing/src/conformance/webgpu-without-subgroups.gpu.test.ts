import { webgpu } from "@dl/backend-webgpu";
import { testBackend } from "./test-backend.ts";
import { webgpuAdapter } from "./webgpu-adapter.ts";

// Only reductions differ.
await testBackend(
  { ...webgpuAdapter, create: () => webgpu({ subgroups: false }) },
  { theme: "reductions" },
);
