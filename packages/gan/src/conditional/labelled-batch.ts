import type { Tensor } from "@dl/tensor";

/** Samples with their classes. */
export interface LabelledBatch {
  readonly inputs: Tensor;
  /** int32 [batch]. */
  readonly targets: Tensor;
}
