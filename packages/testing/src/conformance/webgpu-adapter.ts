import { webgpu } from "@dl/backend-webgpu";
import type { BackendAdapter } from "./adapter.ts";
import type { Part } from "./part.ts";
import { subnormalsLostBy, type SubnormalPlace } from "./subnormal-numbers.ts";

/** Operations whose extremes hold subnormal numbers, and where in their arithmetic those come to stand. */
const onSubnormalNumbers: Readonly<Record<string, readonly SubnormalPlace[]>> = {
  mul: ["factor"],
  floorDivide: ["term"],
  logit: ["quotient"],
  xlogy: ["factor"],
};

export const webgpuAdapter: BackendAdapter = {
  name: "webgpu",
  create: () => webgpu(),
  // Devices may fuse, reorder and approximate division: WGSL asks for 2.5 ULP in a quotient.
  tolerances: {
    forward: { relative: 1e-4, absolute: 1e-5 },
    gradient: { relative: 1e-3, absolute: 1e-4 },
  },
  unsupported: [
    { reason: "float64: WGSL has no such type", matches: ({ dtype }) => dtype === "float64" },
  ],
  exceptions: async (backend) => {
    const isLost = await subnormalsLostBy(backend);
    return Object.entries(onSubnormalNumbers)
      .filter(([, places]) => places.some((place) => isLost[place]))
      .map(([op]) => ({
        op,
        check: "extremes",
        reason:
          "WGSL lets a device take a subnormal number (below 1.2e-38) for 0 in arithmetic, and SwiftShader does",
      }));
  },
};

/** Which operations a browser does where. */
export const inPage: Part = { index: 0, count: 2 };
export const inWorker: Part = { index: 1, count: 2 };
