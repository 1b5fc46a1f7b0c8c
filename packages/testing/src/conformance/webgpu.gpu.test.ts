import { webgpu } from "@dl/backend-webgpu";
import { testBackend } from "./test-backend.ts";

/** Operations whose extremes hold subnormal numbers that reach an addition, product or quotient. */
const onSubnormalNumbers = [
  "mul",
  "div",
  "floorDivide",
  "hypot",
  "logit",
  "xlogy",
  "atan2",
] as const;

await testBackend({
  name: "webgpu",
  create: () => webgpu(),
  unsupported: [
    { reason: "float64: WGSL has no such type", matches: ({ dtype }) => dtype === "float64" },
  ],
  exceptions: onSubnormalNumbers.map((op) => ({
    op,
    check: "extremes",
    reason:
      "WGSL lets a device take a subnormal number (below 1.2e-38) for 0 in arithmetic, and SwiftShader does",
  })),
});
