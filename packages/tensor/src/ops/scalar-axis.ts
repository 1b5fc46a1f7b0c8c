import type { Tensor } from "../core/tensor.ts";
import type { ValuesAndIndices } from "./reduce-positions.ts";
import { reshape } from "./views.ts";

// As in PyTorch, a scalar may be used along axis 0 or -1: like a vector of one element.

export function asVector(x: Tensor): Tensor {
  return x.ndim === 0 ? reshape(x, [1]) : x;
}

/** What came of `asVector(x)`, a scalar again where x is one. */
export function asScalar(result: Tensor, x: Tensor): Tensor {
  return x.ndim === 0 ? reshape(result, []) : result;
}

export function asScalars({ values, indices }: ValuesAndIndices, x: Tensor): ValuesAndIndices {
  return { values: asScalar(values, x), indices: asScalar(indices, x) };
}
