import { subjectInfo, unmeasured, type Common } from "./case-records.ts";
import type { AccuracyParams } from "./cases/mnist-accuracy.ts";
import { caseById } from "./cases/suites.ts";
import type { BenchRecord } from "./record.ts";
import { reasonOf, type PeerSource } from "./run-steps.ts";
import { median, pairedRatio, summarize, verdictOf } from "./statistics.ts";
import type { BlockRequest, Subject } from "./subject.ts";

export interface AccuracyRun {
  readonly openOurs: () => Promise<Subject>;
  readonly peers: readonly PeerSource[];
  /** The four files of MNIST. */
  readonly folder: string;
  readonly seeds: number;
  readonly common: Common;
  readonly say: (line: string) => void;
  readonly emit: (record: BenchRecord) => void;
  /** Overrides, so that a test need not train for minutes. */
  readonly params?: Partial<AccuracyParams>;
}

const defaultParams: Omit<AccuracyParams, "seed"> = {
  batch: 64,
  target: 0.99,
  epochs: 6,
  learningRate: 1e-3,
  evaluateEvery: 469,
};

const timeoutMs = 1_800_000;

/** One side's way to a subject with its threads chosen. */
interface Contender {
  readonly name: string;
  readonly backend: string;
  readonly open: () => Promise<Subject>;
  threads: number;
  readonly ns: number[];
  identity: Subject["identity"] | undefined;
  peakBytes: number;
  failure: string | undefined;
  isAbsent: boolean;
}

/** Time to 99.0 % on MNIST: each seed in turn by everyone, in fresh processes, the order turned each time. */
export async function runAccuracy(run: AccuracyRun): Promise<void> {
  const params = { ...defaultParams, ...run.params };
  const contenders = [contender("dl", "cpu", run.openOurs)];
  for (const peer of run.peers) contenders.push(await bestSetting(peer));
  for (let seed = 1; seed <= run.seeds; seed++)
    for (const one of seed % 2 === 1 ? contenders : contenders.toReversed())
      if (one.failure === undefined) await train(run, one, { ...params, seed });
  for (const one of contenders) run.emit(recordOf(run, params, one, contenders[0]!));
}

function contender(name: string, backend: string, open: () => Promise<Subject>): Contender {
  return {
    name,
    backend,
    open,
    threads: 1,
    ns: [],
    identity: undefined,
    peakBytes: 0,
    failure: undefined,
    isAbsent: false,
  };
}

const trialSteps = 20;

/** A peer's setting that is quickest on the same network's steps; trying each to the end would take too long. */
async function bestSetting({ name, backend, variants }: PeerSource): Promise<Contender> {
  let [best, bestNs] = [contender(name, backend, variants[0]!), Infinity];
  for (const open of variants) {
    let subject: Subject | undefined;
    try {
      subject = await open();
      for (const threads of subject.identity.threads) {
        const { id, kind, params } = caseById("cnn")!;
        const { ns, error } = await subject.block({
          case: id,
          kind,
          params,
          threads,
          steps: trialSteps,
        });
        if (error !== undefined) throw new Error(error);
        if (median(ns) >= bestNs) continue;
        bestNs = median(ns);
        best = { ...contender(name, backend, open), threads };
      }
    } catch (error) {
      best.failure ??= reasonOf(error);
      best.isAbsent = subject === undefined;
    } finally {
      await subject?.stop();
    }
  }
  return best;
}

async function train(run: AccuracyRun, one: Contender, params: AccuracyParams): Promise<void> {
  let subject: Subject | undefined;
  try {
    subject = await one.open();
    one.identity = subject.identity;
    if (one.name === "dl") one.threads = subject.identity.threads[0]!;
    const request: BlockRequest = {
      case: "mnist-99",
      kind: "mnist-99",
      params: params as unknown as Record<string, number>,
      threads: one.threads,
      steps: 1,
      folder: run.folder,
      timeoutMs,
    };
    const { ns, trained, error, peakBytes = 0 } = await subject.block(request);
    if (error !== undefined) throw new Error(error);
    const { steps, accuracy } = trained!;
    const told = `${one.name}, seed ${params.seed}: ${(100 * accuracy).toFixed(2)} % after ${steps} steps, ${(ns[0]! / 1e9).toFixed(1)} s`;
    run.say(`  ${told}`);
    if (accuracy < params.target) throw new Error(`the target was not met: ${told}`);
    one.ns.push(ns[0]!);
    one.peakBytes = Math.max(one.peakBytes, peakBytes);
  } catch (error) {
    one.failure = reasonOf(error);
    one.isAbsent = subject === undefined;
  } finally {
    await subject?.stop();
  }
}

function recordOf(
  run: AccuracyRun,
  params: Omit<AccuracyParams, "seed">,
  one: Contender,
  ours: Contender,
): BenchRecord {
  const common = {
    ...run.common,
    time: new Date().toISOString(),
    case: { id: "mnist-99", group: "accuracy", params: { ...params, seeds: run.seeds } },
    subject:
      one.identity === undefined
        ? unmeasured(one.name, one.backend)
        : subjectInfo(one.name, one.identity, one.threads),
  } as const;
  if (one.failure !== undefined)
    return { ...common, status: one.isAbsent ? "absent" : "error", reason: one.failure };
  const numbers = {
    samplesNs: one.ns,
    stats: summarize(one.ns),
    ...(one.peakBytes > 0 && { derived: { peakBytes: one.peakBytes } }),
  };
  if (one === ours || ours.failure !== undefined) return { ...common, status: "ok", ...numbers };
  const ratio = pairedRatio(ours.ns, one.ns);
  return {
    ...common,
    status: "ok",
    ...numbers,
    paired: {
      subject: "dl",
      baseline: one.name,
      ...ratio,
      verdict: verdictOf(ratio, ours.ns.length),
      n: ours.ns.length,
      counts: true,
      oursNs: ours.ns,
      peerNs: one.ns,
    },
  };
}
