import { isOurs, labelOf, type BenchRecord } from "./record.ts";
import { meanRatio, type Ratio } from "./statistics.ts";

/** Of each peer, the geometric mean of our ratios over the cases that it can do. */
export function geometricMeans(records: readonly BenchRecord[]): Map<string, Ratio> {
  const logs = new Map<string, number[][]>();
  for (const { subject, paired } of records) {
    if (paired?.counts !== true || paired.verdict === "unranked") continue;
    const label = labelOf(subject);
    const cases = logs.get(label) ?? [];
    logs.set(label, cases);
    cases.push(paired.oursNs.map((time, i) => Math.log(time / paired.peerNs[i]!)));
  }
  return new Map([...logs].map(([label, cases]) => [label, meanRatio(cases)]));
}

/** The last line of `--json -`. */
export function summaryLine(suite: string, records: readonly BenchRecord[]): string {
  const geomean: Record<string, number> = {};
  for (const [label, { ratio }] of geometricMeans(records)) geomean[label] = rounded(ratio);
  const cases: Record<string, Record<string, unknown>> = {};
  for (const record of records) {
    const told = (cases[record.case.id] ??= {});
    const label = labelOf(record.subject);
    if (record.status !== "ok") told[label] = { [record.status]: record.reason };
    else if (record.derived?.gzipBytes !== undefined) told["gzipBytes"] = record.derived.gzipBytes;
    else if (isOurs(record)) told["ms"] = rounded(record.stats!.median / 1e6);
    else if (record.paired?.counts === true) {
      const ratio = rounded(record.paired.ratio);
      told[label] = record.paired.verdict === "unranked" ? { unranked: ratio } : ratio;
    }
  }
  return JSON.stringify({ suite, geomean, cases });
}

/** One line for the reader who watches. */
export function recordLine(record: BenchRecord): string {
  const { subject, stats, paired, derived, status, reason } = record;
  const who = `${record.case.id.padEnd(18)} ${labelOf(subject)}${subject.threads > 1 ? ` x${subject.threads}` : ""}`;
  const start = who.padEnd(34);
  if (status !== "ok") return `${start} ${status}: ${reason}`;
  if (derived?.gzipBytes !== undefined)
    return `${start} ${(derived.gzipBytes / 1024).toFixed(1).padStart(9)} KiB`;
  const time = `${(stats!.median / 1e6).toFixed(3).padStart(10)} ms`;
  const rate = derived?.gflops !== undefined ? `  ${derived.gflops.toFixed(1)} GFLOP/s` : "";
  if (paired === undefined) return `${start} ${time}${rate}`;
  const range = `[${paired.ciLo.toFixed(2)}, ${paired.ciHi.toFixed(2)}]`;
  const ratio = `ours / theirs ${paired.ratio.toFixed(2)} ${range}`;
  return `${start} ${time}  ${ratio} ${paired.verdict}${paired.counts ? "" : " (does not count)"}`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
