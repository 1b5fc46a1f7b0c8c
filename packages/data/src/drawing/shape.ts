/** A rectangle with sides along the axes. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Something to be laid onto a picture. */
export interface Shape {
  /**
   * Signed distances to the edge, below 0 inside, of the points from one position of the lists up to
   * another. The loop over points is in the shape, not around it: a call for each point of each part of a
   * shape took most of a picture's time.
   */
  measure(
    x: Float64Array,
    y: Float64Array,
    from: number,
    to: number,
    distances: Float64Array,
  ): void;
  /** Holds every point with a distance below `margin`; nothing is known without it. */
  bounds?(margin: number): Box;
}

/** Everywhere. */
export const everywhere: Shape = {
  measure(_x, _y, from, to, distances) {
    distances.fill(-1, from, to);
  },
};

/** About right near the edge, which is where it counts. */
export function ellipse(centerX: number, centerY: number, radiusX: number, radiusY: number): Shape {
  return {
    measure(x, y, from, to, distances) {
      for (let i = from; i < to; i++)
        distances[i] = toEllipse(x[i]! - centerX, y[i]! - centerY, radiusX, radiusY);
    },
    bounds(margin) {
      // Of a point where u² + v² = k², the distance is at least (k − 1) times the smaller radius.
      const most = 1 + Math.max(margin, 0) / Math.min(radiusX, radiusY);
      return around(centerX, centerY, radiusX * most, radiusY * most);
    },
  };
}

/** Of a point to an ellipse around the origin. */
export function toEllipse(x: number, y: number, radiusX: number, radiusY: number): number {
  const u = x / radiusX;
  const v = y / radiusY;
  const length = Math.sqrt(u * u + v * v);
  const a = u / radiusX;
  const b = v / radiusY;
  const slope = Math.sqrt(a * a + b * b);
  return slope === 0 ? -Math.min(radiusX, radiusY) : (length * (length - 1)) / slope;
}

/** A line from one point to another, with round ends. */
export function stroke(
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  radius: number,
): Shape {
  const alongX = toX - fromX;
  const alongY = toY - fromY;
  return {
    measure(x, y, from, to, distances) {
      for (let i = from; i < to; i++)
        distances[i] = toLine(x[i]! - fromX, y[i]! - fromY, alongX, alongY) - radius;
    },
    bounds(margin) {
      const reach = radius + margin;
      return {
        left: Math.min(fromX, toX) - reach,
        top: Math.min(fromY, toY) - reach,
        right: Math.max(fromX, toX) + reach,
        bottom: Math.max(fromY, toY) + reach,
      };
    },
  };
}

/** Of a point to the line from the origin to another point. */
function toLine(x: number, y: number, alongX: number, alongY: number): number {
  const square = alongX * alongX + alongY * alongY;
  const t = square === 0 ? 0 : (x * alongX + y * alongY) / square;
  const near = Math.min(Math.max(t, 0), 1);
  const awayX = x - near * alongX;
  const awayY = y - near * alongY;
  return Math.sqrt(awayX * awayX + awayY * awayY);
}

/** A polygon with these corners, in order. */
export function polygon(corners: readonly (readonly [x: number, y: number])[]): Shape {
  const edges = corners.map(([toX, toY], i) => {
    const [fromX, fromY] = corners.at(i - 1)!;
    return { fromX, fromY, toX, toY };
  });
  const measure: Shape["measure"] = (x, y, from, to, distances) => {
    for (let i = from; i < to; i++) {
      const [px, py] = [x[i]!, y[i]!];
      let nearest = Infinity;
      let isInside = false;
      for (const { fromX, fromY, toX, toY } of edges) {
        nearest = Math.min(nearest, toLine(px - fromX, py - fromY, toX - fromX, toY - fromY));
        // A ray to the right crosses the outline an odd number of times from within.
        if (fromY > py === toY > py) continue;
        const share = (py - fromY) / (toY - fromY);
        if (px < fromX + share * (toX - fromX)) isInside = !isInside;
      }
      distances[i] = isInside ? -nearest : nearest;
    }
  };
  return { measure };
}

/** Lists of distances to a second shape while the first one's are kept: as many as shapes are nested. */
const spare: Float64Array[] = [];
let taken = 0;

/** Inside both; of the second, `sign` times the distance. */
function cut(a: Shape, b: Shape, sign: 1 | -1, bounds: Shape["bounds"]): Shape {
  const measure: Shape["measure"] = (x, y, from, to, distances) => {
    a.measure(x, y, from, to, distances);
    if (spare[taken] === undefined || spare[taken]!.length < x.length)
      spare[taken] = new Float64Array(x.length);
    const other = spare[taken]!;
    taken++;
    b.measure(x, y, from, to, other);
    taken--;
    for (let i = from; i < to; i++) distances[i] = Math.max(distances[i]!, sign * other[i]!);
  };
  return { measure, ...(bounds && { bounds }) };
}

/** Inside both. */
export function both(a: Shape, b: Shape): Shape {
  if (a.bounds === undefined || b.bounds === undefined) return cut(a, b, 1, a.bounds ?? b.bounds);
  return cut(a, b, 1, (margin) => {
    const [one, other] = [a.bounds!(margin), b.bounds!(margin)];
    return {
      left: Math.max(one.left, other.left),
      top: Math.max(one.top, other.top),
      right: Math.min(one.right, other.right),
      bottom: Math.min(one.bottom, other.bottom),
    };
  });
}

/** Inside the first and outside the second. */
export const without = (a: Shape, b: Shape): Shape => cut(a, b, -1, a.bounds);

/** So far to the sides of a point. */
export const around = (x: number, y: number, reachX: number, reachY: number): Box => ({
  left: x - reachX,
  top: y - reachY,
  right: x + reachX,
  bottom: y + reachY,
});
