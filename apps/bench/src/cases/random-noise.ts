import { normal, type Generator, type Tensor } from "@dl/tensor";
import type { Setting } from "./bench-case.ts";

/** Fresh normal numbers at every call, or, with `fixed`, the same ones, which come second. */
export function noiseSource(
  shape: readonly number[],
  options: Setting & { readonly generator: Generator },
  fixed: number | undefined,
): readonly [() => Tensor, readonly Tensor[]] {
  if (fixed !== 1) return [() => normal(shape, options), []];
  const noise = normal(shape, options);
  return [() => noise, [noise]];
}
