import type { GpuCalls } from "../gpu-calls.ts";
import { labelOf, type BenchRecord } from "../record.ts";

/** A table as text, for the page and for Markdown alike. */
export interface TextTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const gpuColumns: readonly [string, (calls: GpuCalls) => string][] = [
  ["dispatches", ({ dispatches }) => count(dispatches)],
  ["submissions", ({ submissions }) => count(submissions)],
  ["uploaded", ({ uploadedBytes }) => bytes(uploadedBytes)],
  ["read back", ({ readBytes }) => bytes(readBytes)],
  ["copied", ({ copiedBytes }) => bytes(copiedBytes)],
  ["bound by dispatches", ({ boundBytes }) => bytes(boundBytes)],
];

/** What one step asked of the GPU, library by library; nothing where no GPU was used. */
export function gpuTable(records: readonly BenchRecord[]): TextTable | undefined {
  const rows = records.flatMap((record) => {
    const calls = record.derived?.gpu;
    if (calls === undefined || record.paired?.counts === false) return [];
    return [[record.case.id, nameOf(record), ...gpuColumns.map(([, text]) => text(calls))]];
  });
  if (rows.length === 0) return undefined;
  return { header: ["case", "library", ...gpuColumns.map(([name]) => name)], rows };
}

/** Peak resident memory of the processes, by case and library; nothing where no process told. */
export function memoryTable(records: readonly BenchRecord[]): TextTable | undefined {
  const known = records.filter(
    ({ derived, paired }) => derived?.peakBytes !== undefined && paired?.counts !== false,
  );
  if (known.length === 0) return undefined;
  const names = [...new Set(known.map(nameOf))];
  const cases = [...new Set(known.map((record) => record.case.id))];
  const cell = (id: string, name: string): string => {
    const found = known.find((record) => record.case.id === id && nameOf(record) === name);
    return found === undefined ? "" : `${Math.round(found.derived!.peakBytes! / 2 ** 20)} MiB`;
  };
  return {
    header: ["case", ...names],
    rows: cases.map((id) => [id].concat(names.map((name) => cell(id, name)))),
  };
}

/** Gzip bytes against their budgets. */
export function sizeTable(records: readonly BenchRecord[]): TextTable | undefined {
  const rows = records.flatMap(({ case: { id, params }, derived }) =>
    derived?.gzipBytes === undefined
      ? []
      : [[id.replace("size-", ""), bytes(derived.gzipBytes), bytes(params["budgetBytes"]!)]],
  );
  return rows.length === 0 ? undefined : { header: ["program or package", "gzip", "budget"], rows };
}

/** Times of whole programs: they have no pair to be divided by. */
export function coldTable(records: readonly BenchRecord[]): TextTable | undefined {
  const milliseconds = (ns: number): string => `${(ns / 1e6).toFixed(0)} ms`;
  const rows = records.flatMap(({ case: { id, group }, stats, derived }) => {
    if (group !== "cold" || stats === undefined) return [];
    const times = [stats.median, stats.p05, stats.p95, derived!.firstRunMs! * 1e6];
    return [[id, ...times.map(milliseconds)]];
  });
  return rows.length === 0
    ? undefined
    : { header: ["case", "median", "5 %", "95 %", "without Node's own start"], rows };
}

function nameOf({ subject }: BenchRecord): string {
  return subject.name === "dl" ? "ours" : labelOf(subject);
}

function count(value: number): string {
  return String(Number(value.toFixed(1)));
}

function bytes(value: number): string {
  if (value < 1024) return `${Math.round(value)} B`;
  return value < 2 ** 20
    ? `${(value / 1024).toFixed(1)} KiB`
    : `${(value / 2 ** 20).toFixed(1)} MiB`;
}
