import { linearScale, logScale, type Scale } from "./scale.ts";
import { style } from "./style.ts";

export type Point = readonly [x: number, y: number];

export interface Series {
  /** In the legend; nothing there without a name. */
  readonly name: string;
  readonly points: readonly Point[];
  /** Dots instead of a line, or both; a line unless said. */
  readonly marks?: "line" | "dots" | "both";
  readonly dashed?: boolean;
  /** Which colour of the palette; the series' place unless said. */
  readonly color?: number;
}

type Colored = Series & { readonly color: number };

export interface LinePlot {
  readonly title: string;
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  readonly series: readonly Series[];
  /** Faint lines behind the series, such as level sets. */
  readonly background?: readonly (readonly Point[])[];
}

interface AxisOptions {
  readonly label: string;
  readonly log?: boolean;
  /** Numbers the axis must reach; with `fixed` it shows no others. */
  readonly include?: readonly number[];
  readonly fixed?: boolean;
}

const [width, height] = [720, 400];
const margin = { left: 64, right: 176, top: 40, bottom: 48 };
const [right, bottom] = [width - margin.right, height - margin.bottom];

/** Lines over two axes with a legend at their right, as the text of an SVG file. */
export function linePlot({ title, x, y, series: given, background = [] }: LinePlot): string {
  const series = given.map((entry, i): Colored => Object.assign({ color: i }, entry));
  const [across, up] = [x, y].map((axis, i) => scaleOf(axis, series, i as 0 | 1)) as [Scale, Scale];
  const px = (value: number): number => margin.left + across.at(value) * (right - margin.left);
  const py = (value: number): number => bottom - up.at(value) * (bottom - margin.top);
  const path = (points: readonly Point[]): string =>
    points
      .filter(([a, b]) => Number.isFinite(across.at(a)) && Number.isFinite(up.at(b)))
      .map(([a, b], i) => `${i === 0 ? "M" : "L"}${short(px(a))} ${short(py(b))}`)
      .join("");
  const parts = [
    text(margin.left, 22, title, "title"),
    ...up.ticks.map((tick) => line(margin.left, py(tick), right, py(tick), "grid")),
    ...across.ticks.map((tick) => line(px(tick), margin.top, px(tick), bottom, "grid")),
    ...up.ticks.map((tick) => text(margin.left - 8, py(tick) + 4, up.text(tick), "end")),
    ...across.ticks.map((tick) => text(px(tick), bottom + 18, across.text(tick), "middle")),
    text((margin.left + right) / 2, height - 10, x.label, "middle"),
    `<text class="middle" transform="translate(16 ${(margin.top + bottom) / 2}) rotate(-90)">${escaped(y.label)}</text>`,
    `<clipPath id="area"><rect x="${margin.left}" y="${margin.top}" width="${right - margin.left}" height="${bottom - margin.top}"/></clipPath>`,
    `<g clip-path="url(#area)">`,
    ...background.map((points) => `<path class="level" d="${path(points)}"/>`),
    ...series.map(({ points, marks = "line", dashed = false, color }) => {
      const tone = `c${color}`;
      const stroke = `<path class="${tone}${dashed ? " dashed" : ""}" d="${path(points)}"/>`;
      const dots = points.map(
        ([a, b]) => `<circle class="${tone}" cx="${short(px(a))}" cy="${short(py(b))}" r="2.5"/>`,
      );
      return (marks === "dots" ? "" : stroke) + (marks === "line" ? "" : dots.join(""));
    }),
    "</g>",
    ...series.filter(({ name }) => name !== "").map((entry, i) => legendEntry(entry, i)),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function scaleOf(axis: AxisOptions, series: readonly Series[], which: 0 | 1): Scale {
  const drawn =
    axis.fixed === true ? [] : series.flatMap(({ points }) => points.map((p) => p[which]));
  const values = [...drawn, ...(axis.include ?? [])];
  return axis.log === true ? logScale(values) : linearScale(values);
}

function legendEntry({ name, marks = "line", dashed = false, color }: Colored, i: number): string {
  const [x, y, tone] = [right + 14, margin.top + 10 + i * 20, `c${color}`];
  const sample =
    marks === "dots"
      ? `<circle class="${tone}" cx="${x + 10}" cy="${y - 4}" r="3"/>`
      : `<path class="${tone}${dashed ? " dashed" : ""}" d="M${x} ${y - 4}h20"/>`;
  return sample + text(x + 26, y, name, "");
}

function text(x: number, y: number, words: string, kind: string): string {
  const attribute = kind === "" ? "" : ` class="${kind}"`;
  return `<text x="${short(x)}" y="${short(y)}"${attribute}>${escaped(words)}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<path class="${kind}" d="M${short(x1)} ${short(y1)}L${short(x2)} ${short(y2)}"/>`;
}

function short(value: number): string {
  return String(Math.round(Math.min(Math.max(value, -1e4), 1e4) * 10) / 10);
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
