import { dtypes, type Backend, type DType, type OptionKinds, type ValueKind } from "@dl/backend";

/** Type and place of a new tensor. */
export interface CreationOptions {
  /** float32 unless said; integer where the function says so. */
  readonly dtype?: DType;
  /** The configured one unless said. */
  readonly backend?: Backend;
}

const dtypeKind: ValueKind = {
  get what() {
    return `one of ${Object.keys(dtypes).join(", ")}`;
  },
  accepts: (value) => typeof value === "string" && Object.hasOwn(dtypes, value),
};

/**
 * For options that extend {@link CreationOptions}.
 *
 * @example
 * checkOptions("myLayer", { device: "gpu" }, creationKinds); // throws an ArgumentError: did you mean backend?
 */
export const creationKinds: OptionKinds<CreationOptions> = { dtype: dtypeKind, backend: "object" };
