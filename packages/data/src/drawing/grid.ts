import { around, type Box } from "./shape.ts";

/** Coordinates of the points of a {@link Grid}, in its order. */
export interface Frame {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** How long its unit is in the picture. */
  readonly scale: number;
  /** The picture's box around one of the frame's. */
  readonly boxAround: (box: Box) => Box;
}

/** The points at which a picture is drawn: its pixels, block after block, then the middles of the blocks. */
export interface Grid {
  readonly size: number;
  /** Blocks in a row. */
  readonly side: number;
  /** In the picture's coordinates, from −1 to 1. */
  readonly frame: Frame;
  /** Where in the picture each pixel lies, row by row. */
  readonly places: Int32Array;
  /** The first pixel of each block; behind the last one their number. */
  readonly starts: Int32Array;
  /** From the middle of a block to its corner. */
  readonly reach: number;
}

/** Pixels along a side of a block. */
export const blockSize = 4;

let latest: Grid | undefined;

/** The grid of pictures of this size; the latest is kept. */
export function gridOf(size: number): Grid {
  if (latest?.size !== size) latest = makeGrid(size);
  return latest;
}

function makeGrid(size: number): Grid {
  const side = Math.ceil(size / blockSize);
  const pixels = size * size;
  const [x, y] = [new Float64Array(pixels + side * side), new Float64Array(pixels + side * side)];
  const places = new Int32Array(pixels);
  const starts = new Int32Array(side * side + 1);
  const at = (pixel: number): number => (2 * pixel) / size - 1;
  let next = 0;
  for (let block = 0; block < side * side; block++) {
    const [top, left] = [Math.floor(block / side) * blockSize, (block % side) * blockSize];
    x[pixels + block] = at(left + blockSize / 2);
    y[pixels + block] = at(top + blockSize / 2);
    for (let row = top; row < Math.min(top + blockSize, size); row++)
      for (let column = left; column < Math.min(left + blockSize, size); column++) {
        x[next] = at(column + 0.5);
        y[next] = at(row + 0.5);
        places[next++] = row * size + column;
      }
    starts[block + 1] = next;
  }
  const reach = Math.SQRT2 * (blockSize / size);
  const frame: Frame = { x, y, scale: 1, boxAround: (box) => box };
  return { size, side, frame, places, starts, reach };
}

/** How a frame lies in the picture. */
export interface Turn {
  /** Of the angle, clockwise as y is down. */
  readonly sine: number;
  readonly cosine: number;
  /** About which it is turned. */
  readonly pivotX: number;
  readonly pivotY: number;
  /** Where its origin lies, before it is turned. */
  readonly originX: number;
  readonly originY: number;
  readonly scale: number;
}

/** The frame that lies so, in the lists of `memory` if there is one. */
export function turnedFrame({ frame }: Grid, turn: Turn, memory?: Frame): Frame {
  const { sine, cosine, pivotX, pivotY, originX, originY, scale } = turn;
  const count = frame.x.length;
  const { x, y } = memory ?? { x: new Float64Array(count), y: new Float64Array(count) };
  for (let i = 0; i < count; i++) {
    const u = frame.x[i]! - pivotX;
    const v = frame.y[i]! - pivotY;
    x[i] = (pivotX + cosine * u + sine * v - originX) / scale;
    y[i] = (pivotY - sine * u + cosine * v - originY) / scale;
  }
  return { x, y, scale, boxAround: (box) => boxAround(box, turn) };
}

function boxAround({ left, top, right, bottom }: Box, turn: Turn): Box {
  const { sine, cosine, pivotX, pivotY, originX, originY, scale } = turn;
  const across = originX + (scale * (left + right)) / 2 - pivotX;
  const along = originY + (scale * (top + bottom)) / 2 - pivotY;
  const [halfWidth, halfHeight] = [(scale * (right - left)) / 2, (scale * (bottom - top)) / 2];
  const [s, c] = [Math.abs(sine), Math.abs(cosine)];
  return around(
    pivotX + cosine * across - sine * along,
    pivotY + sine * across + cosine * along,
    c * halfWidth + s * halfHeight,
    s * halfWidth + c * halfHeight,
  );
}
