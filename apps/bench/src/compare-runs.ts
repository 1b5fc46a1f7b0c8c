import { sameMachine } from "./environment.ts";
import { UsageError } from "./options.ts";
import { labelOf, type BenchRecord } from "./record.ts";
import { unpairedRatio, verdictOf, type Ratio, type Verdict } from "./statistics.ts";

export interface Comparison {
  readonly id: string;
  readonly label: string;
  /** Bytes for the `size` suite, else nanoseconds. */
  readonly unit: "ns" | "bytes";
  readonly before: number;
  readonly after: number;
  /** after / before */
  readonly ratio: Ratio;
  readonly verdict: Verdict;
}

/** @throws {UsageError} for runs of different machines: their times have nothing in common. */
export function checkSameMachine(a: readonly BenchRecord[], b: readonly BenchRecord[]): void {
  const [from, to] = [a[0]!.env, b[0]!.env];
  if (!sameMachine(from, to))
    throw new UsageError(
      `the runs are of different machines: ${from.cpu}, ${from.cores} cores and ${to.cpu}, ${to.cores} cores. Measure both on one.`,
    );
}

/** Every case and subject that both runs have. */
export function compareRuns(
  before: readonly BenchRecord[],
  after: readonly BenchRecord[],
): Comparison[] {
  const known = new Map(before.map((record) => [keyOf(record), record]));
  return after.flatMap((record): Comparison[] => {
    const old = known.get(keyOf(record));
    if (old?.status !== "ok" || record.status !== "ok") return [];
    const { id } = record.case;
    const label = labelOf(record.subject);
    const [bytesBefore, bytesAfter] = [old.derived?.gzipBytes, record.derived?.gzipBytes];
    if (bytesBefore !== undefined && bytesAfter !== undefined) {
      const exact = bytesAfter / bytesBefore;
      const verdict = exact < 1 ? "faster" : exact > 1 ? "slower" : "same";
      const ratio = { ratio: exact, ciLo: exact, ciHi: exact };
      return [{ id, label, unit: "bytes", before: bytesBefore, after: bytesAfter, ratio, verdict }];
    }
    const ratio = unpairedRatio(record.samplesNs!, old.samplesNs!);
    const pairs = Math.min(record.samplesNs!.length, old.samplesNs!.length);
    return [
      {
        id,
        label,
        unit: "ns",
        before: old.stats!.median,
        after: record.stats!.median,
        ratio,
        verdict: verdictOf(ratio, pairs),
      },
    ];
  });
}

const keyOf = ({ case: { id }, subject }: BenchRecord): string =>
  `${id} ${labelOf(subject)} ${subject.threads}`;

export function comparisonLine({
  id,
  label,
  unit,
  before,
  after,
  ratio,
  verdict,
}: Comparison): string {
  const text = (value: number): string =>
    unit === "bytes" ? `${(value / 1024).toFixed(1)} KiB` : `${(value / 1e6).toFixed(3)} ms`;
  const range = `[${ratio.ciLo.toFixed(2)}, ${ratio.ciHi.toFixed(2)}]`;
  const word =
    unit === "bytes" && verdict !== "same" ? (ratio.ratio > 1 ? "larger" : "smaller") : verdict;
  return `${`${id} ${label}`.padEnd(34)} ${text(before).padStart(12)} -> ${text(after).padStart(12)}  ${ratio.ratio.toFixed(3)} ${range} ${word}`;
}

/** What a gate objects to: ours, slower or larger with certainty than it may be. */
export function slowdowns(
  comparisons: readonly Comparison[],
  maxSlowdown: number,
): readonly Comparison[] {
  return comparisons.filter(
    ({ label, ratio }) => (label === "dl" || label.startsWith("dl-")) && ratio.ciLo > maxSlowdown,
  );
}

/** Cases that the baseline has and the candidate could not do: a hole is no success. */
export function lostCases(
  before: readonly BenchRecord[],
  after: readonly BenchRecord[],
): readonly string[] {
  const done = new Set(after.filter(({ status }) => status === "ok").map(keyOf));
  return before
    .filter((record) => record.subject.name === "dl" && record.status === "ok")
    .filter((record) => !done.has(keyOf(record)))
    .map((record) => record.case.id);
}
