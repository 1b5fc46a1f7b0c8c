import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { availableParallelism, cpus } from "node:os";
import { compare, type Result } from "./compare.ts";
import { help, parseOptions, UsageError, type BenchOptions } from "./options.ts";
import { TorchPeer } from "./torch-peer.ts";

interface Outputs {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

const usageExitCode = 2;

/** The whole program; returns its exit code. */
export async function runBench(
  args: readonly string[],
  outputs: Outputs = process,
): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === "help") outputs.stdout.write(help);
    else await measure(options, outputs);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    outputs.stderr.write(`${error.message}\n`);
    return usageExitCode;
  }
}

async function measure(
  { cases, blocks, python, json }: BenchOptions,
  { stdout, stderr }: Outputs,
): Promise<void> {
  const out = json ? stderr : stdout;
  const backend = await cpu();
  configure({ backend });
  const started = await TorchPeer.start(python);
  const [peer, reason] = typeof started === "string" ? [undefined, started] : [started, ""];
  const machine = {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    node: process.versions.node,
  };
  try {
    out.write(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n`);
    out.write(`${backend.name}: ${backend.info}\n`);
    out.write(peer === undefined ? `PyTorch absent: ${reason}\n` : `PyTorch ${peer.version}\n`);
    const results: Record<string, Result> = {};
    for (const name of cases) {
      const result = await compare(name, peer, blocks);
      results[name] = result;
      out.write(`${resultText(name, result)}\n`);
    }
    if (json) {
      const torch = peer?.version ?? null;
      const backendName = `${backend.name}: ${backend.info}`;
      stdout.write(
        `${JSON.stringify({ suite: "course", machine, backend: backendName, torch, blocks, cases: results })}\n`,
      );
    }
  } finally {
    peer?.stop();
    await backend.dispose();
  }
}

function resultText(name: string, { oursMs, torchMs, torchThreads, ratio }: Result): string {
  const ours = `${name.padEnd(12)} ours ${oursMs.toFixed(3).padStart(9)} ms`;
  if (torchMs === null || torchThreads === null || ratio === null) return ours;
  const threads = torchThreads === 1 ? "1 thread" : `${torchThreads} threads`;
  return `${ours}   PyTorch ${torchMs.toFixed(3).padStart(9)} ms (${threads})   ratio ${ratio.toFixed(2)}`;
}
