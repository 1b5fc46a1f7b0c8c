import { randomUUID } from "node:crypto";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { stepSuites } from "./cases/suites.ts";
import { checkSameMachine, compareRuns, comparisonLine } from "./compare-runs.ts";
import { environment, gitState } from "./environment.ts";
import { gateBesideBuild, gateFiles } from "./gate-commands.ts";
import { openHost } from "./hosts.ts";
import { protocolOf } from "./measure.ts";
import { help, parseOptions, UsageError, type BenchOptions, type RunOptions } from "./options.ts";
import { schemaName, type BenchRecord } from "./record.ts";
import { markdownReport } from "./report/markdown.ts";
import { htmlReport } from "./report/page.ts";
import { readResults } from "./result-file.ts";
import { runAccuracy } from "./run-accuracy.ts";
import { runCold, runSize } from "./run-programs.ts";
import { runSteps } from "./run-steps.ts";
import { serve } from "./serve.ts";
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
  const say = (line: string): void => void outputs.stderr.write(`${line}\n`);
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
    case "gate":
      return gateFiles(options, print);
    case "gate-build":
      return gateBesideBuild(options, print, say);
    case "serve":
      await serve(options.backend);
      return 0;
  }
}

async function measure(options: RunOptions, { stdout, stderr }: Outputs): Promise<number> {
  const { suite, json } = options;
  const toStdout = json === "-";
  const say = (line: string): void => void stderr.write(`${line}\n`);
  const print = toStdout ? say : (line: string): void => void stdout.write(`${line}\n`);
  const host = await openHost(options.host, { ...options, say }).catch((error: Error) => {
    throw new UsageError(`--host ${options.host}: ${error.message}`, { cause: error });
  });
  const env = { ...environment(), ...host.environment };
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
  try {
    if (suite === "size") await runSize(common, emit);
    else if (suite === "cold") await runCold(common, emit);
    else if (suite === "accuracy")
      await runAccuracy({
        openOurs: host.openOurs,
        peers: options.peers.map((name) => host.peer(name)),
        folder: resolve(options.mnist),
        seeds: options.seeds,
        common,
        say,
        emit,
      });
    else
      await runSteps({
        cases: stepSuites[suite].filter(({ id }) => options.cases.includes(id)),
        openOurs: host.openOurs,
        peers: options.peers.map((name) => host.peer(name)),
        protocol: protocolOf(options.blocks, options.blockMs),
        rounds: Math.min(options.rounds, options.blocks),
        common,
        say,
        emit,
      });
  } finally {
    await host.stop();
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
