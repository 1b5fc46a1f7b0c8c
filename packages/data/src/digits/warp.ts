import type { RandomStream } from "../random-stream.ts";
import type { Path } from "./path.ts";

/** Control vectors along each side of the elastic field; three per axis reach any point. */
const gridSize = 5;
/** Standard deviation of a control vector, as a share of the glyph's box. */
const elasticDeviation = 0.1;

/** Where a warped path lands on the canvas, in pixels. */
export interface Placement {
  readonly centerX: number;
  readonly centerY: number;
  /** The longer side of the path's bounding box. */
  readonly extent: number;
}

const fieldX = new Float64Array(gridSize * gridSize);
const fieldY = new Float64Array(gridSize * gridSize);

/**
 * Bends the path by a random smooth displacement field.
 *
 * The field is a quadratic B-spline over random control vectors, which is what smoothing a random
 * field by a wide kernel gives, at nine products per point. Moving points instead of pixels leaves
 * the stroke's width alone.
 *
 * Source: Simard, Steinkraus & Platt 2003, "Best Practices for Convolutional Neural Networks",
 * section 2.
 */
export function bendPath(path: Path, random: RandomStream): void {
  for (let i = 0; i < fieldX.length; i++) {
    fieldX[i] = random.bell(elasticDeviation);
    fieldY[i] = random.bell(elasticDeviation);
  }
  const cells = gridSize - 2;
  for (let i = 0; i < path.pointCount; i++) {
    const u = Math.min(Math.max(path.x[i]!, 0), 1) * cells;
    const v = Math.min(Math.max(path.y[i]!, 0), 1) * cells;
    const column = Math.min(Math.floor(u), cells - 1);
    const row = Math.min(Math.floor(v), cells - 1);
    let shiftX = 0;
    let shiftY = 0;
    for (let j = 0; j < 3; j++) {
      const rowWeight = splineWeight(j, v - row);
      for (let k = 0; k < 3; k++) {
        const weight = rowWeight * splineWeight(k, u - column);
        const at = (row + j) * gridSize + column + k;
        shiftX += weight * fieldX[at]!;
        shiftY += weight * fieldY[at]!;
      }
    }
    path.x[i] = path.x[i]! + shiftX;
    path.y[i] = path.y[i]! + shiftY;
  }
}

/** Weight of control value `j` (0, 1, 2) at `t` in a cell of a uniform quadratic B-spline. */
function splineWeight(j: number, t: number): number {
  if (j === 0) return 0.5 * (1 - t) * (1 - t);
  return j === 1 ? 0.5 + t * (1 - t) : 0.5 * t * t;
}

/** Gives the path a random width, slant and turn. */
export function leanPath(path: Path, random: RandomStream): void {
  const width = random.uniform(0.62, 1.18);
  // Handwriting leans to the right: in MNIST by about 0.1 to 0.2 on average.
  const slant = 0.14 + random.bell(0.2);
  // Rotation from the tangent of half the angle: exact in every engine, unlike sin and cos.
  const halfTangent = random.bell(0.07);
  const scale = 1 / (1 + halfTangent * halfTangent);
  const cosine = (1 - halfTangent * halfTangent) * scale;
  const sine = 2 * halfTangent * scale;
  for (let i = 0; i < path.pointCount; i++) {
    const x = width * (path.x[i]! - 0.5) - slant * (path.y[i]! - 0.5);
    const y = path.y[i]! - 0.5;
    path.x[i] = cosine * x - sine * y;
    path.y[i] = sine * x + cosine * y;
  }
}

/** Scales and moves the path so that its bounding box has the extent and the centre asked for. */
export function placePath(path: Path, placement: Placement): void {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < path.pointCount; i++) {
    left = Math.min(left, path.x[i]!);
    right = Math.max(right, path.x[i]!);
    top = Math.min(top, path.y[i]!);
    bottom = Math.max(bottom, path.y[i]!);
  }
  const scale = placement.extent / Math.max(right - left, bottom - top);
  for (let i = 0; i < path.pointCount; i++) {
    path.x[i] = placement.centerX + scale * (path.x[i]! - (left + right) / 2);
    path.y[i] = placement.centerY + scale * (path.y[i]! - (top + bottom) / 2);
  }
}
