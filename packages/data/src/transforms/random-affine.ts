import { checkOptions, sineCosine } from "@dl/backend";
import { checkNumber } from "../check-range.ts";
import type { RandomStream } from "../random-stream.ts";
import { type Images, imagesOf } from "./images.ts";
import type { Transform } from "./transform.ts";

/** How far {@link randomAffine} turns, moves, scales and shears. */
export interface RandomAffineOptions {
  /** Largest rotation to either side, in degrees. Default 0. */
  readonly degrees?: number;
  /** Largest shift along each axis, as a share of the image's side. Default 0. */
  readonly translate?: number;
  /** Smallest and largest magnification. Default [1, 1]. */
  readonly scale?: readonly [smallest: number, largest: number];
  /** Largest shear to either side: columns by which a row moves per row. Default 0. */
  readonly shear?: number;
}

/**
 * Rotates, shifts, magnifies and shears every image about its centre by random amounts, each evenly
 * distributed; bilinear, with zeros from outside.
 *
 * Shape: [N, C, H, W] → the same.
 *
 * @throws {ArgumentError} if an amount is out of range.
 * @example
 * const digits = new ProceduralDigits({ length: 10 });
 * const transform = onField("inputs", randomAffine({ degrees: 10, scale: [0.9, 1.1] }));
 * const [batch] = new DataLoader(digits, { batchSize: 10, transform });
 * batch.inputs.shape; // => [10, 1, 28, 28]
 */
export function randomAffine(options: RandomAffineOptions): Transform {
  const {
    degrees = 0,
    translate = 0,
    scale = [1, 1],
    shear = 0,
  } = checkOptions("randomAffine", options, {
    degrees: "number",
    translate: "number",
    scale: "list",
    shear: "number",
  });
  checkNumber(degrees, 0, 180, "degrees", "randomAffine");
  checkNumber(translate, 0, 1, "translate", "randomAffine");
  checkNumber(scale[0], 1e-3, 1e3, "scale[0]", "randomAffine");
  checkNumber(scale[1], scale[0], 1e3, "scale[1]", "randomAffine");
  checkNumber(shear, 0, 10, "shear", "randomAffine");
  return (array, random) => {
    const images = imagesOf(array, "randomAffine");
    const data = new Float32Array(images.data.length);
    for (let n = 0; n < images.count; n++)
      warp(images, n, drawMap(images, { degrees, translate, scale, shear }, random), data);
    return { data, shape: array.shape };
  };
}

/** Source position = matrix · target position + offset, in pixels. */
interface SourceMap {
  readonly columnPerColumn: number;
  readonly columnPerRow: number;
  readonly rowPerColumn: number;
  readonly rowPerRow: number;
  readonly column: number;
  readonly row: number;
}

/** The inverse of: shear, magnify, rotate, all about the centre, then shift. */
function drawMap(
  { height, width }: Images,
  { degrees, translate, scale, shear }: Required<RandomAffineOptions>,
  random: RandomStream,
): SourceMap {
  const [sine, cosine] = sineCosine(random.uniform(-degrees, degrees) / 360);
  const shiftRight = random.uniform(-translate, translate) * width;
  const shiftDown = random.uniform(-translate, translate) * height;
  const shrink = 1 / random.uniform(scale[0], scale[1]);
  const slant = random.uniform(-shear, shear);
  const columnPerColumn = shrink * (cosine + slant * sine);
  const columnPerRow = shrink * (sine - slant * cosine);
  const rowPerColumn = -shrink * sine;
  const rowPerRow = shrink * cosine;
  const centerColumn = (width - 1) / 2;
  const centerRow = (height - 1) / 2;
  const fromColumn = centerColumn + shiftRight;
  const fromRow = centerRow + shiftDown;
  return {
    columnPerColumn,
    columnPerRow,
    rowPerColumn,
    rowPerRow,
    column: centerColumn - columnPerColumn * fromColumn - columnPerRow * fromRow,
    row: centerRow - rowPerColumn * fromColumn - rowPerRow * fromRow,
  };
}

function warp(
  { data, channels, height, width }: Images,
  n: number,
  map: SourceMap,
  to: Float32Array,
): void {
  const planeLength = height * width;
  const first = n * channels * planeLength;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const x = map.columnPerColumn * column + map.columnPerRow * row + map.column;
      const y = map.rowPerColumn * column + map.rowPerRow * row + map.row;
      if (!(x > -1 && y > -1 && x < width && y < height)) continue;
      const left = Math.floor(x);
      const top = Math.floor(y);
      const right = x - left;
      const below = y - top;
      const hasLeft = left >= 0;
      const hasRight = left + 1 < width;
      const hasTop = top >= 0;
      const hasBelow = top + 1 < height;
      for (let c = 0; c < channels; c++) {
        const plane = first + c * planeLength;
        const corner = plane + top * width + left;
        let value = 0;
        if (hasTop && hasLeft) value += (1 - below) * (1 - right) * data[corner]!;
        if (hasTop && hasRight) value += (1 - below) * right * data[corner + 1]!;
        if (hasBelow && hasLeft) value += below * (1 - right) * data[corner + width]!;
        if (hasBelow && hasRight) value += below * right * data[corner + width + 1]!;
        to[plane + row * width + column] = value;
      }
    }
}
