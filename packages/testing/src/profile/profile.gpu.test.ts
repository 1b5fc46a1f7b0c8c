import { webgpu } from "@dl/backend-webgpu";
import { describe } from "vitest";
import { testProfile } from "./test-profile.ts";

describe("profile on WebGPU", () => {
  testProfile(() => webgpu());
});
