import { ArgumentError, checkCount, checkList, type OptionKinds } from "@dl/backend";

/** Sizes of a convolutional encoder, whose decoder is its mirror image. */
export interface ConvSizes {
  /** Side of a picture, a multiple of 4. Default 28. */
  readonly size?: number;
  /** Channels of a picture. Default 1. */
  readonly channels?: number;
  /** Channels after the two convolutions, each of which halves the side. Default [16, 32]. */
  readonly widths?: readonly [number, number];
  /** Units of the layer between convolutions and latent. Default 128. */
  readonly hidden?: number;
  /** Numbers of a latent. Default 20. */
  readonly latent?: number;
}

export const convSizeKinds: OptionKinds<ConvSizes> = {
  size: "number",
  channels: "number",
  widths: "list",
  hidden: "number",
  latent: "number",
};

/** The sizes, each whole and at least 1. @throws {ArgumentError} otherwise, or if the side is no multiple of 4. */
export function convSizes(op: string, given: ConvSizes): Required<ConvSizes> {
  const { size = 28, channels = 1, widths = [16, 32], hidden = 128, latent = 20 } = given;
  const list: unknown = widths;
  checkList(op, list, "widths", "channels");
  if (list.length !== 2)
    throw new ArgumentError(
      op,
      `widths must be two numbers of channels: received ${list.length}.`,
      { expected: 2, received: widths },
    );
  const [first, second] = widths;
  for (const [name, count] of Object.entries({ size, channels, first, second, hidden, latent }))
    checkCount(op, name === "first" || name === "second" ? "widths" : name, count);
  if (size % 4 !== 0)
    throw new ArgumentError(
      op,
      `size must be a multiple of 4, since the side is halved twice: received ${size}. Pad the pictures.`,
      { expected: "a multiple of 4", received: size },
    );
  return { size, channels, widths, hidden, latent };
}
