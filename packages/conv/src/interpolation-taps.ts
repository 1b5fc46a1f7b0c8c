import type { Tap } from "./resample.ts";

/** How {@link interpolate} finds what lies between pixels. */
export type InterpolationMode = "nearest" | "bilinear" | "bicubic";

/**
 * Where each of `after` pixels along an axis of `before` comes from; they lie `gap[0] / gap[1]`
 * apart in the input. A fraction, so that places that fall on a pixel do so exactly.
 */
export function interpolationTaps(
  mode: InterpolationMode,
  before: number,
  after: number,
  gap: readonly [number, number],
  alignCorners: boolean,
): Tap[][] {
  const spread = (i: number): number => (i * gap[0]) / gap[1];
  const inside = (position: number): number => Math.min(Math.max(position, 0), before - 1);
  return Array.from({ length: after }, (_, i): Tap[] => {
    if (mode === "nearest") return [[inside(Math.floor(spread(i))), 1]];
    const place = alignCorners ? spread(i) : spread(i + 0.5) - 0.5;
    const position = mode === "bilinear" ? Math.max(place, 0) : place;
    const first = Math.floor(position);
    const weights = mode === "bilinear" ? linear(position - first) : cubic(position - first);
    const start = mode === "bilinear" ? first : first - 1;
    return weights.map((weight, tap) => [inside(start + tap), weight] as const);
  });
}

function linear(t: number): number[] {
  return [1 - t, t];
}

/** Weights of the four pixels around a place `t` beyond the second. Keys 1981, eq. 4, a = −0.75. */
function cubic(t: number): number[] {
  const a = -0.75;
  const near = (s: number): number => ((a + 2) * s - (a + 3)) * s * s + 1; // |s| ≤ 1
  const far = (s: number): number => ((a * s - 5 * a) * s + 8 * a) * s - 4 * a; // 1 < |s| < 2
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}
