import { checkCount, formatShape, ShapeError, type OptionKinds } from "@dl/backend";
import { InstanceNorm, normalInitializer, type Initializer, type Layer } from "@dl/nn";
import type { RandomOptions, Tensor } from "@dl/tensor";

/** What networks from pictures have in common. */
export interface PictureNetworkOptions extends RandomOptions {
  /** Channels of the pictures that come in. Default 3. */
  readonly inChannels?: number;
  /** Channels after the first convolution. Default 64. */
  readonly width?: number;
  /** Makes a normalisation. Default an `InstanceNorm`, which batch normalisation is at a batch of 1. */
  readonly norm?: (channels: number) => Layer;
  /** First values of the weights. Default N(0, 0.02²), as in the paper. */
  readonly init?: Initializer;
}

export const pictureKinds: OptionKinds<Omit<PictureNetworkOptions, keyof RandomOptions>> = {
  inChannels: "number",
  width: "number",
  norm: "function",
  init: "function",
};

/** Options of which only the random ones may be left out. */
export type Complete<Options extends RandomOptions> = Required<Omit<Options, keyof RandomOptions>>;

/** What stands for options left out. */
export const pictureDefaults: {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly width: number;
  readonly norm: (channels: number) => Layer;
  readonly init: Initializer;
} = {
  inChannels: 3,
  outChannels: 3,
  width: 64,
  norm: (channels: number): Layer => new InstanceNorm(channels),
  init: /* @__PURE__ */ normalInitializer({ std: 0.02 }),
};

/** @throws {ArgumentError} unless all are whole numbers of at least 1. */
export function checkCounts(op: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) checkCount(op, name, count);
}

/** @throws {ShapeError} unless these are pictures whose sides can be halved so many times. */
export function checkPictures(op: string, x: Tensor, channels: number, halvings: number): void {
  const multiple = 2 ** halvings;
  const fits = x.ndim === 4 && x.shape[1] === channels;
  if (fits && x.shape[2]! % multiple === 0 && x.shape[3]! % multiple === 0) return;
  throw new ShapeError(
    op,
    `needs pictures [batch, ${channels}, height, width] whose sides are multiples of ${multiple}, since they are halved ${halvings} times: received ${formatShape(x.shape)}. Resize or pad them, or build a network of other sizes.`,
    { expected: ["batch", channels, multiple, multiple], received: x.shape },
  );
}
