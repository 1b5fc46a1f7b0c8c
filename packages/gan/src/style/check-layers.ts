import { checkCount, checkList, formatShape, ShapeError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";

/** @throws {ArgumentError} unless there is a count of channels for each resolution. */
export function checkChannels(op: string, channels: readonly number[]): void {
  checkList(op, channels, "channels", "counts");
  checkCount(op, "the number of resolutions", channels.length);
  for (const count of channels) checkCount(op, "channels", count);
}

/** What a synthesis network has of each kind. */
interface Layers {
  readonly layers: number;
  readonly width: number;
  readonly blocks: readonly unknown[];
}

/** @throws {ShapeError} unless there are a style and noise for each layer. */
export function checkLayers(
  { layers, width, blocks }: Layers,
  styles: Tensor,
  noise: readonly Tensor[],
): void {
  if (styles.ndim !== 3 || styles.shape[1] !== layers || styles.shape[2] !== width)
    throw new ShapeError(
      "synthesisNetwork",
      `styles must be [batch, ${layers}, ${width}], one for each layer: received ${formatShape(styles.shape)}. Repeat a single one by styles.unsqueeze(1).expand(shape).`,
      { expected: ["batch", layers, width], received: styles.shape },
    );
  if (noise.length !== blocks.length)
    throw new ShapeError(
      "synthesisNetwork",
      `needs noise for each of ${blocks.length} layers: received ${noise.length}. Make it with drawNoise(count).`,
      { expected: blocks.length, received: noise.length },
    );
}
