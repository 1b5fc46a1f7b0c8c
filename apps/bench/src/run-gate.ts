import { isOurs, type BenchRecord } from "./record.ts";
import { pairedRatio } from "./statistics.ts";

/** What a gate measures, head beside base in one job. */
export interface GateRun {
  /** Training steps and operations, interleaved; every case when `ids` is absent. */
  readonly steps: (ids?: readonly string[]) => Promise<readonly BenchRecord[]>;
  /** First steps of new processes, in turn: nanoseconds by case. */
  readonly coldStarts: () => Promise<ReadonlyMap<string, ColdPair>>;
  /** Gzip bytes by program and package. */
  readonly sizes: () => Promise<{ readonly head: Sizes; readonly base: Sizes }>;
  readonly maxSlowdown: number;
  readonly say: (line: string) => void;
}

export interface ColdPair {
  readonly headNs: readonly number[];
  readonly baseNs: readonly number[];
}

type Sizes = ReadonlyMap<string, number>;

/** Bytes do not scatter, but a change of a few is no regression. */
const mostSizeGrowth = 1.02;
/** Resident memory depends on when the collector ran. */
const mostMemoryGrowth = 1.1;

/** What head does worse than base; time only if a second run says the same. */
export async function runGate(run: GateRun): Promise<readonly string[]> {
  const first = await run.steps();
  const faults = [...failedCases(first), ...memoryFaults(first)];
  const slow = slowCases(first, run.maxSlowdown);
  if (slow.size > 0) {
    run.say(`slower than ${run.maxSlowdown}: ${[...slow.keys()].join(", ")}; measuring again`);
    const second = slowCases(await run.steps([...slow.keys()]), run.maxSlowdown);
    faults.push(...second.values());
  }
  faults.push(...(await coldFaults(run)));
  const { head, base } = await run.sizes();
  return [...faults, ...sizeFaults(head, base)];
}

function failedCases(records: readonly BenchRecord[]): string[] {
  return records
    .filter(({ status }) => status !== "ok")
    .map(
      ({ case: { id }, subject, reason }) =>
        `${id}: ${subject.name === "dl" ? "head" : "base"} failed: ${reason}`,
    );
}

/** By id, those that are certainly slower: the whole interval lies above the limit. */
function slowCases(records: readonly BenchRecord[], limit: number): Map<string, string> {
  return new Map(
    records.flatMap(({ case: { id }, paired }): [string, string][] =>
      paired !== undefined && paired.ciLo > limit
        ? [[id, `${id}: ${times(paired)} the time of base, twice`]]
        : [],
    ),
  );
}

function memoryFaults(records: readonly BenchRecord[]): string[] {
  const peakOf = (id: string, isHead: boolean): number | undefined =>
    records.find((record) => record.case.id === id && isOurs(record) === isHead)?.derived
      ?.peakBytes;
  return [...new Set(records.map((record) => record.case.id))].flatMap((id) => {
    const [head, base] = [peakOf(id, true), peakOf(id, false)];
    if (head === undefined || base === undefined || head <= base * mostMemoryGrowth) return [];
    return [`${id}: peak memory ${mebibytes(head)}, base ${mebibytes(base)}`];
  });
}

async function coldFaults(run: GateRun): Promise<string[]> {
  const slow = async (): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    for (const [id, { headNs, baseNs }] of await run.coldStarts()) {
      const ratio = pairedRatio(headNs, baseNs);
      if (ratio.ciLo > run.maxSlowdown)
        found.set(id, `first step of ${id}: ${times(ratio)} the time of base, twice`);
    }
    return found;
  };
  const first = await slow();
  if (first.size === 0) return [];
  return [...(await slow())].flatMap(([id, fault]) => (first.has(id) ? [fault] : []));
}

function sizeFaults(head: Sizes, base: Sizes): string[] {
  return [...head].flatMap(([name, size]) => {
    const old = base.get(name);
    if (old === undefined || size <= old * mostSizeGrowth) return [];
    return [`${name}: ${(size / 1024).toFixed(1)} KiB gzip, base ${(old / 1024).toFixed(1)} KiB`];
  });
}

const times = ({ ratio, ciLo, ciHi }: { ratio: number; ciLo: number; ciHi: number }): string =>
  `${ratio.toFixed(2)} [${ciLo.toFixed(2)}, ${ciHi.toFixed(2)}]`;

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
