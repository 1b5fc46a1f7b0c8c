import type { Color } from "./color.ts";
import { blockSize, gridOf, turnedFrame, type Frame, type Grid, type Turn } from "./grid.ts";
import type { Shape } from "./shape.ts";

/**
 * How much light falls on the points from one position of the lists up to another, which lie so deep in a
 * shape (below 0 inside), all in the picture's coordinates.
 */
export type Light = (
  x: Float64Array,
  y: Float64Array,
  distances: Float64Array,
  from: number,
  to: number,
  lights: Float64Array,
) => void;

/** How a shape is laid onto a picture. */
export interface Fill {
  /** Where the shape's own coordinates lie; the picture's unless said. */
  readonly frame?: Frame;
  /** Width of its edge, in pixels. Default 1. */
  readonly softness?: number;
  /** What the colour is multiplied with, point by point. */
  readonly light?: Light;
}

/**
 * A square picture in a frame from −1 to 1, y downward, that shapes are laid onto one by one.
 *
 * A pixel is covered by the share of it that lies inside, as far as its distance to the edge tells;
 * only sums, products, quotients and square roots, so the same bits in every engine.
 */
export class Canvas {
  readonly grid: Grid;
  readonly #distances: Float64Array;
  readonly #lights: Float64Array;
  /** Plane by plane, in the order of the grid. */
  readonly #pixels: Float64Array;
  #turned: Frame | undefined;

  constructor(size: number) {
    this.grid = gridOf(size);
    this.#distances = new Float64Array(this.grid.frame.x.length);
    this.#lights = new Float64Array(size * size).fill(1);
    this.#pixels = new Float64Array(3 * size * size);
  }

  /** Begins another picture. */
  clear(): void {
    this.#pixels.fill(0);
  }

  /** Coordinates that lie so in the picture, until others are asked for. */
  turned(turn: Turn): Frame {
    return (this.#turned = turnedFrame(this.grid, turn, this.#turned));
  }

  /** Lays a shape onto the picture. */
  fill(shape: Shape, color: Color, fill: Fill = {}): void {
    const { grid } = this;
    const { frame = grid.frame, softness = 1, light } = fill;
    const ramp = (2 * softness) / grid.size;
    const { x, y, scale } = frame;
    const distances = this.#distances;
    const { starts, reach, side } = grid;
    const pixels = grid.size * grid.size;
    const box = shape.bounds && frame.boxAround(shape.bounds(ramp / (2 * scale)));
    const [top, bottom] = this.#blocks(box?.top, box?.bottom);
    const [left, right] = this.#blocks(box?.left, box?.right);
    // Blocks too far away to be touched are passed over. Distances are not exact far from the edge,
    // but no shape here gets closer more than twice as fast as one walks.
    const far = 2 * reach + ramp;
    for (let row = top; row < bottom; row++) {
      const [start, end] = [row * side + left, row * side + right];
      shape.measure(x, y, pixels + start, pixels + end, distances);
      for (let block = start; block < end; block++) {
        const first = block;
        while (block < end && scale * distances[pixels + block]! < far) block++;
        if (block === first) continue;
        const [from, to] = [starts[first]!, starts[block]!];
        shape.measure(x, y, from, to, distances);
        for (let i = from; i < to; i++) distances[i] = scale * distances[i]!;
        light?.(grid.frame.x, grid.frame.y, distances, from, to, this.#lights);
        this.#mix(from, to, ramp, color);
        if (light !== undefined) this.#lights.fill(1, from, to);
      }
    }
  }

  /** Writes the picture as [3, size, size], rounded to steps of 1/255 as a camera does. */
  writeTo(pixels: Float32Array): void {
    const { places } = this.grid;
    const count = places.length;
    const drawn = this.#pixels;
    for (let plane = 0; plane < 3 * count; plane += count)
      for (let i = 0; i < count; i++) {
        const value = Math.min(Math.max(drawn[plane + i]!, 0), 1);
        pixels[plane + places[i]!] = Math.floor(value * 255 + 0.5) / 255;
      }
  }

  #mix(from: number, to: number, ramp: number, [red, green, blue]: Color): void {
    const [pixels, distances, lights] = [this.#pixels, this.#distances, this.#lights];
    const count = this.grid.places.length;
    const last = 2 * count;
    for (let i = from; i < to; i++) {
      const cover = Math.min(0.5 - distances[i]! / ramp, 1);
      if (cover <= 0) continue;
      const light = lights[i]!;
      pixels[i] = pixels[i]! + (red * light - pixels[i]!) * cover;
      pixels[count + i] = pixels[count + i]! + (green * light - pixels[count + i]!) * cover;
      pixels[last + i] = pixels[last + i]! + (blue * light - pixels[last + i]!) * cover;
    }
  }

  /** Along an axis, the blocks that a range of coordinates touches: the first, and the one behind the last. */
  #blocks(low = -Infinity, high = Infinity): readonly [number, number] {
    const { side, size } = this.grid;
    const blocks = size / (2 * blockSize);
    // A little more than is needed, for what rounding takes.
    const from = Math.floor((low + 1) * blocks - 1e-6);
    const to = Math.floor((high + 1) * blocks + 1e-6) + 1;
    return [Math.min(Math.max(from, 0), side), Math.max(Math.min(to, side), 0)];
  }
}
