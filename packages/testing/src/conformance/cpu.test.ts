import { cpu } from "@dl/backend-cpu";
import type { BackendAdapter } from "./adapter.ts";
import { writeReport } from "./results.ts";
import { testBackend } from "./test-backend.ts";

const cpuAdapter: BackendAdapter = {
  name: "cpu",
  // Without fused multiply-add, so that every engine gives the published numbers.
  create: () => cpu({ deterministic: true }),
  unsupported: [
    {
      reason: "float64: WebAssembly SIMD kernels are float32",
      matches: ({ dtype }) => dtype === "float64",
    },
  ],
  exceptions: async () => [
    {
      op: "matmul",
      check: "forward",
      sample: "[5, 1000] [1000]",
      reason:
        "1000 equal products (broadcast operands) summed in float32: the rounding errors have one sign and add up to 1e-5 of the sum",
    },
    {
      op: "matmul",
      check: "forward",
      sample: "[17, 300] [300, 18]",
      reason:
        "300 equal products (broadcast operands) summed in float32: the rounding errors have one sign and add up to 2e-6 of the sum",
    },
  ],
};

await testBackend(cpuAdapter, { onReport: (report) => writeReport("cpu", report) });
