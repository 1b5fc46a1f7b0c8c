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

/**
 * What is really held: collects until tensors are as few as `expected`, for two seconds at most.
 *
 * A function that V8 optimises in the background keeps its closure, and so tensors of the last step,
 * until that job is done; with `--no-concurrent-recompilation` the first collection is enough.
 */
async function settled(step: number, expected: number): Promise<Figures> {
  let fewest: Figures | undefined;
  for (const end = performance.now() + 2000; performance.now() < end;) {
    await collectGarbage();
    const now = figures(step);
    if (fewest === undefined || now.tensors < fewest.tensors) fewest = now;
    if (fewest.tensors <= expected) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return fewest!;
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
        seen.push(running, await settled(step, seen[1]?.tensors ?? 0));
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
    // Fewer by one where optimised code knows that `loss` is not read again.
    for (const { tensors, bytes } of held) {
      expect(tensors).toBeLessThanOrEqual(held[0]!.tensors);
      expect(bytes).toBeLessThanOrEqual(held[0]!.bytes);
    }
    // The pool has what the garbage between two collections needed, and no more comes.
    expect(held[2]!.backendBytes).toBeLessThanOrEqual(1.25 * held[1]!.backendBytes);
    expect(held[0]!.tensors).toBeLessThan(30);
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
