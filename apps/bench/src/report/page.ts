import { labelOf, type BenchRecord } from "../record.ts";
import { geometricMeans } from "../summary.ts";
import { historyPlotOf, memoryPlot } from "./bars.ts";
import { forestPlots } from "./forest.ts";
import { environmentTable, numbersTable, plainTable } from "./page-tables.ts";
import { gpuTable } from "./record-tables.ts";
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
    fallbackNote(records),
    tiles(records),
    ...section("Ratios", forestPlots(records), "forests"),
    ...section("Size sweeps", sweepPlots(records, libraries), "grid2", legend(libraries)),
    ...section(
      "Peak memory",
      [{ title: "", svg: memoryPlot(records, libraries) }],
      "",
      legend(libraries),
    ),
    ...gpuSection(records),
    ...section("History", [{ title: historyTitle, svg: historyOf(runs, libraries) }], ""),
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

/** A software GPU's ratios must not be taken for a ranking. */
function fallbackNote(records: readonly BenchRecord[]): string {
  const software = records.find(({ subject }) => subject.isFallback === true)?.subject;
  if (software === undefined) return "";
  const words = `The GPU is software (${software.adapter}), a fallback adapter: the ratios rank nobody.`;
  return element("p", { class: "note" }, escapeText(words));
}

function gpuSection(records: readonly BenchRecord[]): string[] {
  const content = gpuTable(records);
  if (content === undefined) return [];
  return [element("h2", {}, "Asked of the GPU in one step"), plainTable(content)];
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

const historyTitle = "geometric mean of our time / theirs, run by run";

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
      element("b", {}, `${escapeText(id)}, ${escapeText(labelOf(subject))}`),
      ` ${status}: ${escapeText(reason ?? "")}`,
    ),
  );
  return element("h2", {}, "Not measured") + element("ul", {}, ...items);
}
