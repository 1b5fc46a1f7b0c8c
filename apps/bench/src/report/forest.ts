import { labelOf, type BenchRecord } from "../record.ts";
import { verdictOf, type Ratio, type Verdict } from "../statistics.ts";
import { geometricMeans } from "../summary.ts";
import { element, figures, logScale, logTicks, picture, text } from "./svg.ts";

const rowHeight = 24;
const left = 190;
const right = 260;
const width = 980;
const top = 34;

interface Row {
  readonly name: string;
  readonly ratio: Ratio;
  readonly verdict: Verdict;
  readonly isMean: boolean;
}

/** For each peer: every case's ratio with its interval, on one logarithmic axis. */
export function forestPlots(records: readonly BenchRecord[]): { title: string; svg: string }[] {
  const means = geometricMeans(records);
  const all = records.flatMap(({ paired }) => (paired?.counts === true ? [paired] : []));
  if (all.length === 0) return [];
  // One axis for all peers, so that the pictures can be compared.
  const domain: [number, number] = [
    Math.min(0.5, ...all.map(({ ciLo }) => ciLo)) / 1.2,
    Math.max(2, ...all.map(({ ciHi }) => ciHi)) * 1.2,
  ];
  const labels = new Set(
    records.flatMap(({ subject, paired }) => (paired?.counts === true ? [labelOf(subject)] : [])),
  );
  return [...labels].map((label) => {
    const rows = records.flatMap((record): Row[] => {
      const { paired } = record;
      if (paired?.counts !== true || labelOf(record.subject) !== label) return [];
      return [{ name: record.case.id, ratio: paired, verdict: paired.verdict, isMean: false }];
    });
    const mean = means.get(label);
    if (mean !== undefined) {
      const verdict = verdictOf(mean, Infinity);
      rows.push({ name: "geometric mean", ratio: mean, verdict, isMean: true });
    }
    return { title: `ours / ${label}`, svg: forest(label, rows, domain) };
  });
}

function forest(label: string, rows: readonly Row[], domain: readonly [number, number]): string {
  const height = top + rows.length * rowHeight + 8;
  const x = logScale(domain, [left, width - right]);
  const parts = [
    text(x(1) - 8, 14, "← ours faster", { class: "hint", "text-anchor": "end" }),
    text(x(1) + 8, 14, `${label} faster →`, { class: "hint" }),
  ];
  for (const tick of logTicks(domain)) {
    const isOne = tick === 1;
    const line = { x1: x(tick), x2: x(tick), y1: top - 4, y2: height - 6 };
    parts.push(element("line", { ...line, class: isOne ? "one" : "grid" }));
    parts.push(text(x(tick), top - 8, figures(tick), { class: "tick", "text-anchor": "middle" }));
  }
  rows.forEach((row, i) => {
    parts.push(forestRow(row, top + (i + 0.5) * rowHeight, x));
  });
  return picture(width, height, `Ratios ours / ${label}`, parts.join(""));
}

function forestRow(
  { name, ratio, verdict, isMean }: Row,
  y: number,
  x: (value: number) => number,
): string {
  const { ratio: middle, ciLo, ciHi } = ratio;
  const mark = isMean
    ? element("path", {
        d: `M${x(ciLo).toFixed(1)} ${y} L${x(middle).toFixed(1)} ${y - 7} L${x(ciHi).toFixed(1)} ${y} L${x(middle).toFixed(1)} ${y + 7} Z`,
      })
    : element("line", { x1: x(ciLo), x2: x(ciHi), y1: y, y2: y }) +
      element("circle", { cx: x(middle), cy: y, r: 4.5 });
  const range = `${figures(middle)}  [${figures(ciLo)}, ${figures(ciHi)}]`;
  const weight = isMean ? { "font-weight": "600" } : {};
  return [
    isMean ? element("line", { x1: 0, x2: width, y1: y - 12, y2: y - 12, class: "grid" }) : "",
    text(0, y + 4, name, weight),
    element("g", { class: `mark ${verdict}` }, mark),
    text(width - right + 12, y + 4, range, { class: "number", ...weight }),
    text(width, y + 4, verdict, { class: `word ${verdict}`, "text-anchor": "end" }),
  ].join("");
}
