import type { HostArray } from "@dl/data";

/** How a picture is shown in text. */
export interface PictureTextOptions {
  /** Characters per line. */
  readonly width: number;
  readonly isColored: boolean;
}

/** Ink of five strengths, where there is no colour. */
const shades = " ░▒▓█";

/**
 * A picture [channels, height, width] in text: two rows of pixels share a line, as the upper and the
 * lower half of a block, or as one shade where there is no colour. A picture that is too wide is
 * shrunk by a whole number, each pixel then the mean of a square.
 */
export function pictureText(picture: HostArray, { width, isColored }: PictureTextOptions): string {
  const factor = Math.max(1, Math.ceil(picture.shape[2]! / width));
  const small = shrink(picture, factor);
  const [, height, columns] = small.shape as readonly [number, number, number];
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = "";
    for (let x = 0; x < columns; x++) {
      const [upper, lower] = [colorAt(small, y, x), colorAt(small, y + 1, x)];
      line += isColored ? blockOf(upper, lower) : shadeOf([...upper, ...lower]);
    }
    lines.push(isColored ? `${line}\u001b[0m` : line.trimEnd());
  }
  return lines.join("\n");
}

type Color = readonly [red: number, green: number, blue: number];

/** Black beyond the edge. */
function colorAt({ data, shape }: HostArray, y: number, x: number): Color {
  const [channels, height, width] = shape as readonly [number, number, number];
  const at = (c: number): number =>
    y < height ? Math.min(Math.max(data[(c * height + y) * width + x]!, 0), 1) || 0 : 0;
  return channels === 1 ? [at(0), at(0), at(0)] : [at(0), at(1), at(2)];
}

/** From the 256-colour palette: 216 colours, or 24 greys where there is no hue. */
function blockOf(upper: Color, lower: Color): string {
  return `\u001b[38;5;${paletteNumber(upper)};48;5;${paletteNumber(lower)}m▀`;
}

function paletteNumber([red, green, blue]: Color): number {
  const isGrey = Math.max(red, green, blue) - Math.min(red, green, blue) < 1 / 32;
  if (isGrey) return 232 + Math.round(23 * green);
  const [r, g, b] = [red, green, blue].map((value) => Math.round(5 * value));
  return 16 + 36 * r! + 6 * g! + b!;
}

function shadeOf(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return shades[Math.round((shades.length - 1) * mean)]!;
}

/** Each pixel the mean of a square of `factor` by `factor`; what does not fill one is left out. */
function shrink({ data, shape }: HostArray, factor: number): HostArray {
  if (factor === 1) return { data, shape };
  const [channels, height, width] = shape as readonly [number, number, number];
  const [rows, columns] = [Math.floor(height / factor), Math.floor(width / factor)];
  const small = new Float32Array(channels * rows * columns);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < rows * factor; y++)
      for (let x = 0; x < columns * factor; x++)
        small[(c * rows + Math.floor(y / factor)) * columns + Math.floor(x / factor)]! +=
          data[(c * height + y) * width + x]! / factor ** 2;
  return { data: small, shape: [channels, rows, columns] };
}
