export type List = readonly number[];

/** A convolution of one, two or three axes; lists have a number for each. */
export interface Convolution {
  readonly batch?: number;
  readonly channels: readonly [inputs: number, outputs: number];
  readonly size: List;
  readonly kernel: List;
  readonly stride?: List;
  readonly padding?: List | "same";
  readonly dilation?: List;
  readonly groups?: number;
}

/** Inputs, weights and outputs; in the gradients x and y stand for theirs. */
export type Arrays = Record<"x" | "w" | "y", number[]>;

/**
 * A convolution by plain loops in float64. Each product has one element of x, of w and of y: summed into y
 * they are the convolution, into x its transpose, and into w the gradient of either by the weight.
 */
export class ConvolutionOracle {
  readonly shapes: Readonly<Record<keyof Arrays, List>>;
  readonly before: List;
  readonly stride: List;
  readonly dilation: List;
  readonly groups: number;

  constructor({ batch = 1, channels, size, kernel, groups = 1, ...window }: Convolution) {
    const one = size.map(() => 1);
    const { padding = size.map(() => 0), stride = one, dilation = one } = window;
    const sums = kernel.map((cells, axis) =>
      padding === "same" ? dilation[axis]! * (cells - 1) : 2 * padding[axis]!,
    );
    const out = size.map((cells, axis) => {
      const room = cells + sums[axis]! - dilation[axis]! * (kernel[axis]! - 1) - 1;
      return Math.floor(room / stride[axis]!) + 1;
    });
    this.before = sums.map((sum) => Math.floor(sum / 2));
    this.stride = stride;
    this.dilation = dilation;
    this.groups = groups;
    this.shapes = {
      x: [batch, channels[0], ...size],
      w: [channels[1], channels[0] / groups, ...kernel],
      y: [batch, channels[1], ...out],
    };
  }

  /** Each of the three from the other two. */
  sums(given: Arrays): Arrays {
    const { x, w, y } = this.shapes;
    const zeros = (shape: List): number[] => new Array<number>(count(shape)).fill(0);
    const total = { x: zeros(x), w: zeros(w), y: zeros(y) };
    const [groupIn, groupOut] = [w[1]!, w[0]! / this.groups];
    const places = indicesOf(y.slice(2));
    const cells = indicesOf(w.slice(2));
    const met = places.map((place) => cells.map((cell) => this.#pixel(place, cell)));
    const pixels = count(x.slice(2));
    for (let n = 0; n < y[0]!; n++)
      for (let o = 0; o < y[1]!; o++)
        for (let c = 0; c < groupIn; c++)
          met.forEach((window, place) =>
            window.forEach((pixel, cell) => {
              if (pixel === undefined) return;
              const channel = Math.floor(o / groupOut) * groupIn + c;
              const inX = (n * x[1]! + channel) * pixels + pixel;
              const inW = (o * groupIn + c) * cells.length + cell;
              const inY = (n * y[1]! + o) * places.length + place;
              total.x[inX]! += given.w[inW]! * given.y[inY]!;
              total.w[inW]! += given.x[inX]! * given.y[inY]!;
              total.y[inY]! += given.x[inX]! * given.w[inW]!;
            }),
          );
    return total;
  }

  /** Where a window's cell falls in a plane of x; undefined in the padding. */
  #pixel(place: List, cell: List): number | undefined {
    const size = this.shapes.x.slice(2);
    const at = place.map(
      (i, axis) => i * this.stride[axis]! + cell[axis]! * this.dilation[axis]! - this.before[axis]!,
    );
    if (at.some((i, axis) => i < 0 || i >= size[axis]!)) return undefined;
    return at.reduce((sum, i, axis) => sum * size[axis]! + i, 0);
  }
}

export const count = (shape: List): number => shape.reduce((product, size) => product * size, 1);

function indicesOf(shape: List): number[][] {
  return shape.reduce<number[][]>(
    (found, size) =>
      found.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

/** Never 0, which times an infinity is NaN. */
export const sample = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, i) => (((i + seed) * 7) % 10) - 4.5);

/** The elements that differ. */
export const differences = (received: List, expected: List): string[] =>
  expected.flatMap((right, at) => {
    const found = received[at]!;
    const isRight = Number.isFinite(right)
      ? Math.abs(found - right) <= 1e-4 * (1 + Math.abs(right))
      : Object.is(found, right);
    return isRight ? [] : [`${at}: ${found} instead of ${right}`];
  });
