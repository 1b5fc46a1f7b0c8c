import type { Tensor } from "../core/tensor.ts";
import { reshape } from "./views.ts";

// As in PyTorch, a scalar may be used along axis 0 or -1: like a vector of one element.

export function asVector(x: Tensor): Tensor {
  return x.ndim === 0 ? reshape(x, [1]) : x;
}

/** What came of `asVector(x)`, a scalar again where x is one. */
export function asScalar(result: Tensor, x: Tensor): Tensor {
  return x.ndim === 0 ? reshape(result, []) : result;
}

interface Pair {
  readonly values: Tensor;
  readonly indices: Tensor;
}

export function asScalars({ values, indices }: Pair, x: Tensor): Pair {
  return { values: asScalar(values, x), indices: asScalar(indices, x) };
}
