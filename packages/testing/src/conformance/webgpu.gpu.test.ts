import { webgpu } from "@dl/backend-webgpu";
import { testBackend } from "./test-backend.ts";

await testBackend({
  name: "webgpu",
  create: () => webgpu(),
  unsupported: [
    { reason: "float64: WGSL has no such type", matches: ({ dtype }) => dtype === "float64" },
  ],
});
