import type { HostArray } from "@dl/data";

/** The brightest of each pixel and its eight neighbours: strokes become bold. */
export function boldOf({ data, shape }: HostArray): HostArray {
  const [channels, height, width] = shape as [number, number, number];
  const bold = new Float32Array(data.length);
  forEachPixel(channels, height, width, (at, channel, y, x) => {
    let most = 0;
    for (let i = Math.max(0, y - 1); i <= Math.min(height - 1, y + 1); i++)
      for (let j = Math.max(0, x - 1); j <= Math.min(width - 1, x + 1); j++)
        most = Math.max(most, data[(channel * height + i) * width + j]!);
    bold[at] = most;
  });
  return { data: bold, shape };
}

/**
 * Dark lines where brightness changes, on white: [1, height, width], by Sobel's slopes.
 *
 * Source: Sobel & Feldman 1968.
 */
export function outlineOf({ data, shape }: HostArray): HostArray {
  const [channels, height, width] = shape as [number, number, number];
  const area = height * width;
  const grey = (y: number, x: number): number => {
    const at = clamped(y, height) * width + clamped(x, width);
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += data[channel * area + at]!;
    return sum / channels;
  };
  const outline = new Float32Array(area);
  forEachPixel(1, height, width, (at, _, y, x) => {
    let [across, down] = [0, 0];
    for (const [step, weight] of [
      [-1, 1],
      [0, 2],
      [1, 1],
    ] as const) {
      across += weight * (grey(y + step, x + 1) - grey(y + step, x - 1));
      down += weight * (grey(y + 1, x + step) - grey(y - 1, x + step));
    }
    outline[at] = Math.max(0, 1 - Math.hypot(across, down));
  });
  return { data: outline, shape: [1, height, width] };
}

const clamped = (i: number, size: number): number => Math.min(Math.max(i, 0), size - 1);

function forEachPixel(
  channels: number,
  height: number,
  width: number,
  visit: (at: number, channel: number, y: number, x: number) => void,
): void {
  for (let at = 0; at < channels * height * width; at++)
    visit(at, Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width);
}
