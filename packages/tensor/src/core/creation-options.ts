import type { Backend, DType, OptionKinds } from "@dl/backend";

/** Type and place of a new tensor. */
export interface CreationOptions {
  /** float32 unless said; integer where the function says so. */
  readonly dtype?: DType;
  /** The configured one unless said. */
  readonly backend?: Backend;
}

/**
 * For options that extend {@link CreationOptions}.
 *
 * @example
 * checkOptions("myLayer", { device: "gpu" }, creationKinds); // throws an ArgumentError: did you mean backend?
 */
export const creationKinds: OptionKinds<CreationOptions> = { dtype: "string", backend: "object" };
