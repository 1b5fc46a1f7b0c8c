import { isOurs, labelOf, type BenchRecord } from "../record.ts";
import { geometricMeans } from "../summary.ts";
import { historyPlotOf, memoryPlot } from "./bars.ts";
import { forestPlots } from "./forest.ts";
import { style } from "./style.ts";
import { element, escapeText, figures, paletteIndex } from "./svg.ts";
import { sweepPlots } from "./sweeps.ts";

/** A page that needs nothing else: pictures of the last run, the history of all, and every number. */
export function htmlReport(runs: readonly (readonly BenchRecord[])[]): string {
  const records = runs.at(-1)!;
  const libraries = [
    ...new Set(runs.flat().flatMap((r) => (r.status === "ok" ? [labelOf(r.subject)] : []))),
  ];
  const { suite, time, git } = records[0]!;
  const subtitle = `${time.slice(0, 16).replace("T", " ")} · commit ${git.sha.slice(0, 10)}${git.dirty ? " with changes" : ""} · ratios are our time / theirs, median of interleaved blocks with 95 % bootstrap intervals`;
  const body = [
    element("h1", {}, `Benchmarks: suite ${escapeText(suite)}`),
    element("p", { class: "hint" }, escapeText(subtitle)),
    tiles(records),
    ...section("Ratios", forestPlots(records), "forests"),
    ...section("Size sweeps", sweepPlots(records, libraries), "grid2", legend(libraries)),
    ...section(
      "Peak memory",
      [{ title: "", svg: memoryPlot(records, libraries) }],
      "",
      legend(libraries),
    ),
    ...section("History", [{ title: "", svg: historyOf(runs, libraries) }], ""),
    failures(records),
    element("h2", {}, "All numbers"),
    numbersTable(records),
    element("h2", {}, "Environment"),
    environmentTable(records),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Benchmarks: ${escapeText(suite)}</title>
<style>${style}</style>
</head>
<body><main>
${body.join("\n")}
</main>
<script type="application/json" id="records">${JSON.stringify(records).replaceAll("<", "\\u003c")}</script>
</body>
</html>
`;
}

function section(
  title: string,
  pictures: readonly { readonly title: string; readonly svg: string }[],
  layout: string,
  before = "",
): string[] {
  const drawn = pictures.filter(({ svg }) => svg !== "");
  if (drawn.length === 0) return [];
  const panels = drawn.map((figure) =>
    element(
      "figure",
      {},
      figure.title === "" ? "" : element("figcaption", {}, escapeText(figure.title)),
      figure.svg,
    ),
  );
  return [element("h2", {}, title), before, element("div", { class: layout }, ...panels)];
}

/** The geometric means, large. */
function tiles(records: readonly BenchRecord[]): string {
  const means = [...geometricMeans(records)].map(([label, { ratio, ciLo, ciHi }]) =>
    element(
      "div",
      { class: "tile" },
      element("span", { class: "hint" }, `ours / ${escapeText(label)}`),
      element("strong", {}, figures(ratio)),
      element("span", { class: "hint" }, `${figures(ciLo)} to ${figures(ciHi)}`),
    ),
  );
  return means.length === 0 ? "" : element("div", { class: "tiles" }, ...means);
}

function legend(libraries: readonly string[]): string {
  const entries = libraries.map((name) =>
    element(
      "span",
      { class: `key c${paletteIndex(name, libraries)}` },
      element("i", {}),
      name === "dl" ? "ours" : escapeText(name),
    ),
  );
  return element("p", { class: "legend" }, ...entries);
}

function historyOf(
  runs: readonly (readonly BenchRecord[])[],
  libraries: readonly string[],
): string {
  const points = runs.map((records) => ({
    name: `${records[0]!.time.slice(5, 10)} ${records[0]!.git.sha.slice(0, 7)}`,
    ratios: new Map([...geometricMeans(records)].map(([label, { ratio }]) => [label, ratio])),
  }));
  return historyPlotOf(points, libraries);
}

function failures(records: readonly BenchRecord[]): string {
  const failed = records.filter(({ status }) => status !== "ok");
  if (failed.length === 0) return "";
  const items = failed.map(({ case: { id }, subject, status, reason }) =>
    element(
      "li",
      {},
      element("b", {}, `${escapeText(id)}, ${escapeText(subject.name)}`),
      ` ${status}: ${escapeText(reason ?? "")}`,
    ),
  );
  return element("h2", {}, "Not measured") + element("ul", {}, ...items);
}

function numbersTable(records: readonly BenchRecord[]): string {
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

function table(columns: readonly string[], rows: readonly string[]): string {
  const head = element("tr", {}, ...columns.map((column) => element("th", {}, column)));
  return element(
    "div",
    { class: "wide" },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)),
  );
}

function environmentTable(records: readonly BenchRecord[]): string {
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
    ["OMP_WAIT_POLICY", env.ompWaitPolicy],
    ["commit", `${git.sha}${git.dirty ? " with changes" : ""}`],
    ["run", runId],
    ...libraries,
  ];
  return table(
    ["", ""],
    rows.map(([name, value]) =>
      element("tr", {}, element("td", {}, escapeText(name)), element("td", {}, escapeText(value))),
    ),
  );
}
