import { cpu } from "@dl/backend-cpu";
import { OutOfMemoryError } from "@dl/backend";
import { Linear, meanSquaredError, Sequential, Tanh } from "@dl/nn";
import { SGD } from "@dl/optim";
import { collectGarbage, configure, manualSeed, memory, normal, settings } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

interface Figures {
  readonly step: number;
  readonly tensors: number;
  readonly bytes: number;
  readonly backendBytes: number;
  readonly residentMiB: number;
}

function figures(step: number): Figures {
  const { tensors, bytes } = memory();
  const { liveBytes, pooledBytes } = settings().backend!.memory();
  return {
    step,
    tensors,
    bytes,
    backendBytes: liveBytes + pooledBytes,
    residentMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}

describe("a loop without memory calls", () => {
  it("runs 10,000 steps with live tensors and bytes flat", { timeout: 120_000 }, async () => {
    manualSeed(3);
    const model = new Sequential(
      new Linear(2, 16),
      new Tanh(),
      new Linear(16, 16),
      new Tanh(),
      new Linear(16, 1),
    );
    const optimizer = new SGD(model.parameters(), { learningRate: 0.01, momentum: 0.9 });
    const [inputs, targets] = [normal([32, 2]), normal([32, 1])];
    const seen: Figures[] = [];
    for (let step = 1; step <= 10_000; step++) {
      optimizer.zeroGrad();
      const loss = meanSquaredError(model.forward(inputs), targets);
      loss.backward();
      optimizer.step();
      await loss.item();
      if (step === 1000 || step === 5000 || step === 10_000) {
        // As it is, and what is really held once the collector has looked.
        const running = figures(step);
        await collectGarbage();
        seen.push(running, figures(step));
      }
    }
    for (const line of seen) process.stdout.write(`soak ${JSON.stringify(line)}\n`);
    const running = seen.filter((_, i) => i % 2 === 0);
    const held = seen.filter((_, i) => i % 2 === 1);
    // Between collections garbage may wait, but never more than the pressure limits let through.
    for (const { bytes, backendBytes, tensors } of running) {
      expect(tensors).toBeLessThan(20_000);
      expect(bytes).toBeLessThan(32 * 2 ** 20);
      expect(backendBytes).toBeLessThan(32 * 2 ** 20);
    }
    // The engine may hold a part of the last step in a frame it has not left; of 9,000 steps, no more.
    const madePerStep = 30;
    expect(held[1]!.tensors).toBeLessThanOrEqual(held[0]!.tensors + madePerStep);
    expect(held[2]!.tensors).toBeLessThanOrEqual(held[0]!.tensors + madePerStep);
    expect(held[2]!.bytes).toBeLessThanOrEqual(held[0]!.bytes + 4096);
    // The pool has what the garbage between two collections needed, and no more comes.
    expect(held[2]!.backendBytes).toBeLessThanOrEqual(1.25 * held[1]!.backendBytes);
    expect(held[2]!.tensors).toBeLessThan(60);
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
