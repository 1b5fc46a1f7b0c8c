import { cpu } from "@dl/backend-cpu";
import { expect, it } from "vitest";
import { subnormalsLostBy } from "./subnormal-numbers.ts";
import { webgpuAdapter } from "./webgpu-adapter.ts";

it("a device that keeps subnormal numbers is excused from nothing", async () => {
  const backend = await cpu();
  expect(await subnormalsLostBy(backend)).toEqual({
    term: false,
    factor: false,
    quotient: false,
  });
  expect(await webgpuAdapter.exceptions!(backend)).toEqual([]);
  await backend.dispose();
});
