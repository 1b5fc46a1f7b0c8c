import type { Backend, DType } from "@dl/backend";

/** Type and place of a new tensor. */
export interface CreationOptions {
  /** float32 unless said; integer where the function says so. */
  readonly dtype?: DType;
  /** The configured one unless said. */
  readonly backend?: Backend;
}
