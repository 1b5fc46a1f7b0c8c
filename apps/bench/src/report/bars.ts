import { labelOf, type BenchRecord } from "../record.ts";
import { element, figures, logScale, logTicks, paletteIndex, picture, text } from "./svg.ts";

const mebibyte = 2 ** 20;
const barHeight = 12;
const [width, left, right] = [980, 220, 90];

/** Largest resident memory of each library's process on each case. */
export function memoryPlot(records: readonly BenchRecord[], libraries: readonly string[]): string {
  const groups = new Map<string, { label: string; mebibytes: number }[]>();
  for (const record of records) {
    const bytes = record.derived?.peakBytes;
    if (bytes === undefined || record.paired?.counts === false) continue;
    const group = groups.get(record.case.id) ?? [];
    groups.set(record.case.id, group);
    group.push({ label: labelOf(record.subject), mebibytes: bytes / mebibyte });
  }
  const largest = Math.max(0, ...[...groups.values()].flat().map(({ mebibytes }) => mebibytes));
  if (largest === 0) return "";
  const scale = (value: number): number => left + ((width - left - right) * value) / largest;
  const parts: string[] = [];
  let y = 6;
  for (const [id, group] of groups) {
    parts.push(text(0, y + (group.length * barHeight) / 2 + 4, id));
    for (const { label, mebibytes } of group) {
      const bar = {
        x: left,
        y: y + 1,
        width: scale(mebibytes) - left,
        height: barHeight - 3,
        rx: 2,
      };
      parts.push(
        element("rect", { ...bar, class: `bar c${paletteIndex(label, libraries)}` }),
        text(scale(mebibytes) + 8, y + barHeight - 2, `${Math.round(mebibytes)} MiB`, {
          class: "tick",
        }),
      );
      y += barHeight;
    }
    y += 12;
  }
  return picture(width, y, "Peak memory by case", parts.join(""));
}

const mostNames = 6;
const [historyWidth, historyHeight] = [760, 240];
const historyPlot = { left: 52, right: 640, top: 14, bottom: 200 };

/** Geometric-mean ratios over several runs, oldest first. */
export function historyPlotOf(
  runs: readonly { readonly name: string; readonly ratios: ReadonlyMap<string, number> }[],
  libraries: readonly string[],
): string {
  const values = runs.flatMap(({ ratios }) => [...ratios.values()]);
  if (runs.length < 2 || values.length === 0) return "";
  const domain: [number, number] = [Math.min(0.5, ...values) / 1.2, Math.max(2, ...values) * 1.2];
  const y = logScale(domain, [historyPlot.bottom, historyPlot.top]);
  const x = (run: number): number =>
    historyPlot.left + 20 + ((historyPlot.right - historyPlot.left - 40) * run) / (runs.length - 1);
  const parts = logTicks(domain).flatMap((tick) => [
    element("line", {
      x1: historyPlot.left,
      x2: historyPlot.right,
      y1: y(tick),
      y2: y(tick),
      class: tick === 1 ? "one" : "grid",
    }),
    text(historyPlot.left - 8, y(tick) + 4, figures(tick), {
      class: "tick",
      "text-anchor": "end",
    }),
  ]);
  // Names of neighbours must not run into each other.
  const every = Math.ceil(runs.length / mostNames);
  runs.forEach(({ name }, run) => {
    if ((runs.length - 1 - run) % every !== 0) return;
    const place = { class: "tick", "text-anchor": "middle" };
    parts.push(text(x(run), historyPlot.bottom + 22, name, place));
  });
  for (const label of libraries) {
    const points = runs.flatMap(({ ratios }, run) => {
      const ratio = ratios.get(label);
      return ratio === undefined ? [] : [{ run, ratio }];
    });
    if (points.length === 0) continue;
    const places = points.map(({ run, ratio }) => `${x(run).toFixed(1)},${y(ratio).toFixed(1)}`);
    const last = points.at(-1)!;
    parts.push(
      element(
        "g",
        { class: `line c${paletteIndex(label, libraries)}` },
        element("polyline", { points: places.join(" ") }),
        ...points.map(({ run, ratio }) => element("circle", { cx: x(run), cy: y(ratio), r: 3.5 })),
      ),
      text(x(last.run) + 30, y(last.ratio) + 4, `${label} ${figures(last.ratio)}`, {
        class: "tick",
      }),
    );
  }
  return picture(historyWidth, historyHeight, "Geometric means over runs", parts.join(""));
}
