import { CaseResults, caseRecords, type Common } from "./case-records.ts";
import type { BenchCase } from "./cases/bench-case.ts";
import { interleave, measureAlone, warmUp, type Protocol, type Runner } from "./measure.ts";
import { checkPeer, makeOracle, type Oracle } from "./oracle.ts";
import type { BenchRecord } from "./record.ts";
import type { Subject } from "./subject.ts";

export interface PeerSource {
  readonly name: string;
  /** What it is named by where it cannot be had. */
  readonly backend: string;
  /** One for each setting that needs a process of its own. */
  readonly variants: readonly (() => Promise<Subject>)[];
}

export interface StepRun {
  readonly cases: readonly BenchCase[];
  readonly openOurs: () => Promise<Subject>;
  readonly peers: readonly PeerSource[];
  readonly protocol: Protocol;
  /** Fresh processes this many times per case; the blocks are divided among them. */
  readonly rounds: number;
  readonly common: Common;
  readonly say: (line: string) => void;
  readonly emit: (record: BenchRecord) => void;
}

/** One case in hand. */
interface CaseRun {
  readonly run: StepRun;
  readonly bench: BenchCase;
  readonly protocol: Protocol;
  readonly results: CaseResults;
  /** Peers that cannot be had are asked once. */
  readonly absent: Map<string, string>;
  readonly oracle: () => Promise<Oracle>;
}

/** One line of why. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]!.slice(0, 300);

/** Measures every case; a failure is a record that says why, and the rest goes on. */
export async function runSteps(run: StepRun): Promise<void> {
  const started = performance.now();
  const absent = new Map<string, string>();
  for (const [i, bench] of run.cases.entries()) {
    const results = new CaseResults();
    let oracle: Promise<Oracle> | undefined;
    const blocks = Math.ceil(run.protocol.blocks / run.rounds);
    const caseRun: CaseRun = {
      run,
      bench,
      protocol: { ...run.protocol, blocks },
      results,
      absent,
      oracle: () => (oracle ??= makeOracle(bench)),
    };
    await checkOurs(caseRun);
    for (let round = 0; round < run.rounds; round++) await runRound(caseRun);
    for (const record of caseRecords(run, bench, results)) run.emit(record);
    const done = i + 1;
    const perCase = (performance.now() - started) / done / 1000;
    const left = Math.round(perCase * (run.cases.length - done));
    run.say(`  ${done}/${run.cases.length} cases, about ${left} s left`);
  }
}

/** In a process of its own: the reference's memory would count as ours. */
async function checkOurs({ run, bench, results }: CaseRun): Promise<void> {
  let subject: Subject | undefined;
  try {
    subject = await run.openOurs();
    const { id, kind, params } = bench;
    const request = { case: id, kind, params, threads: 1, steps: 0, check: true };
    const { check, error } = await subject.block(request);
    if (check === undefined) throw new Error(error ?? "the check gave nothing");
    if (!check.ok) throw new Error(`wrong numbers: off by ${check.maxRel.toPrecision(2)}`);
    results.checks.set("dl", check);
  } catch (error) {
    results.failures.set("dl", { status: "error", reason: reasonOf(error) });
  } finally {
    await subject?.stop();
  }
}

async function runRound(caseRun: CaseRun): Promise<void> {
  const { run, bench, protocol, results, absent } = caseRun;
  if (results.failures.has("dl")) return;
  let subject: Subject | undefined;
  try {
    subject = await run.openOurs();
    const [threads] = subject.identity.threads;
    const ours = await warmUp(subject, bench, threads!, protocol);
    results.ours.push(ours);
    for (const peer of run.peers) {
      const reason = absent.get(peer.name);
      if (reason !== undefined) results.failures.set(peer.name, { status: "absent", reason });
      for (const open of peer.variants)
        if (!results.failures.has(peer.name)) await runPeer(caseRun, peer.name, open, ours);
    }
    if (ours.samplesNs.length === 0) await measureAlone(ours, protocol);
  } catch (error) {
    results.failures.set("dl", { status: "error", reason: reasonOf(error) });
  } finally {
    await subject?.stop();
  }
}

async function runPeer(
  { bench, protocol, results, absent, oracle }: CaseRun,
  name: string,
  open: () => Promise<Subject>,
  ours: Runner,
): Promise<void> {
  let subject: Subject;
  try {
    subject = await open();
  } catch (error) {
    absent.set(name, reasonOf(error));
    results.failures.set(name, { status: "absent", reason: reasonOf(error) });
    return;
  }
  let failed: string | undefined;
  const asked = <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch((error: unknown) => {
      failed = reasonOf(error);
      throw error;
    });
  try {
    // Another build of ours was checked when it was head.
    if (subject.identity.lib !== "dl" && !results.checks.has(name))
      results.checks.set(name, await asked(checkPeer(await oracle(), subject)));
    for (const threads of subject.identity.threads) {
      const runner = await asked(warmUp(subject, bench, threads, protocol));
      results.add(name, runner, await interleave(ours, runner, protocol));
    }
  } catch (error) {
    // A failure of ours during a pair is ours, not the peer's.
    if (failed === undefined && (await isDead(ours))) throw error;
    results.failures.set(name, { status: "error", reason: reasonOf(error) });
  } finally {
    await subject.stop();
  }
}

function isDead(runner: Runner): Promise<boolean> {
  return runner.block(1).then(
    () => false,
    () => true,
  );
}
