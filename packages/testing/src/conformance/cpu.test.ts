import { cpu } from "@dl/backend-cpu";
import { testBackend } from "./test-backend.ts";

await testBackend({
  name: "cpu",
  // Without fused multiply-add, so that every engine gives the published numbers.
  create: () => cpu({ deterministic: true }),
  unsupported: [
    { reason: "float64: WebAssembly SIMD kernels are float32", matches: ({ dtype }) => dtype === "float64" },
  ],
});
