import { formatShape, ShapeError, windowCount } from "@dl/backend";
import { applyOne, type Tensor } from "@dl/tensor";
import { checkSizes, type SpatialNames } from "./window.ts";

/** Depth, height and width, or one number for all. */
export type Triple = number | readonly [depth: number, height: number, width: number];

/** All numbers of a {@link Triple}. */
export type VolumeSizes = readonly [depth: number, height: number, width: number];

export const volumes: SpatialNames = {
  ndim: 5,
  inputAxes: "[batch, channels, depth, height, width]",
  windowAxes: "depth, height, width",
  layout: "NCDHW",
  missingAxes: " Add a batch axis with unsqueeze(0), or a channel axis with unsqueeze(1).",
};

/** All numbers of a triple. @throws {ArgumentError} unless they are whole numbers of at least `least`. */
export function tripleOf(op: string, name: string, triple: Triple, least: number): VolumeSizes {
  checkSizes(op, name, triple, 3, least);
  return typeof triple === "number" ? [triple, triple, triple] : triple;
}

/** Depth, height and width of a volume or of a weight. */
export function volumeSize(x: Tensor): VolumeSizes {
  return x.shape.slice(2) as unknown as VolumeSizes;
}

/** A window's step, the distance of its cells, and the cells around the volume. */
export type VolumeWindow = Record<"stride" | "dilation" | "before" | "after", VolumeSizes>;

/** @throws {ShapeError} if the window fits nowhere. */
export function checkVolumeFits(
  op: string,
  inputs: Tensor,
  kernelSize: VolumeSizes,
  { stride, dilation, before, after }: VolumeWindow,
): void {
  const size = volumeSize(inputs);
  const padded = size.map((n, i) => before[i]! + n + after[i]!);
  const fits = padded.every(
    (n, i) => windowCount(n, kernelSize[i]!, stride[i]!, 0, dilation[i]!) > 0,
  );
  if (fits) return;
  const area = (sizes: readonly number[]): string => sizes.join(" x ");
  throw new ShapeError(
    op,
    `the window does not fit: input ${formatShape(inputs.shape)} with padding is ${area(padded)}, the window covers ${area(kernelSize.map((n, i) => dilation[i]! * (n - 1) + 1))}. Use a smaller kernelSize or more padding.`,
    { expected: kernelSize, received: inputs.shape },
  );
}

/** [batch, channels, depth, height, width] → [batch · depth, channels, height, width]. */
export function planesOf(x: Tensor): Tensor {
  const [batch, channels, depth, height, width] = x.shape as [number, number, ...VolumeSizes];
  return x.permute([0, 2, 1, 3, 4]).reshape([batch * depth, channels, height, width]);
}

/** [batch, depth, channels, height, width] → [batch, channels, depth, height, width]. */
export function volumeOf(planes: Tensor): Tensor {
  return planes.permute([0, 2, 1, 3, 4]);
}

/**
 * [batch · depth, channels, height, width] → [batch, more depth, channels, height, width], with planes of zeros before,
 * after and between those of each volume.
 */
export function amongPlanes(
  planes: Tensor,
  batch: number,
  depth: number,
  before: number,
  after: number,
  between = 0,
): Tensor {
  const apart = planes.reshape([batch, depth, ...planes.shape.slice(1)]);
  const along = (count: number): number[] => [0, count, 0, 0, 0];
  if (before === 0 && after === 0 && between === 0) return apart;
  return applyOne("pad", [apart], {
    before: along(before),
    after: along(after),
    interior: along(between),
    value: 0,
  });
}
