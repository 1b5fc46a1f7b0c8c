import { extendKinds, type OptionKinds } from "@dl/backend";
import { randomKinds, type RandomOptions, type Tensor } from "@dl/tensor";
import type { Initializer } from "./initializers/scaled.ts";
import type { Module } from "./module.ts";

export { checkCount } from "@dl/backend";

/** Options of layers with a weight and a bias. */
export interface WeightOptions extends RandomOptions {
  /** Whether a bias is added. Default true. */
  readonly bias?: boolean;
  /** First values of the weight; PyTorch's default unless said. */
  readonly init?: Initializer;
}

/**
 * For options that extend {@link WeightOptions}.
 *
 * @example
 * checkOptions("myLayer", { use_bias: false }, weightKinds); // throws an ArgumentError: did you mean bias?
 */
export const weightKinds: OptionKinds<WeightOptions> = /* @__PURE__ */ extendKinds(randomKinds, {
  bias: "boolean",
  init: "function",
});

/** A module from one tensor to one tensor. */
export interface Layer extends Module {
  forward(inputs: Tensor): Tensor;
}

/**
 * What layers pass on to random functions: undefined entries left out.
 *
 * @example
 * Object.keys(randomOptions({ dtype: "float32", bias: false })); // => ["dtype"]
 */
export function randomOptions({ generator, dtype, backend }: WeightOptions): RandomOptions {
  return {
    ...(generator && { generator }),
    ...(dtype && { dtype }),
    ...(backend && { backend }),
  };
}
