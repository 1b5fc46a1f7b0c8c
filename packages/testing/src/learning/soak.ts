import { Linear, meanSquaredError, Sequential, Tanh } from "@dl/nn";
import { SGD } from "@dl/optim";
import { collectGarbage, Generator, memory, normal, settings, type Tensor } from "@dl/tensor";
import { expect } from "vitest";

interface Figures {
  readonly after: number;
  readonly tensors: number;
  readonly bytes: number;
  readonly backendBytes: number;
  /** Of the process; 0 in a page. */
  readonly residentMiB: number;
}

/** At one moment: with the garbage not collected yet, and what is really held. */
export interface Reading {
  readonly running: Figures;
  readonly held: Figures;
  /** Of the tensors' bytes with their garbage, after any turn so far. */
  readonly peakBytes: number;
}

/** A tiny network with its optimiser, and a training step that calls nothing about memory. */
function tinyTraining(): () => Promise<number> {
  const generator = new Generator(3);
  const model = new Sequential(
    new Linear(2, 16, { generator }),
    new Tanh(),
    new Linear(16, 16, { generator }),
    new Tanh(),
    new Linear(16, 1, { generator }),
  );
  const optimizer = new SGD(model.parameters(), { learningRate: 0.01, momentum: 0.9 });
  const [inputs, targets] = [normal([32, 2], { generator }), normal([32, 1], { generator })];
  return async () => {
    optimizer.zeroGrad();
    const loss: Tensor = meanSquaredError(model.forward(inputs), targets);
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}

/** Trains one model; reads the figures after as many steps as `counts` say. */
export async function soakSteps(counts: readonly number[]): Promise<Reading[]> {
  const step = tinyTraining();
  return readings(counts, step);
}

/** Makes a model, trains it for two steps and drops it, over and over. */
export async function soakModels(counts: readonly number[]): Promise<Reading[]> {
  return readings(counts, async () => {
    const step = tinyTraining();
    await step();
    await step();
  });
}

/** Of all soaks: they share a backend, whose pool keeps what an earlier one needed. */
let mostBytes = 0;

async function readings(
  counts: readonly number[],
  turn: () => Promise<unknown>,
): Promise<Reading[]> {
  const seen: Reading[] = [];
  for (let count = 1; count <= counts.at(-1)!; count++) {
    await turn();
    mostBytes = Math.max(mostBytes, memory().bytes);
    if (!counts.includes(count)) continue;
    const running = figures(count);
    const held = await settled(count, seen[0]?.held.tensors ?? 0);
    seen.push({ running, held, peakBytes: mostBytes });
  }
  return seen;
}

/**
 * Every reading holds what the first did, garbage stays below what memory pressure lets through, and
 * the backend has no more than `poolShare` times the most that tensors and their garbage ever took:
 * how much that is depends on when the engine collects, which is not the same each time.
 */
export function expectFlat(seen: readonly Reading[], poolShare: number): void {
  for (const { running, held, peakBytes } of seen) {
    expect(running.tensors).toBeLessThan(20_000);
    expect(running.bytes).toBeLessThan(32 * 2 ** 20);
    expect(running.backendBytes).toBeLessThan(32 * 2 ** 20);
    // Fewer by one where optimised code knows that `loss` is not read again.
    expect(held.tensors).toBeLessThanOrEqual(seen[0]!.held.tensors);
    expect(held.bytes).toBeLessThanOrEqual(seen[0]!.held.bytes);
    expect(held.backendBytes).toBeLessThanOrEqual(poolShare * peakBytes);
  }
  expect(seen[0]!.held.tensors).toBeLessThan(40);
}

/**
 * What is really held: collects until tensors are as few as `expected`, for two seconds at most.
 *
 * A function that V8 optimises in the background keeps its closure, and so tensors of the last step,
 * until that job is done; with `--no-concurrent-recompilation` the first collection is enough.
 */
async function settled(after: number, expected: number): Promise<Figures> {
  let fewest: Figures | undefined;
  for (const end = performance.now() + 2000; performance.now() < end;) {
    await collectGarbage();
    const now = figures(after);
    if (fewest === undefined || now.tensors < fewest.tensors) fewest = now;
    if (fewest.tensors <= expected) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return fewest!;
}

function figures(after: number): Figures {
  const { tensors, bytes } = memory();
  const { liveBytes, pooledBytes } = settings().backend!.memory();
  const { process } = globalThis as { process?: { memoryUsage?: () => { rss: number } } };
  return {
    after,
    tensors,
    bytes,
    backendBytes: liveBytes + pooledBytes,
    residentMiB: Math.round((process?.memoryUsage?.().rss ?? 0) / 2 ** 20),
  };
}
