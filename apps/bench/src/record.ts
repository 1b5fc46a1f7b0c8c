import type { CheckResult } from "./check.ts";
import type { Environment, GitState } from "./environment.ts";
import type { GpuCalls } from "./gpu-calls.ts";
import type { Summary, Verdict } from "./statistics.ts";

/** `schema/bench-record-1.schema.json` says the same for other programs. */
export const schemaName = "dl-bench/1";

/** One line of a result file: one case done, or not done, by one library. */
export interface BenchRecord {
  readonly schema: typeof schemaName;
  readonly runId: string;
  readonly time: string;
  readonly suite: string;
  readonly git: GitState;
  readonly env: Environment;
  readonly case: CaseInfo;
  readonly subject: SubjectInfo;
  /** `absent`: the library could not be had; `error`: it failed this case. `reason` says why. */
  readonly status: "ok" | "absent" | "error";
  readonly reason?: string;
  readonly protocol?: ProtocolInfo;
  readonly samplesNs?: readonly number[];
  /** In nanoseconds; of the `size` suite, there are none. */
  readonly stats?: Summary;
  readonly derived?: Derived;
  readonly check?: CheckResult;
  /** Our library beside this one: a peer's record, or another build's. */
  readonly paired?: Paired;
}

export interface CaseInfo {
  readonly id: string;
  readonly group: string;
  readonly params: Readonly<Record<string, number>>;
  readonly flops?: number;
  readonly bytes?: number;
  readonly sweep?: { readonly name: string; readonly size: number };
}

export interface SubjectInfo {
  /** What `--peer` calls it; `dl` is ours. */
  readonly name: string;
  readonly lib: string;
  readonly version: string;
  readonly backend: string;
  readonly threads: number;
  readonly dtype: string;
  readonly notes?: string;
  /** Of a GPU; `isFallback`: software. */
  readonly adapter?: string;
  readonly isFallback?: boolean;
}

interface ProtocolInfo {
  readonly warmup: number;
  readonly inner: number;
  readonly samples: number;
  readonly blocks: number;
  readonly sync: string;
}

interface Derived {
  readonly gflops?: number;
  readonly gbps?: number;
  readonly samplesPerSec?: number;
  readonly firstRunMs?: number;
  readonly peakBytes?: number;
  readonly gzipBytes?: number;
  /** Asked of the GPU in one step. */
  readonly gpu?: GpuCalls;
}

interface Paired {
  /** The subject whose times are divided, and the one they are divided by. */
  readonly subject: string;
  readonly baseline: string;
  readonly ratio: number;
  readonly ciLo: number;
  readonly ciHi: number;
  readonly verdict: Verdict;
  readonly n: number;
  /** The peer's better setting: the one that counts. */
  readonly counts: boolean;
  /** Medians of the interleaved blocks. */
  readonly oursNs: readonly number[];
  readonly peerNs: readonly number[];
}

export const isOurs = (record: BenchRecord): boolean => record.subject.name === "dl";

/** A peer's name in tables: `tfjs-wasm`; PyTorch has one backend, so `torch`. */
export function labelOf({ name, backend }: SubjectInfo): string {
  return name === "torch" || name === "dl" || name.startsWith("build:") || backend === ""
    ? name
    : `${name}-${backend}`;
}
