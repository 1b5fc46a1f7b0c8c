import type { TapExports } from "./conv2d-few-channels.ts";
import { outputSize, ScratchLayout, tapReach, type Conv2dShape } from "./conv2d-plan.ts";
import { matmulScratchBytes } from "./matmul.ts";

type Pair = readonly [number, number];

/** The images a convolution reads (x), or those it writes (y). */
interface Side {
  readonly channels: number;
  readonly size: Pair;
  /** Distance of the pixels that neighbouring windows meet with one tap. */
  readonly step: Pair;
  /** Floats from one channel's weights to the next one's. */
  readonly weightStep: number;
}

/** One tap of the window: as many pixels of x as it meets, and those of y that are sums of them. */
interface Tap {
  readonly index: number;
  readonly rows: number;
  readonly columns: number;
  /** Floats from the first pixel of a plane. */
  readonly x: number;
  readonly y: number;
}

export interface TapsPlan {
  readonly x: Side;
  readonly y: Side;
  readonly groups: number;
  readonly taps: readonly Tap[];
  readonly parts: Readonly<Record<"x" | "y" | "sums" | "matmul", number>>;
  readonly scratchBytes: number;
}

/**
 * A convolution as one product for each tap, over the pixels that it meets: nothing is ever multiplied by a zero
 * that stands for padding, and what is not finite reaches only the sums that it belongs to.
 */
export function planTaps(shape: Conv2dShape): TapsPlan {
  const { inChannels, outChannels, inputSize, kernelSize, stride, groups } = shape;
  const size = outputSize(shape);
  const area = kernelSize[0] * kernelSize[1];
  const [rows, columns] = [inChannels / groups, outChannels / groups];
  const taps = Array.from({ length: area }, (_, index): Tap => {
    const down = tapReach(shape, 0, Math.floor(index / kernelSize[1]), size[0]);
    const across = tapReach(shape, 1, index % kernelSize[1], size[1]);
    return {
      index,
      rows: across.count === 0 ? 0 : down.count,
      columns: across.count,
      x: down.to * inputSize[1] + across.to,
      y: down.first * size[1] + across.first,
    };
  });
  const most = Math.max(0, ...taps.map((tap) => tap.rows * tap.columns));
  const layout = new ScratchLayout();
  const parts = {
    x: layout.take(4 * inChannels * most),
    y: layout.take(4 * outChannels * most),
    sums: layout.take(4 * outChannels * rows),
    matmul: layout.take(
      Math.max(
        matmulScratchBytes(columns, most, rows),
        matmulScratchBytes(rows, most, columns),
        matmulScratchBytes(columns, rows, most),
      ),
    ),
  };
  return {
    x: { channels: inChannels, size: inputSize, step: stride, weightStep: area },
    y: { channels: outChannels, size, step: [1, 1], weightStep: area * rows },
    groups,
    taps,
    parts,
    scratchBytes: layout.byteLength,
  };
}

/**
 * Which of x and y is computed from the other, by the weight; `scratch` is 16-byte aligned and `plan.scratchBytes`
 * long, all other addresses those of contiguous float32 arrays.
 */
export function convolveByTaps(
  exports: TapExports,
  plan: TapsPlan,
  result: "x" | "y",
  source: number,
  weight: number,
  target: number,
  [first, end]: Pair,
  scratch: number,
): void {
  const { taps, groups, parts } = plan;
  const given = result === "y" ? "x" : "y";
  const [from, to] = [plan[given], plan[result]];
  const [depth, channels] = [from.channels / groups, to.channels / groups];
  const imageBytes = bytesOf(to);
  const [gathered, products] = [scratch + parts[given], scratch + parts[result]];
  exports.fillZero(target + first * imageBytes, (end - first) * imageBytes);
  for (let image = first; image < end; image++)
    for (const tap of taps) {
      const pixels = tap.rows * tap.columns;
      gather(exports, from, tap, source + image * bytesOf(from) + 4 * tap[given], gathered);
      for (let group = 0; group < groups; group++)
        exports.matmulPacked(
          weight + 4 * (group * (plan.y.channels / groups) * plan.y.weightStep + tap.index),
          gathered + 4 * group * depth * pixels,
          products + 4 * group * channels * pixels,
          channels,
          pixels,
          depth,
          to.weightStep,
          from.weightStep,
          pixels,
          1,
          pixels,
          scratch + parts.matmul,
          0,
        );
      exports.addPlanes(
        products,
        target + image * imageBytes + 4 * tap[result],
        to.channels,
        tap.rows,
        tap.columns,
        4 * pixels,
        4 * tap.columns,
        imageBytes / to.channels,
        4 * to.step[0] * to.size[1],
        4 * to.step[1],
      );
    }
}

/** The gradient by the weights of some taps, over the whole batch. */
export function weightGradientByTaps(
  exports: TapExports,
  { x, y, groups, taps, parts }: TapsPlan,
  source: number,
  change: number,
  dweight: number,
  batch: number,
  [first, end]: Pair,
  scratch: number,
): void {
  const [rows, columns] = [y.channels / groups, x.channels / groups];
  const [images, changes, sums] = [scratch + parts.x, scratch + parts.y, scratch + parts.sums];
  for (const tap of taps.slice(first, end)) {
    const pixels = tap.rows * tap.columns;
    exports.fillZero(sums, 4 * y.channels * columns);
    for (let image = 0; image < batch; image++) {
      gather(exports, x, tap, source + image * bytesOf(x) + 4 * tap.x, images);
      gather(exports, y, tap, change + image * bytesOf(y) + 4 * tap.y, changes);
      for (let group = 0; group < groups; group++)
        exports.matmulPacked(
          changes + 4 * group * rows * pixels,
          images + 4 * group * columns * pixels,
          sums + 4 * group * rows * columns,
          rows,
          columns,
          pixels,
          pixels,
          1,
          1,
          pixels,
          columns,
          scratch + parts.matmul,
          1,
        );
    }
    exports.copyPlanes(
      sums,
      dweight + 4 * tap.index,
      1,
      y.channels,
      columns,
      0,
      4 * columns,
      4,
      0,
      4 * y.weightStep,
      4 * x.weightStep,
    );
  }
}

const bytesOf = ({ channels, size }: Side): number => 4 * channels * size[0] * size[1];

/** Copies the pixels that a tap meets, channel after channel, to lie side by side. */
function gather(
  { copyPlanes }: TapExports,
  { channels, size, step }: Side,
  { rows, columns }: Tap,
  source: number,
  target: number,
): void {
  copyPlanes(
    source,
    target,
    channels,
    rows,
    columns,
    4 * size[0] * size[1],
    4 * step[0] * size[1],
    4 * step[1],
    4 * rows * columns,
    4 * columns,
    4,
  );
}
