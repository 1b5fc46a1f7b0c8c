import { isOurs, labelOf, type BenchRecord } from "../record.ts";
import type { TextTable } from "./record-tables.ts";
import { element, escapeText, figures } from "./svg.ts";

/** Every number of every library. */
export function numbersTable(records: readonly BenchRecord[]): string {
  const columns = [
    "case",
    "library",
    "threads",
    "median",
    "5–95 %",
    "first run",
    "rate",
    "memory",
    "ours / theirs",
    "verdict",
    "check",
  ];
  const rows = records
    .filter(({ status }) => status === "ok")
    .map((record) => element("tr", isOurs(record) ? { class: "ours" } : {}, ...cells(record)));
  return table(columns, rows);
}

function cells({
  case: { id },
  subject,
  stats,
  derived = {},
  paired,
  check,
}: BenchRecord): string[] {
  const milliseconds = (ns: number): string => `${figures(ns / 1e6)} ms`;
  const rate =
    derived.gflops !== undefined
      ? `${figures(derived.gflops)} GFLOP/s`
      : derived.gbps !== undefined
        ? `${figures(derived.gbps)} GB/s`
        : derived.samplesPerSec !== undefined
          ? `${figures(derived.samplesPerSec)} /s`
          : "";
  const value =
    stats !== undefined
      ? milliseconds(stats.median)
      : derived.gzipBytes !== undefined
        ? `${figures(derived.gzipBytes / 1024)} KiB`
        : "";
  return [
    element("td", {}, escapeText(id)),
    element("td", {}, escapeText(labelOf(subject))),
    ...[
      String(subject.threads),
      value,
      stats === undefined ? "" : `${figures(stats.p05 / 1e6)}–${figures(stats.p95 / 1e6)}`,
      derived.firstRunMs === undefined ? "" : `${figures(derived.firstRunMs)} ms`,
      rate,
      derived.peakBytes === undefined ? "" : `${Math.round(derived.peakBytes / 2 ** 20)} MiB`,
      paired === undefined
        ? ""
        : `${figures(paired.ratio)} [${figures(paired.ciLo)}, ${figures(paired.ciHi)}]`,
    ].map((number) => element("td", { class: "number" }, escapeText(number))),
    element(
      "td",
      { class: `word ${paired?.counts === true ? paired.verdict : ""}` },
      paired === undefined ? "" : paired.counts ? paired.verdict : "does not count",
    ),
    element("td", { class: "number" }, check === undefined ? "" : check.maxRel.toExponential(0)),
  ];
}

/** Text, cell by cell. */
export function plainTable({ header, rows }: TextTable): string {
  const cellOf = (text: string): string => element("td", { class: "number" }, escapeText(text));
  return table(
    header,
    rows.map((row) => element("tr", {}, ...row.map(cellOf))),
  );
}

function table(columns: readonly string[], rows: readonly string[]): string {
  const head = element("tr", {}, ...columns.map((column) => element("th", {}, column)));
  return element(
    "div",
    { class: "wide" },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)),
  );
}

/** Where and with what it was measured. */
export function environmentTable(records: readonly BenchRecord[]): string {
  const { env, git, runId } = records[0]!;
  const libraries = new Map(
    records
      .filter(({ status }) => status === "ok")
      .map(({ subject }) => [
        labelOf(subject),
        `${subject.version}${subject.notes === undefined ? "" : `; ${subject.notes}`}`,
      ]),
  );
  const rows: [string, string][] = [
    ["cpu", `${env.cpu}, ${env.cores} cores, governor ${env.governor}`],
    ["memory", `${figures(env.memoryBytes / 2 ** 30)} GiB`],
    ["system", `${env.os}, ${env.host}, timer step ${env.timerStepNs} ns`],
    ["load at the start", String(env.load)],
    ...(env.browserFlags === undefined
      ? []
      : [["browser flags", env.browserFlags.join(" ")] as [string, string]]),
    ["commit", `${git.sha}${git.dirty ? " with changes" : ""}`],
    ["run", runId],
    ...libraries,
  ];
  return table(
    ["", ""],
    rows.map(([name, value]) =>
      element(
        "tr",
        {},
        element("td", {}, escapeText(name)),
        element("td", { class: "wrap" }, escapeText(value)),
      ),
    ),
  );
}
