import { courseCases, type CourseCase, type Step } from "./course-cases.ts";
import { median } from "./statistics.ts";
import type { TorchPeer } from "./torch-peer.ts";

export interface Result {
  readonly oursMs: number;
  readonly torchMs: number | null;
  readonly torchThreads: number | null;
  /** Median of the blocks' ratios, ours / PyTorch's. */
  readonly ratio: number | null;
}

/** Warm-up ends after this many milliseconds and at least three steps. */
const warmUpMs = 1000;
/** A block runs about this long. */
const blockMs = 400;
const fewestSteps = 5;

/** Times one case; in turn with PyTorch, where there is one. */
export async function compare(
  name: CourseCase,
  peer: TorchPeer | undefined,
  blocks: number,
): Promise<Result> {
  const step = courseCases[name]();
  const count = Math.max(fewestSteps, Math.round(blockMs / (await warmUp(name, step))));
  if (peer === undefined) {
    const ours: number[] = [];
    for (let block = 0; block < blocks; block++) ours.push(median(await timeSteps(step, count)));
    return { oursMs: median(ours), torchMs: null, torchThreads: null, ratio: null };
  }
  const results = [];
  for (const torchThreads of [1, 2]) {
    await peer.run(name, torchThreads, count);
    const ours: number[] = [];
    const torch: number[] = [];
    const runOurs = async (): Promise<void> => void ours.push(median(await timeSteps(step, count)));
    const runTorch = async (): Promise<void> =>
      void torch.push(median(await peer.run(name, torchThreads, count)));
    // A B B A, so that a drift of the machine's speed falls on both alike.
    for (let block = 0; block < blocks; block++)
      for (const run of block % 2 === 0 ? [runOurs, runTorch] : [runTorch, runOurs]) await run();
    results.push({
      oursMs: median(ours),
      torchMs: median(torch),
      torchThreads,
      ratio: median(ours.map((time, i) => time / torch[i]!)),
    });
  }
  // Against the better of PyTorch's settings: the one where our ratio is worse.
  return results.toSorted((a, b) => b.ratio - a.ratio)[0]!;
}

async function timeSteps(step: Step, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await step();
    times.push(performance.now() - started);
  }
  return times;
}

/** Milliseconds of a warm step. @throws if the steps do not lower the loss: that would time nothing. */
async function warmUp(name: CourseCase, step: Step): Promise<number> {
  const started = performance.now();
  const times: number[] = [];
  const losses: number[] = [];
  while (times.length < fewestSteps || performance.now() - started < warmUpMs) {
    const before = performance.now();
    losses.push(await step());
    times.push(performance.now() - before);
  }
  const [first, last] = [losses[0]!, losses.at(-1)!];
  if (!(last < first))
    throw new Error(`${name}: the loss went from ${first} to ${last} in ${losses.length} steps`);
  return median(times.slice(-5));
}
