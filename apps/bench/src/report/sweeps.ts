import { labelOf, type BenchRecord } from "../record.ts";
import { element, figures, logScale, logTicks, paletteIndex, picture, text } from "./svg.ts";

const [width, height] = [440, 270];
const plot = { left: 52, right: width - 12, top: 12, bottom: height - 40 };

interface Point {
  readonly size: number;
  readonly value: number;
}

/** For each sweep: the rate over the size, every library a line, both axes logarithmic. */
export function sweepPlots(
  records: readonly BenchRecord[],
  libraries: readonly string[],
): { title: string; svg: string }[] {
  const sweeps = new Map<string, Map<string, Point[]>>();
  const units = new Map<string, string>();
  for (const record of records) {
    const { sweep, flops } = record.case;
    if (sweep === undefined || record.status !== "ok" || record.paired?.counts === false) continue;
    const value = flops === undefined ? record.derived?.gbps : record.derived?.gflops;
    if (value === undefined) continue;
    units.set(sweep.name, flops === undefined ? "GB/s" : "GFLOP/s");
    const lines = sweeps.get(sweep.name) ?? new Map<string, Point[]>();
    sweeps.set(sweep.name, lines);
    const label = labelOf(record.subject);
    const points = lines.get(label) ?? [];
    lines.set(label, points);
    points.push({ size: sweep.size, value });
  }
  return [...sweeps].flatMap(([name, lines]) => {
    const longest = Math.max(...[...lines.values()].map((points) => points.length));
    if (longest < 2) return [];
    const unit = units.get(name)!;
    return [{ title: `${name}: ${unit} over size`, svg: sweepPlot(name, unit, lines, libraries) }];
  });
}

function sweepPlot(
  name: string,
  unit: string,
  lines: ReadonlyMap<string, readonly Point[]>,
  libraries: readonly string[],
): string {
  const points = [...lines.values()].flat();
  const range = (values: readonly number[], margin: number): [number, number] => [
    Math.min(...values) / margin,
    Math.max(...values) * margin,
  ];
  const sizes = range(
    points.map(({ size }) => size),
    1.15,
  );
  const values = range(
    points.map(({ value }) => value),
    1.4,
  );
  const x = logScale(sizes, [plot.left, plot.right]);
  const y = logScale(values, [plot.bottom, plot.top]);
  const parts: string[] = [];
  for (const tick of logTicks(values, 6)) {
    const line = { x1: plot.left, x2: plot.right, y1: y(tick), y2: y(tick), class: "grid" };
    parts.push(element("line", line));
    parts.push(
      text(plot.left - 8, y(tick) + 4, figures(tick), { class: "tick", "text-anchor": "end" }),
    );
  }
  for (const size of new Set(points.map((point) => point.size))) {
    const line = { x1: x(size), x2: x(size), y1: plot.bottom, y2: plot.bottom + 4, class: "grid" };
    parts.push(element("line", line));
    parts.push(
      text(x(size), plot.bottom + 18, size < 1e4 ? size : figures(size), {
        class: "tick",
        "text-anchor": "middle",
      }),
    );
  }
  parts.push(
    text((plot.left + plot.right) / 2, height - 4, "size", {
      class: "hint",
      "text-anchor": "middle",
    }),
  );
  for (const [label, unsorted] of lines) {
    const sorted = unsorted.toSorted((a, b) => a.size - b.size);
    const places = sorted.map(({ size, value }) => `${x(size).toFixed(1)},${y(value).toFixed(1)}`);
    parts.push(
      element(
        "g",
        { class: `line c${paletteIndex(label, libraries)}` },
        element("polyline", { points: places.join(" ") }),
        ...sorted.map(({ size, value }) =>
          element(
            "circle",
            { cx: x(size), cy: y(value), r: 3.5 },
            element("title", {}, `${label}, ${size}: ${figures(value)} ${unit}`),
          ),
        ),
      ),
    );
  }
  return picture(width, height, `${name}: ${unit} over size`, parts.join(""));
}
