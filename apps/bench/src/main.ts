import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { parseArgs } from "node:util";
import { courseCases, type CourseCase, type Step } from "./course-cases.ts";
import { median } from "./statistics.ts";
import { TorchPeer } from "./torch-peer.ts";

const help = `Times the course suite's training steps on the cpu backend, in turn with PyTorch.

  npm run bench                     every case
  npm run bench -- --case mlp       one of ${Object.keys(courseCases).join(", ")}
  --blocks N                        interleaved blocks per case (default 8)
  --json                            one line of JSON at the end
`;

/** Warm-up ends after this many milliseconds and at least three steps. */
const warmUpMs = 1000;
/** A block runs about this long. */
const blockMs = 400;

interface Result {
  readonly oursMs: number;
  readonly torchMs: number | null;
  readonly torchThreads: number | null;
  /** Median of the blocks' ratios, ours / PyTorch's. */
  readonly ratio: number | null;
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

async function warmUp(step: Step): Promise<number> {
  const started = performance.now();
  const times: number[] = [];
  while (times.length < 3 || performance.now() - started < warmUpMs)
    times.push(...(await timeSteps(step, 1)));
  return median(times.slice(-5));
}

async function compare(
  name: CourseCase,
  peer: TorchPeer | undefined,
  blocks: number,
): Promise<Result> {
  const step = courseCases[name]();
  const count = Math.max(5, Math.round(blockMs / (await warmUp(step))));
  if (peer === undefined) {
    const oursMs = median(await timeSteps(step, count * blocks));
    return { oursMs, torchMs: null, torchThreads: null, ratio: null };
  }
  const results = [];
  for (const torchThreads of [1, 2]) {
    await peer.run(name, torchThreads, count);
    const ours: number[] = [];
    const torch: number[] = [];
    // A B B A, so that a drift of the machine's speed falls on both alike.
    for (let block = 0; block < blocks; block++) {
      const runOurs = async (): Promise<void> =>
        void ours.push(median(await timeSteps(step, count)));
      const runTorch = async (): Promise<void> =>
        void torch.push(median(await peer.run(name, torchThreads, count)));
      if (block % 2 === 0) {
        await runOurs();
        await runTorch();
      } else {
        await runTorch();
        await runOurs();
      }
    }
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

const { values } = parseArgs({
  options: {
    case: { type: "string" },
    blocks: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) process.stdout.write(help);
else {
  const backend = await cpu();
  configure({ backend });
  const peer = await TorchPeer.start();
  if (typeof peer === "string") process.stderr.write(`PyTorch absent: ${peer}\n`);
  else process.stderr.write(`PyTorch ${peer.version}; ${backend.name}: ${backend.info}\n`);
  const names = Object.keys(courseCases).filter(
    (name): name is CourseCase => values.case === undefined || values.case === name,
  );
  const results: Record<string, Result> = {};
  for (const name of names) {
    const torch = typeof peer === "string" ? undefined : peer;
    const result = await compare(name, torch, Number(values.blocks));
    results[name] = result;
    const theirs =
      result.torchMs === null
        ? ""
        : `  PyTorch ${result.torchMs.toFixed(3)} ms (${result.torchThreads!} threads)  ratio ${result.ratio!.toFixed(2)}`;
    process.stderr.write(`${name.padEnd(10)} ours ${result.oursMs.toFixed(3)} ms${theirs}\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ suite: "course", cases: results })}\n`);
  if (typeof peer !== "string") peer.stop();
  await backend.dispose();
}
