import type { BenchCase } from "./cases/bench-case.ts";
import type { CheckResult } from "./check.ts";
import type { Pairs, Runner } from "./measure.ts";
import type { BenchRecord, CaseInfo, SubjectInfo } from "./record.ts";
import { pairedRatio, summarize, verdictOf } from "./statistics.ts";
import type { Identity } from "./subject.ts";

/** One setting of one peer, and our blocks beside it. */
interface Gathered {
  readonly name: string;
  readonly identity: Identity;
  readonly threads: number;
  readonly runners: Runner[];
  readonly oursNs: number[];
  readonly peerNs: number[];
}

/** Everything that one case gave: by setting of each peer, and what failed. */
export class CaseResults {
  readonly ours: Runner[] = [];
  readonly settings = new Map<string, Gathered>();
  readonly failures = new Map<string, { readonly status: "absent" | "error"; reason: string }>();
  /** By name, "dl" for ours. */
  readonly checks = new Map<string, CheckResult>();

  add(name: string, runner: Runner, pairs: Pairs): void {
    const { identity } = runner.subject;
    const key = `${name} ${runner.threads} ${identity.notes}`;
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

/** What every record of a run has in common. */
export type Common = Omit<BenchRecord, "case" | "subject" | "status" | "time">;

/** What the lines of a case say of the run that it was part of. */
interface RunFacts {
  readonly common: Common;
  readonly peers: readonly { readonly name: string; readonly backend: string }[];
  readonly protocol: { readonly blocks: number };
}

/** The lines of a result file that tell of one case. */
export function caseRecords(
  { common, peers, protocol }: RunFacts,
  bench: BenchCase,
  results: CaseResults,
): BenchRecord[] {
  const time = new Date().toISOString();
  const info = caseInfo(bench);
  const made = (rest: Pick<BenchRecord, "subject" | "status"> & Partial<BenchRecord>) => ({
    ...common,
    time,
    case: info,
    ...rest,
  });
  const withCheck = (name: string): Partial<BenchRecord> => {
    const check = results.checks.get(name);
    return check === undefined ? {} : { check };
  };
  const records: BenchRecord[] = [];
  const [ours] = results.ours;
  if (!results.failures.has("dl") && ours !== undefined) {
    const subject = subjectInfo("dl", ours.subject.identity, ours.threads);
    const numbers = measured(bench, results.ours, protocol.blocks);
    records.push(made({ subject, status: "ok", ...numbers, ...withCheck("dl") }));
  }
  const best = bestSettings([...results.settings.values()]);
  for (const setting of results.settings.values()) {
    const { name, identity, threads, runners, oursNs, peerNs } = setting;
    const ratio = pairedRatio(oursNs, peerNs);
    const isRanked = identity.isFallback !== true && ours?.subject.identity.isFallback !== true;
    records.push(
      made({
        subject: subjectInfo(name, identity, threads),
        status: "ok",
        ...measured(bench, runners, peerNs.length),
        ...withCheck(name),
        paired: {
          subject: "dl",
          baseline: name,
          ...ratio,
          verdict: isRanked ? verdictOf(ratio, oursNs.length) : "unranked",
          n: oursNs.length,
          counts: best.has(setting),
          oursNs,
          peerNs,
        },
      }),
    );
  }
  for (const [name, failure] of results.failures) {
    const backend = peers.find((peer) => peer.name === name)?.backend ?? "";
    records.push(made({ subject: unmeasured(name, backend), ...failure }));
  }
  return records;
}

function caseInfo({ id, group, params, flops, bytes, sweep }: BenchCase): CaseInfo {
  return {
    id,
    group,
    params,
    ...(flops !== undefined && { flops }),
    ...(bytes !== undefined && { bytes }),
    ...(sweep && { sweep }),
  };
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

/** Whoever was not heard of: only its name is known. */
export function unmeasured(name: string, backend: string): SubjectInfo {
  return { name, lib: name, version: "", backend, threads: 0, dtype: "float32" };
}

export function subjectInfo(name: string, identity: Identity, threads: number): SubjectInfo {
  const { lib, version, backend, dtype, notes, adapter, isFallback } = identity;
  return {
    name,
    lib,
    version,
    backend,
    threads,
    dtype,
    ...(notes !== undefined && { notes }),
    ...(adapter !== undefined && { adapter }),
    ...(isFallback !== undefined && { isFallback }),
  };
}

function measured(
  { flops, bytes, samples }: BenchCase,
  runners: readonly Runner[],
  blocks: number,
): Partial<BenchRecord> {
  const samplesNs = runners.flatMap((runner) => runner.samplesNs);
  const stats = summarize(samplesNs);
  const peaks = runners.flatMap((runner) => runner.peakBytes() ?? []);
  const gpu = runners.at(-1)!.gpuCalls();
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
      ...(gpu && { gpu }),
    },
  };
}
