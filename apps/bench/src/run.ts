import { randomUUID } from "node:crypto";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { caseById, stepSuites } from "./cases/suites.ts";
import {
  checkSameMachine,
  compareRuns,
  comparisonLine,
  lostCases,
  slowdowns,
} from "./compare-runs.ts";
import { environment, gitState } from "./environment.ts";
import { protocolOf } from "./measure.ts";
import { help, parseOptions, UsageError, type BenchOptions, type RunOptions } from "./options.ts";
import { openOurs, openPeer } from "./peers.ts";
import { schemaName, type BenchRecord } from "./record.ts";
import { markdownReport } from "./report/markdown.ts";
import { htmlReport } from "./report/page.ts";
import { readResults } from "./result-file.ts";
import { runCold, runSize } from "./run-programs.ts";
import { runSteps } from "./run-steps.ts";
import { serve } from "./serve.ts";
import { openLocal } from "./subject.ts";
import { geometricMeans, recordLine, summaryLine } from "./summary.ts";

interface Outputs {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

const failureExitCode = 1;
const usageExitCode = 2;

/** The whole program; returns its exit code. */
export async function runBench(
  args: readonly string[],
  outputs: Outputs = process,
): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === "help") {
      outputs.stdout.write(help);
      return 0;
    }
    return await runCommand(options, outputs);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    outputs.stderr.write(`${error.message}\n`);
    return usageExitCode;
  }
}

async function runCommand(options: BenchOptions, outputs: Outputs): Promise<number> {
  const print = (line: string): void => void outputs.stdout.write(`${line}\n`);
  switch (options.command) {
    case "run":
      return measure(options, outputs);
    case "compare": {
      const [a, b] = [readResults(options.a), readResults(options.b)];
      checkSameMachine(a, b);
      for (const comparison of compareRuns(a, b)) print(comparisonLine(comparison));
      return 0;
    }
    case "report": {
      const runs = options.files.map(readResults);
      const text = options.markdown ? markdownReport(runs) : htmlReport(runs);
      if (options.out === "-") outputs.stdout.write(text);
      else {
        writeFileSync(options.out, text);
        outputs.stderr.write(`written: ${options.out}\n`);
      }
      return 0;
    }
    case "gate": {
      const [before, after] = [readResults(options.baseline), readResults(options.candidate)];
      checkSameMachine(before, after);
      const comparisons = compareRuns(before, after);
      const faults = slowdowns(comparisons, options.maxSlowdown);
      const lost = lostCases(before, after);
      for (const comparison of comparisons) print(comparisonLine(comparison));
      for (const id of lost) print(`${id}: is in the baseline and was not done`);
      const limit = `${options.maxSlowdown} times the baseline`;
      print(
        faults.length + lost.length === 0
          ? `gate: passed, nothing is certainly above ${limit}`
          : `gate: failed: ${[...faults.map(({ id }) => id), ...lost].join(", ")} (limit ${limit}). Measure both again: one run may mislead.`,
      );
      return faults.length + lost.length === 0 ? 0 : failureExitCode;
    }
    case "serve":
      await serve(options.backend);
      return 0;
    case "first-step": {
      const subject = await openLocal("cpu");
      const bench = caseById(options.case);
      if (bench === undefined) throw new UsageError(`unknown case ${options.case}`);
      const { id, kind, params } = bench;
      await subject.block({ case: id, kind, params, threads: 1, steps: 1 });
      print("first step done");
      await subject.stop();
      return 0;
    }
  }
}

async function measure(options: RunOptions, { stdout, stderr }: Outputs): Promise<number> {
  const { suite, json } = options;
  const toStdout = json === "-";
  const say = (line: string): void => void stderr.write(`${line}\n`);
  const print = toStdout ? say : (line: string): void => void stdout.write(`${line}\n`);
  const env = environment();
  const common = { schema: schemaName, runId: randomUUID(), suite, git: gitState(), env } as const;
  const file = json === undefined || toStdout ? undefined : openResult(json);
  const records: BenchRecord[] = [];
  const emit = (record: BenchRecord): void => {
    records.push(record);
    const line = `${JSON.stringify(record)}\n`;
    if (toStdout) stdout.write(line);
    else if (file !== undefined) writeSync(file, line);
    print(recordLine(record));
  };
  print(`${env.cpu}, ${env.cores} cores, ${env.host}, load ${env.load}`);
  if (suite === "size") await runSize(common, emit);
  else if (suite === "cold") await runCold(common, emit);
  else {
    const known = stepSuites[suite];
    const { backend, python, blocks, rounds, blockMs } = options;
    await runSteps({
      cases: known.filter(({ id }) => options.cases.includes(id)),
      openOurs: () => openOurs(backend),
      peers: options.peers.map((name) => ({
        name,
        open: () => openPeer(name, { python, backend, say }),
      })),
      protocol: protocolOf(blocks, blockMs),
      rounds: Math.min(rounds, blocks),
      common,
      say,
      emit,
    });
  }
  for (const [label, { ratio, ciLo, ciHi }] of geometricMeans(records))
    print(
      `geometric mean, ours / ${label}: ${ratio.toFixed(2)} [${ciLo.toFixed(2)}, ${ciHi.toFixed(2)}]`,
    );
  if (toStdout) stdout.write(`${summaryLine(suite, records)}\n`);
  if (file !== undefined) closeSync(file);
  // An absent peer is told and no failure; that we cannot do a case is one.
  return records.some(({ subject, status }) => subject.name === "dl" && status !== "ok")
    ? failureExitCode
    : 0;
}

/** @throws {UsageError} before anything is measured if the results could not be kept. */
function openResult(path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw new UsageError(`--json ${path} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
