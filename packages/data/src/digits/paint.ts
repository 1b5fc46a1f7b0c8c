import type { Path } from "./path.ts";

/** The pen a digit is drawn with, in pixels. */
export interface Pen {
  /** Half the stroke's width where each stroke starts and where it ends. */
  readonly startRadius: number;
  readonly endRadius: number;
  /** Width of the ramp from full ink to none; 1 is a crisp antialiased edge. */
  readonly softness: number;
}

/**
 * Draws the path on a square canvas, as ink from 0 to 1 by distance to the nearest segment.
 *
 * Only multiplication, division and square root: the same bits in every engine.
 */
export function paintPath(path: Path, pen: Pen, ink: Float64Array, size: number): void {
  ink.fill(0);
  let strokeStart = 0;
  while (strokeStart < path.pointCount) {
    let strokeEnd = strokeStart + 1;
    while (strokeEnd < path.pointCount && path.startsStroke[strokeEnd] === 0) strokeEnd++;
    const segments = strokeEnd - strokeStart - 1;
    const step = (pen.endRadius - pen.startRadius) / segments;
    for (let i = 0; i < segments; i++)
      paintSegment(
        path,
        strokeStart + i,
        pen.startRadius + i * step,
        step,
        pen.softness,
        ink,
        size,
      );
    strokeStart = strokeEnd;
  }
}

/** Draws from point `at` to the next; the radius grows by `radiusStep` on the way. */
function paintSegment(
  path: Path,
  at: number,
  radius: number,
  radiusStep: number,
  softness: number,
  ink: Float64Array,
  size: number,
): void {
  const x0 = path.x[at]!;
  const y0 = path.y[at]!;
  const x1 = path.x[at + 1]!;
  const y1 = path.y[at + 1]!;
  const reach = radius + Math.max(radiusStep, 0) + softness / 2;
  // Pixel centres lie at whole numbers plus one half.
  const left = Math.max(Math.ceil(Math.min(x0, x1) - reach - 0.5), 0);
  const right = Math.min(Math.floor(Math.max(x0, x1) + reach - 0.5), size - 1);
  const top = Math.max(Math.ceil(Math.min(y0, y1) - reach - 0.5), 0);
  const bottom = Math.min(Math.floor(Math.max(y0, y1) + reach - 0.5), size - 1);
  const alongX = x1 - x0;
  const alongY = y1 - y0;
  const squaredLength = alongX * alongX + alongY * alongY;
  const inverse = squaredLength > 0 ? 1 / squaredLength : 0;
  const squaredReach = reach * reach;
  for (let row = top; row <= bottom; row++) {
    const fromY = row + 0.5 - y0;
    for (let column = left; column <= right; column++) {
      const fromX = column + 0.5 - x0;
      const t = Math.min(Math.max((fromX * alongX + fromY * alongY) * inverse, 0), 1);
      const awayX = fromX - t * alongX;
      const awayY = fromY - t * alongY;
      const squaredDistance = awayX * awayX + awayY * awayY;
      if (squaredDistance >= squaredReach) continue;
      const edge = radius + t * radiusStep + softness / 2;
      const cover = Math.min((edge - Math.sqrt(squaredDistance)) / softness, 1);
      const pixel = row * size + column;
      if (cover > ink[pixel]!) ink[pixel] = cover;
    }
  }
}
