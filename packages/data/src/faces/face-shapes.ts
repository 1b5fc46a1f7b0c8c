import { around, toEllipse, type Shape } from "../drawing/shape.ts";

/** An ellipse around the origin whose lower half narrows to the chin. */
export function headShape(halfWidth: number, halfHeight: number): Shape {
  const measure: Shape["measure"] = (x, y, from, to, distances) => {
    for (let i = from; i < to; i++) {
      const py = y[i]!;
      const narrowing = py > 0 ? 1 - 0.16 * (py / halfHeight) * (py / halfHeight) : 1;
      distances[i] = toEllipse(x[i]!, py, halfWidth * narrowing, halfHeight);
    }
  };
  return { measure };
}

/** What lies above the parabola y = height + steepness (x − middle)². */
export function above(middle: number, height: number, steepness: number): Shape {
  const measure: Shape["measure"] = (x, y, from, to, distances) => {
    for (let i = from; i < to; i++) {
      const across = x[i]! - middle;
      const slope = 2 * steepness * across;
      distances[i] = (y[i]! - height - steepness * across * across) / Math.sqrt(1 + slope * slope);
    }
  };
  return { measure };
}

/** A line that runs from side to side at height y and hangs `depth` lower in the middle. */
export function arc(
  middle: number,
  height: number,
  halfWidth: number,
  depth: number,
  radius: number,
): Shape {
  const measure: Shape["measure"] = (x, y, from, to, distances) => {
    for (let i = from; i < to; i++) {
      const across = (x[i]! - middle) / halfWidth;
      const at = height + depth * (1 - across * across);
      const slope = (2 * depth * across) / halfWidth;
      const toCurve = Math.abs(y[i]! - at) / Math.sqrt(1 + slope * slope);
      const past = Math.max(Math.abs(x[i]! - middle) - halfWidth, 0);
      distances[i] = Math.sqrt(toCurve * toCurve + past * past) - radius;
    }
  };
  const bounds: Shape["bounds"] = (margin) => {
    const reach = radius + margin;
    const most = 1 + reach / halfWidth;
    const steepest = (2 * depth * most) / halfWidth;
    // From its ends, which may lie beyond its sides by the reach, to the middle.
    const [end, bend] = [height + depth * (1 - most * most), height + depth];
    return around(
      middle,
      (end + bend) / 2,
      halfWidth + reach,
      Math.abs(bend - end) / 2 + reach * Math.sqrt(1 + steepest * steepest),
    );
  };
  return { measure, bounds };
}

/** What lies above a height. */
export function higherThan(height: number): Shape {
  const measure: Shape["measure"] = (_x, y, from, to, distances) => {
    for (let i = from; i < to; i++) distances[i] = y[i]! - height;
  };
  return { measure };
}

/** More than a picture has. */
const wholeHeight = 100;

/** What lies within so much of the middle, to both sides. */
export function narrowerThan(halfWidth: number): Shape {
  return {
    measure(x, _y, from, to, distances) {
      for (let i = from; i < to; i++) distances[i] = Math.abs(x[i]!) - halfWidth;
    },
    bounds: (margin) => around(0, 0, halfWidth + margin, wholeHeight),
  };
}

/** The shape with an edge that lies so much farther out. */
export function spread(shape: Shape, by: number): Shape {
  const { bounds } = shape;
  return {
    measure(x, y, from, to, distances) {
      shape.measure(x, y, from, to, distances);
      for (let i = from; i < to; i++) distances[i] = distances[i]! - by;
    },
    ...(bounds && { bounds: (margin: number) => bounds(margin + by) }),
  };
}
