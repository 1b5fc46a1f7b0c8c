import { DTypeError, formatShape, ShapeError } from "@dl/backend";
import type { HostArray } from "../dataset.ts";
import { hostArrayOf } from "../host-array.ts";

/** A batch of images, [N, C, H, W]. */
export interface Images {
  readonly data: Float32Array;
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** @throws {ShapeError} or {DTypeError} unless the array is float32 with 4 axes. */
export function imagesOf(array: HostArray, op: string): Images {
  const { data, shape } = hostArrayOf(array, "the batch", op);
  if (shape.length !== 4)
    throw new ShapeError(
      op,
      `needs images [N, C, H, W]: received shape ${formatShape(shape)}. Apply it to the field that holds images.`,
      { expected: "[N, C, H, W]", received: shape },
    );
  if (!(data instanceof Float32Array))
    throw new DTypeError(op, "needs float32 images: received int32.", {
      expected: "float32",
      received: "int32",
    });
  const [count, channels, height, width] = shape as readonly [number, number, number, number];
  return { data, count, channels, height, width };
}
