import type { Point } from "./line-plot.ts";

export interface Area {
  readonly x: Point;
  readonly y: Point;
}

const cells = 60;

/** The corners of the cells that an area is cut into, column by column. */
export function cornersOf({ x, y }: Area): Point[] {
  const at = ([low, high]: Point, i: number): number => low + ((high - low) * i) / cells;
  const steps = Array.from({ length: cells + 1 }, (_, i) => i);
  return steps.flatMap((i) => steps.map((j): Point => [at(x, i), at(y, j)]));
}

/**
 * Short lines along which a function has one of the given levels: marching squares, each cell
 * crossed from edge to edge where the level lies between its corners. `heights` are the function's
 * values at {@link cornersOf}.
 */
export function levelSets(
  heights: ArrayLike<number>,
  area: Area,
  levels: readonly number[],
): Point[][] {
  const corners = cornersOf(area);
  const lines: Point[][] = [];
  for (let i = 0; i < cells; i++)
    for (let j = 0; j < cells; j++) {
      const first = i * (cells + 1) + j;
      const around = [first, first + cells + 1, first + cells + 2, first + 1];
      for (const level of levels) {
        const crossings = around.flatMap((corner, k) => {
          const next = around[(k + 1) % 4]!;
          const [from, to] = [heights[corner]! - level, heights[next]! - level];
          return from < 0 === to < 0
            ? []
            : [between(corners[corner]!, corners[next]!, from / (from - to))];
        });
        for (let k = 0; k + 1 < crossings.length; k += 2)
          lines.push([crossings[k]!, crossings[k + 1]!]);
      }
    }
  return lines;
}

function between(a: Point, b: Point, share: number): Point {
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
}
