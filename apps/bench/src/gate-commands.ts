import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { stepSuites } from "./cases/suites.ts";
import {
  checkSameMachine,
  compareRuns,
  comparisonLine,
  lostCases,
  slowdowns,
} from "./compare-runs.ts";
import { environment, gitState } from "./environment.ts";
import { openHost } from "./hosts.ts";
import { protocolOf } from "./measure.ts";
import { UsageError, type BenchOptions, type RunOptions } from "./options.ts";
import { schemaName, type BenchRecord } from "./record.ts";
import { readResults } from "./result-file.ts";
import { runGate } from "./run-gate.ts";
import { checkout, coldPairs, sizesOf } from "./run-programs.ts";
import { runSteps } from "./run-steps.ts";
import { recordLine } from "./summary.ts";

type Line = (line: string) => void;
type Options<Command> = Extract<BenchOptions, { readonly command: Command }>;

const failureExitCode = 1;

/** Two result files: quick, and blind to what changed in the machine between them. */
export function gateFiles(
  { baseline, candidate, maxSlowdown }: Options<"gate">,
  print: Line,
): number {
  const [before, after] = [readResults(baseline), readResults(candidate)];
  checkSameMachine(before, after);
  const comparisons = compareRuns(before, after);
  for (const comparison of comparisons) print(comparisonLine(comparison));
  const lost = lostCases(before, after);
  for (const id of lost) print(`${id}: is in the baseline and was not done`);
  const names = [...slowdowns(comparisons, maxSlowdown).map(({ id }) => id), ...lost];
  const limit = `${maxSlowdown} times the baseline`;
  print(
    names.length === 0
      ? `gate: passed, nothing is certainly above ${limit}`
      : `gate: failed: ${names.join(", ")} (limit ${limit}). Measure both again: one run may mislead.`,
  );
  return names.length === 0 ? 0 : failureExitCode;
}

/** This checkout beside another built one, in one job. */
export async function gateBesideBuild(
  { base, maxSlowdown, run }: Options<"gate-build">,
  print: Line,
  say: Line,
): Promise<number> {
  const root = resolve(base);
  if (!existsSync(join(root, "apps/bench/dist/main.js")))
    throw new UsageError(
      `--baseline ${base} is no built checkout: it has no apps/bench/dist/main.js. Build it there, or name a result file and a second one.`,
    );
  const faults = await runGate({
    steps: (ids = run.cases) => measureBeside(root, { ...run, cases: ids }, print, say),
    coldStarts: () => coldPairs(root),
    sizes: async () => ({
      head: bytesBy(await sizesOf(checkout)),
      base: bytesBy(await sizesOf(root)),
    }),
    maxSlowdown,
    say,
  });
  for (const fault of faults) print(fault);
  print(faults.length === 0 ? "gate: passed" : `gate: failed: ${faults.length} of the above`);
  return faults.length === 0 ? 0 : failureExitCode;
}

function bytesBy(sizes: Awaited<ReturnType<typeof sizesOf>>): Map<string, number> {
  return new Map([...sizes].map(([name, { bytes }]) => [name, bytes]));
}

async function measureBeside(
  root: string,
  options: RunOptions,
  print: Line,
  say: Line,
): Promise<readonly BenchRecord[]> {
  if (options.suite !== "course" && options.suite !== "kernel")
    throw new UsageError(`gate --suite must be course or kernel: received "${options.suite}".`);
  const host = await openHost("node", { ...options, say });
  const records: BenchRecord[] = [];
  await runSteps({
    cases: stepSuites[options.suite].filter(({ id }) => options.cases.includes(id)),
    openOurs: host.openOurs,
    peers: [{ ...host.peer(`build:${root}`), name: "base" }],
    protocol: protocolOf(options.blocks, options.blockMs),
    rounds: Math.min(options.rounds, options.blocks),
    common: {
      schema: schemaName,
      runId: randomUUID(),
      suite: options.suite,
      git: gitState(),
      env: environment(),
    },
    say,
    emit: (record) => {
      records.push(record);
      print(recordLine(record));
    },
  });
  await host.stop();
  return records;
}
