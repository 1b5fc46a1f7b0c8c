import { ArgumentError, checkCount, extendKinds, type OptionKinds } from "@dl/backend";
import { randomKinds, type CreationOptions, type RandomOptions } from "@dl/tensor";

/** Sides of pictures that the networks here know. */
export type PictureSize = 28 | 32 | 64;

/** What kind of pictures, and how much to spend on them. */
export interface PictureSizes extends RandomOptions {
  /** Pixels a side. Default 32. */
  readonly size?: PictureSize;
  /** Of the picture. Default 1. */
  readonly channels?: number;
  /** Channels at the largest hidden size; each halving of the side doubles them. Default 16. */
  readonly width?: number;
}

export const pictureKinds: OptionKinds<PictureSizes> = /* @__PURE__ */ extendKinds(randomKinds, {
  size: "number",
  channels: "number",
  width: "number",
});

/** The sizes with what stands for those left out; the side that halving ends at, after how many. */
export interface GivenSizes {
  readonly size: PictureSize;
  readonly channels: number;
  readonly width: number;
  readonly side: number;
  readonly halvings: number;
}

/** @throws {ArgumentError} for sizes that cannot be. */
export function pictureSizes(op: string, options: PictureSizes): GivenSizes {
  const { size = 32, channels = 1, width = 16 } = options;
  if (size !== 28 && size !== 32 && size !== 64)
    throw new ArgumentError(
      op,
      `size must be 28, 32 or 64: received ${String(size)}. Scale or pad the pictures to one of them.`,
      { received: size },
    );
  checkCount(op, "channels", channels);
  checkCount(op, "width", width);
  const side = size === 28 ? 7 : 4;
  return { size, channels, width, side, halvings: { 28: 2, 32: 3, 64: 4 }[size] };
}

/** What is passed on to layers that draw nothing. */
export const creationOf = ({ dtype, backend }: PictureSizes): CreationOptions => ({
  ...(dtype && { dtype }),
  ...(backend && { backend }),
});
