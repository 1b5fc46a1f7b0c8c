import type { BenchCase } from "./cases/bench-case.ts";
import {
  interleave,
  measureAlone,
  warmUp,
  type Pairs,
  type Protocol,
  type Runner,
} from "./measure.ts";
import type { BenchRecord, CaseInfo, SubjectInfo } from "./record.ts";
import { pairedRatio, summarize, verdictOf } from "./statistics.ts";
import type { Identity, Subject } from "./subject.ts";

interface PeerSource {
  readonly name: string;
  readonly open: () => Promise<Subject>;
}

export interface StepRun {
  readonly cases: readonly BenchCase[];
  readonly openOurs: () => Promise<Subject>;
  readonly peers: readonly PeerSource[];
  readonly protocol: Protocol;
  /** Fresh processes this many times per case; the blocks are divided among them. */
  readonly rounds: number;
  /** What every record has in common. */
  readonly common: Omit<BenchRecord, "case" | "subject" | "status" | "time">;
  readonly say: (line: string) => void;
  readonly emit: (record: BenchRecord) => void;
}

interface Gathered {
  readonly name: string;
  readonly identity: Identity;
  readonly threads: number;
  readonly runners: Runner[];
  readonly oursNs: number[];
  readonly peerNs: number[];
}

/** Everything that one case gave: by setting of each peer, and what failed. */
class CaseResults {
  readonly ours: { identity: Identity; runners: Runner[] }[] = [];
  readonly settings = new Map<string, Gathered>();
  readonly failures = new Map<string, { readonly status: "absent" | "error"; reason: string }>();

  add(name: string, runner: Runner, pairs: Pairs): void {
    const key = `${name} ${runner.threads}`;
    const { identity } = runner.subject;
    const known: Gathered = this.settings.get(key) ?? {
      name,
      identity,
      threads: runner.threads,
      runners: [],
      oursNs: [],
      peerNs: [],
    };
    this.settings.set(key, known);
    known.runners.push(runner);
    known.oursNs.push(...pairs.oursNs);
    known.peerNs.push(...pairs.peerNs);
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Measures every case; a failure is a record that says why, and the rest goes on. */
export async function runSteps(run: StepRun): Promise<void> {
  const started = performance.now();
  /** Peers that cannot be had are asked once. */
  const absent = new Map<string, string>();
  for (const [i, bench] of run.cases.entries()) {
    const results = new CaseResults();
    for (let round = 0; round < run.rounds; round++)
      await runRound(run, bench, round, results, absent);
    for (const record of recordsOf(run, bench, results)) run.emit(record);
    const done = i + 1;
    const perCase = (performance.now() - started) / done / 1000;
    const left = Math.round(perCase * (run.cases.length - done));
    run.say(`  ${done}/${run.cases.length} cases, about ${left} s left`);
  }
}

async function runRound(
  run: StepRun,
  bench: BenchCase,
  round: number,
  results: CaseResults,
  absent: Map<string, string>,
): Promise<void> {
  if (results.failures.has("dl")) return;
  const protocol = { ...run.protocol, blocks: Math.ceil(run.protocol.blocks / run.rounds) };
  let subject: Subject | undefined;
  try {
    subject = await run.openOurs();
    const [threads] = subject.identity.threads;
    const ours = await warmUp(subject, bench, threads!, protocol, round === 0);
    results.ours.push({ identity: subject.identity, runners: [ours] });
    for (const peer of run.peers) {
      const reason = absent.get(peer.name);
      if (reason !== undefined) results.failures.set(peer.name, { status: "absent", reason });
      else if (!results.failures.has(peer.name))
        await runPeer(peer, bench, ours, protocol, results, absent);
    }
    if (ours.samplesNs.length === 0) await measureAlone(ours, protocol);
  } catch (error) {
    results.failures.set("dl", { status: "error", reason: reasonOf(error) });
  } finally {
    await subject?.stop();
  }
}

async function runPeer(
  peer: PeerSource,
  bench: BenchCase,
  ours: Runner,
  protocol: Protocol,
  results: CaseResults,
  absent: Map<string, string>,
): Promise<void> {
  let subject: Subject;
  try {
    subject = await peer.open();
  } catch (error) {
    absent.set(peer.name, reasonOf(error));
    results.failures.set(peer.name, { status: "absent", reason: reasonOf(error) });
    return;
  }
  let failed: string | undefined;
  try {
    for (const threads of subject.identity.threads) {
      const runner = await warmUp(subject, bench, threads, protocol, false).catch(
        (error: unknown) => {
          failed = reasonOf(error);
          throw error;
        },
      );
      const pairs = await interleave(ours, runner, protocol);
      results.add(peer.name, runner, pairs);
    }
  } catch (error) {
    // A failure of ours during a pair is ours, not the peer's.
    if (failed === undefined && (await isDead(ours))) throw error;
    results.failures.set(peer.name, { status: "error", reason: reasonOf(error) });
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

function recordsOf(run: StepRun, bench: BenchCase, results: CaseResults): BenchRecord[] {
  const { id, group, params, flops, bytes, sweep } = bench;
  const info: CaseInfo = {
    id,
    group,
    params,
    ...(flops !== undefined && { flops }),
    ...(bytes !== undefined && { bytes }),
    ...(sweep && { sweep }),
  };
  const time = new Date().toISOString();
  const made = (rest: Pick<BenchRecord, "subject" | "status"> & Partial<BenchRecord>) => ({
    ...run.common,
    time,
    case: info,
    ...rest,
  });
  const records: BenchRecord[] = [];
  const failedOurs = results.failures.get("dl");
  if (failedOurs === undefined && results.ours.length > 0) {
    const { identity } = results.ours[0]!;
    const runners = results.ours.flatMap((round) => round.runners);
    const subject = subjectInfo("dl", identity, runners[0]!.threads);
    records.push(made({ subject, status: "ok", ...measured(bench, runners, run.protocol.blocks) }));
  }
  const best = bestSettings([...results.settings.values()]);
  for (const setting of results.settings.values()) {
    const { name, identity, threads, runners, oursNs, peerNs } = setting;
    const ratio = pairedRatio(oursNs, peerNs);
    records.push(
      made({
        subject: subjectInfo(name, identity, threads),
        status: "ok",
        ...measured(bench, runners, peerNs.length),
        paired: {
          subject: "dl",
          baseline: name,
          ...ratio,
          verdict: verdictOf(ratio, oursNs.length),
          n: oursNs.length,
          counts: best.has(setting),
          oursNs,
          peerNs,
        },
      }),
    );
  }
  for (const [name, failure] of results.failures) {
    const nobody = { lib: name, version: "", backend: "", threads: [0], dtype: "float32" };
    records.push(made({ subject: subjectInfo(name, nobody, 0), ...failure }));
  }
  return records;
}

/** Of each peer's settings, the one where our ratio is worst. */
function bestSettings(settings: readonly Gathered[]): Set<Gathered> {
  const best = new Map<string, Gathered>();
  const ratioOf = ({ oursNs, peerNs }: Gathered): number => pairedRatio(oursNs, peerNs).ratio;
  for (const setting of settings) {
    const known = best.get(setting.name);
    if (known === undefined || ratioOf(setting) > ratioOf(known)) best.set(setting.name, setting);
  }
  return new Set(best.values());
}

function subjectInfo(name: string, identity: Identity, threads: number): SubjectInfo {
  const { lib, version, backend, dtype, notes } = identity;
  return { name, lib, version, backend, threads, dtype, ...(notes !== undefined && { notes }) };
}

function measured(
  { flops, bytes, samples }: BenchCase,
  runners: readonly Runner[],
  blocks: number,
): Partial<BenchRecord> {
  const samplesNs = runners.flatMap((runner) => runner.samplesNs);
  const stats = summarize(samplesNs);
  const peaks = runners.flatMap((runner) => runner.peakBytes() ?? []);
  const check = runners.find((runner) => runner.check !== undefined)?.check;
  return {
    protocol: {
      warmup: runners[0]!.warmupSteps,
      inner: 1,
      samples: samplesNs.length,
      blocks,
      sync: "one element or the loss is read",
    },
    samplesNs,
    stats,
    derived: {
      // Operations per nanosecond are giga-operations per second.
      ...(flops !== undefined && { gflops: flops / stats.median }),
      ...(bytes !== undefined && { gbps: bytes / stats.median }),
      ...(samples !== undefined && { samplesPerSec: (samples * 1e9) / stats.median }),
      firstRunMs: runners[0]!.firstRunMs,
      ...(peaks.length > 0 && { peakBytes: Math.max(...peaks) }),
    },
    ...(check && { check }),
  };
}
