/** Red, green and blue from 0 to 1. */
export type Color = readonly [red: number, green: number, blue: number];

/** Signed distance to the edge of a shape at a point: below 0 inside. */
export type Distance = (x: number, y: number) => number;

const blockSize = 4;

/**
 * A square picture in a frame from −1 to 1, y downward, that shapes are laid onto one by one.
 *
 * A pixel is covered by the share of it that lies inside, as far as its distance to the edge tells;
 * only sums, products, quotients and square roots, so the same bits in every engine.
 */
export class Canvas {
  readonly size: number;
  readonly #pixels: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.#pixels = new Float64Array(3 * size * size);
  }

  /** Lays a shape onto the picture; `softness` widens its edge, in pixels. */
  fill(distance: Distance, color: Color | ((x: number, y: number) => Color), softness = 1): void {
    const { size } = this;
    const ramp = (2 * softness) / size;
    // Blocks too far away to be touched are passed over. Distances are not exact far from the edge,
    // but no shape here gets closer more than twice as fast as one walks.
    const far = 2 * Math.SQRT2 * (blockSize / size) + ramp;
    for (let top = 0; top < size; top += blockSize)
      for (let left = 0; left < size; left += blockSize)
        if (distance(this.#at(left + blockSize / 2), this.#at(top + blockSize / 2)) < far)
          this.#fillBlock(left, top, distance, color, ramp);
  }

  /** Writes the picture as [3, size, size], rounded to steps of 1/255 as a camera does. */
  writeTo(pixels: Float32Array): void {
    const planeLength = this.size * this.size;
    for (let i = 0; i < planeLength; i++)
      for (let c = 0; c < 3; c++) {
        const value = Math.min(Math.max(this.#pixels[3 * i + c]!, 0), 1);
        pixels[c * planeLength + i] = Math.floor(value * 255 + 0.5) / 255;
      }
  }

  #fillBlock(
    left: number,
    top: number,
    distance: Distance,
    color: Color | ((x: number, y: number) => Color),
    ramp: number,
  ): void {
    const { size } = this;
    for (let row = top; row < Math.min(top + blockSize, size); row++) {
      const y = this.#at(row + 0.5);
      for (let column = left; column < Math.min(left + blockSize, size); column++) {
        const x = this.#at(column + 0.5);
        const cover = Math.min(0.5 - distance(x, y) / ramp, 1);
        if (cover <= 0) continue;
        const [red, green, blue] = typeof color === "function" ? color(x, y) : color;
        const at = 3 * (row * size + column);
        this.#mix(at, red, cover);
        this.#mix(at + 1, green, cover);
        this.#mix(at + 2, blue, cover);
      }
    }
  }

  /** Where in the frame a place in pixels lies. */
  #at(pixels: number): number {
    return (2 * pixels) / this.size - 1;
  }

  #mix(at: number, value: number, share: number): void {
    const old = this.#pixels[at]!;
    this.#pixels[at] = old + (value - old) * share;
  }
}

/** Everywhere. */
export const everywhere: Distance = () => -1;

/** About right near the edge, which is where it counts. */
export function ellipse(
  centerX: number,
  centerY: number,
  radiusX: number,
  radiusY: number,
): Distance {
  return (x, y) => {
    const u = (x - centerX) / radiusX;
    const v = (y - centerY) / radiusY;
    const length = Math.sqrt(u * u + v * v);
    const a = u / radiusX;
    const b = v / radiusY;
    const slope = Math.sqrt(a * a + b * b);
    return slope === 0 ? -Math.min(radiusX, radiusY) : (length * (length - 1)) / slope;
  };
}

/** A line from one point to another, with round ends. */
export function stroke(
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  radius: number,
): Distance {
  const alongX = toX - fromX;
  const alongY = toY - fromY;
  const square = alongX * alongX + alongY * alongY;
  return (x, y) => {
    const t = square === 0 ? 0 : ((x - fromX) * alongX + (y - fromY) * alongY) / square;
    const near = Math.min(Math.max(t, 0), 1);
    const awayX = x - fromX - near * alongX;
    const awayY = y - fromY - near * alongY;
    return Math.sqrt(awayX * awayX + awayY * awayY) - radius;
  };
}

/** A polygon with these corners, in order. */
export function polygon(corners: readonly (readonly [x: number, y: number])[]): Distance {
  const edges = corners.map(([x, y], i) => {
    const [fromX, fromY] = corners.at(i - 1)!;
    return { fromX, fromY, x, y, distance: stroke(fromX, fromY, x, y, 0) };
  });
  return (x, y) => {
    let nearest = Infinity;
    let isInside = false;
    for (const edge of edges) {
      nearest = Math.min(nearest, edge.distance(x, y));
      // A ray to the right crosses the outline an odd number of times from within.
      if (edge.fromY > y === edge.y > y) continue;
      const share = (y - edge.fromY) / (edge.y - edge.fromY);
      if (x < edge.fromX + share * (edge.x - edge.fromX)) isInside = !isInside;
    }
    return isInside ? -nearest : nearest;
  };
}

/** Inside both. */
export function both(a: Distance, b: Distance): Distance {
  return (x, y) => Math.max(a(x, y), b(x, y));
}

/** Inside the first and outside the second. */
export function without(a: Distance, b: Distance): Distance {
  return (x, y) => Math.max(a(x, y), -b(x, y));
}

/** The shape turned about a point by the angle with this sine and cosine, clockwise as y is down. */
export function turned(
  shape: Distance,
  [sine, cosine]: readonly [sine: number, cosine: number],
  centerX: number,
  centerY: number,
): Distance {
  return (x, y) => {
    const u = x - centerX;
    const v = y - centerY;
    return shape(centerX + cosine * u + sine * v, centerY - sine * u + cosine * v);
  };
}

export function mixColors(from: Color, to: Color, share: number): Color {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

/** The colour with this much of its light: below 1 darker. */
export function shaded([red, green, blue]: Color, light: number): Color {
  return [red * light, green * light, blue * light];
}
