import { contiguousValue } from "./make-value.ts";
import { store } from "./store.ts";
import type { TensorValue } from "./tensor-value.ts";

/** The same elements, in order in a buffer. */
export function storeContiguously(value: TensorValue): TensorValue {
  const contiguous = contiguousValue(value);
  store(contiguous);
  return contiguous;
}
