import { reference } from "@dl/backend-reference";
import { webgpu, type WebgpuBackend } from "@dl/backend-webgpu";
import { afterAll, beforeAll, describe, it } from "vitest";
import { expectHomogeneous, homogeneous, scales } from "./scales.ts";

let gpu: WebgpuBackend;
beforeAll(async () => {
  gpu = await webgpu();
});
afterAll(() => gpu.dispose());

describe("squares out of float32's range: webgpu", () => {
  for (const one of homogeneous)
    for (const scale of scales.filter((size) => one.largeOnly !== true || size > 1))
      it(`${one.name} at ${scale.toExponential(0)}`, () =>
        expectHomogeneous(one, scale, gpu, reference()));
});
