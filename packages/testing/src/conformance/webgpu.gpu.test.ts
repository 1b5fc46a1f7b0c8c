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
  exceptions: [
    ...onSubnormalNumbers.map((op) => ({
      op,
      check: "extremes" as const,
      reason:
        "WGSL lets a device take a subnormal number (below 1.2e-38) for 0 in arithmetic, and SwiftShader does",
    })),
    ...["[5, 1000] [1000]", "[17, 300] [300, 18]"].map((shapes) => ({
      op: "matmul",
      check: "forward" as const,
      sample: shapes,
      reason:
        "equal products (broadcast operands) summed in float32: the rounding errors have one sign and add up to 3e-6 of the sum",
    })),
    {
      op: "conv2d",
      check: "first",
      sample: "large",
      reason: "products summed in order in float32: one element is off by 7e-6 of itself",
    },
  ],
});
