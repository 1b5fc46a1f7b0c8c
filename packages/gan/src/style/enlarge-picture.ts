import { interpolate, upfirdn2d } from "@dl/conv";
import { tensor, type Tensor } from "@dl/tensor";
import type { Taps } from "./fold-filter.ts";

/** The picture twice as large. */
export function enlargePicture(picture: Tensor, taps: Taps): Tensor {
  if (taps.length === 2) return interpolate(picture, { scaleFactor: 2 });
  const { dtype, backend } = picture;
  const filter = tensor(taps, { dtype, backend });
  const sides = [taps.length / 2, taps.length / 2 - 1] as const;
  return upfirdn2d(picture, filter.div(filter.sum()), {
    up: 2,
    padding: [...sides, ...sides],
    gain: 4,
  });
}
