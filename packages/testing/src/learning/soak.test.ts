import { cpu } from "@dl/backend-cpu";
import { OutOfMemoryError } from "@dl/backend";
import { collectGarbage, configure, normal, settings } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { expectFlat, soakSteps } from "./soak.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

describe("a loop without memory calls", () => {
  it("runs 10,000 steps with live tensors and bytes flat", { timeout: 120_000 }, async () => {
    const seen = await soakSteps([1000, 5000, 10_000]);
    for (const reading of seen) process.stdout.write(`soak ${JSON.stringify(reading)}\n`);
    expectFlat(seen, 1.25);
  });

  it("that never awaits meets an error that names the cure", async () => {
    const before = settings().memoryBudgetBytes;
    await collectGarbage();
    configure({ memoryBudgetBytes: 32 * 2 ** 20 });
    let thrown: unknown;
    try {
      let x = normal([1024, 64]);
      const weight = normal([64, 64], { std: 0.1 });
      for (let step = 0; step < 10_000; step++) x = x.matmul(weight).tanh();
      x.dispose();
    } catch (error) {
      thrown = error;
    } finally {
      configure({ memoryBudgetBytes: before });
    }
    expect(thrown).toBeInstanceOf(OutOfMemoryError);
    expect((thrown as Error).message).toMatch(/await loss\.item\(\)/);
  });
});
