import type { RandomStream } from "../random-stream.ts";
import { digitGlyphs } from "./glyphs.ts";

/** One stroke of a glyph: the points its curve passes through, in a unit box with y downward. */
export interface Stroke {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly isCorner: readonly boolean[];
}

/**
 * Points of a drawn line, joined in order except where a new stroke starts. Reused from digit to
 * digit.
 */
export interface Path {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** 1 where the pen was set down anew. */
  readonly startsStroke: Uint8Array;
  pointCount: number;
}

/**
 * Straight pieces that stand for one piece of curve; at 20 pixels height the error is under 0.1
 * pixel.
 */
const piecesPerCurve = 5;

/**
 * How far the writer misses each point, and where a whole stroke lands, as standard deviations of
 * the unit box.
 */
const pointDeviation = 0.018;
const strokeDeviation = 0.018;

let parsedGlyphs: readonly (readonly (readonly Stroke[])[])[] | undefined;

/** The hands that write `digit`, parsed at first use. */
export function glyphsOf(digit: number): readonly (readonly Stroke[])[] {
  parsedGlyphs ??= digitGlyphs.map((hands) => hands.map(parseGlyph));
  return parsedGlyphs[digit]!;
}

/** Strokes of a glyph in the notation of {@link digitGlyphs}. */
function parseGlyph(glyph: string): readonly Stroke[] {
  return glyph.split("|").map((stroke) => {
    const points = stroke.trim().split(/\s+/);
    const coordinate = (at: 0 | 1): number[] =>
      points.map((point) => Number.parseFloat(point.split(",")[at]!) / 100);
    return {
      x: coordinate(0),
      y: coordinate(1),
      isCorner: points.map((point, i) => i === 0 || i === points.length - 1 || point.endsWith("!")),
    };
  });
}

/** An empty path with room for any glyph. */
export function createPath(): Path {
  const room = 256;
  return {
    x: new Float64Array(room),
    y: new Float64Array(room),
    startsStroke: new Uint8Array(room),
    pointCount: 0,
  };
}

/**
 * Writes a glyph into `path` by an unsteady hand: every point is missed a little, then joined by
 * smooth curves.
 */
export function traceGlyph(strokes: readonly Stroke[], random: RandomStream, path: Path): void {
  path.pointCount = 0;
  for (const stroke of strokes) {
    const offsetX = random.bell(strokeDeviation);
    const offsetY = random.bell(strokeDeviation);
    const x = stroke.x.map((value) => value + offsetX + random.bell(pointDeviation));
    const y = stroke.y.map((value) => value + offsetY + random.bell(pointDeviation));
    traceStroke(x, y, stroke.isCorner, path);
  }
}

function traceStroke(
  x: readonly number[],
  y: readonly number[],
  isCorner: readonly boolean[],
  path: Path,
): void {
  addPoint(path, x[0]!, y[0]!, 1);
  for (let i = 0; i + 1 < x.length; i++) {
    if (isCorner[i]! && isCorner[i + 1]!) {
      addPoint(path, x[i + 1]!, y[i + 1]!, 0);
      continue;
    }
    const [startX, endX] = tangents(x, isCorner, i);
    const [startY, endY] = tangents(y, isCorner, i);
    for (let piece = 1; piece <= piecesPerCurve; piece++) {
      const t = piece / piecesPerCurve;
      addPoint(
        path,
        hermite(x[i]!, startX, x[i + 1]!, endX, t),
        hermite(y[i]!, startY, y[i + 1]!, endY, t),
        0,
      );
    }
  }
}

/**
 * Catmull-Rom tangents at both ends of piece `i`; at a corner the one that bends the piece least.
 */
function tangents(
  values: readonly number[],
  isCorner: readonly boolean[],
  i: number,
): readonly [start: number, end: number] {
  const chord = values[i + 1]! - values[i]!;
  const start = isCorner[i]! ? undefined : (values[i + 1]! - values[i - 1]!) / 2;
  const end = isCorner[i + 1]! ? undefined : (values[i + 2]! - values[i]!) / 2;
  return [start ?? 1.5 * chord - 0.5 * end!, end ?? 1.5 * chord - 0.5 * start!];
}

function hermite(
  from: number,
  startTangent: number,
  to: number,
  endTangent: number,
  t: number,
): number {
  const s = 1 - t;
  return (
    s * s * ((1 + 2 * t) * from + t * startTangent) + t * t * ((3 - 2 * t) * to - s * endTangent)
  );
}

function addPoint(path: Path, x: number, y: number, startsStroke: 0 | 1): void {
  const at = path.pointCount++;
  path.x[at] = x;
  path.y[at] = y;
  path.startsStroke[at] = startsStroke;
}
