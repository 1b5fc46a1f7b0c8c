import {
  ArgumentError,
  checkOptions,
  DTypeError,
  extendKinds,
  type OptionKinds,
} from "@dl/backend";
import {
  knownRange,
  normal,
  randomKinds,
  where,
  type RandomOptions,
  type Tensor,
} from "@dl/tensor";
import type { Initializer } from "./initializers/scaled.ts";
import { checkCount, randomOptions } from "./layer-options.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/** First values and padding of {@link Embedding}. */
export interface EmbeddingOptions extends RandomOptions {
  /** A number whose row starts at 0 and gets no gradient; negative counts from the end. */
  readonly paddingIndex?: number;
  /** First values of the weight; the standard normal unless said. */
  readonly init?: Initializer;
}

const embeddingKinds: OptionKinds<EmbeddingOptions> = /* @__PURE__ */ extendKinds(randomKinds, {
  paddingIndex: "number",
  init: "function",
});

/**
 * A learnt vector for each of `count` numbers: words, categories, labels.
 *
 * Shape: int32 [...] → [..., features]; weight [count, features].
 * Numbers must lie below count, negative ones counting from the end. Those that the host knows are
 * checked at the call, others by the backend: see {@link gather}.
 *
 * @throws {ArgumentError} for sizes or a padding index out of their range.
 * @example
 * new Embedding(1000, 64).forward(tensor([[3, 7]], { dtype: "int32" })).shape; // => [1, 2, 64]
 */
export class Embedding extends Module {
  readonly weight: Parameter;
  readonly paddingIndex: number | undefined;

  constructor(count: number, features: number, options: EmbeddingOptions = {}) {
    super();
    checkCount("embedding", "count", count);
    checkCount("embedding", "features", features);
    const random = randomOptions(checkOptions("embedding", options, embeddingKinds));
    const shape = [count, features];
    const weight = options.init?.(shape, random) ?? normal(shape, random);
    const { paddingIndex } = options;
    if (paddingIndex === undefined) {
      this.weight = new Parameter(weight);
      return;
    }
    if (!Number.isInteger(paddingIndex) || paddingIndex < -count || paddingIndex >= count)
      throw new ArgumentError(
        "embedding",
        `paddingIndex must be a whole number below ${count}: received ${paddingIndex}.`,
        { expected: `< ${count}`, received: paddingIndex },
      );
    this.paddingIndex = paddingIndex < 0 ? paddingIndex + count : paddingIndex;
    const row = weight.narrow(0, this.paddingIndex, 1);
    this.weight = new Parameter(weight.indexAdd(0, [this.paddingIndex], row.neg()));
  }

  forward(indices: Tensor): Tensor {
    if (indices.dtype !== "int32" && indices.dtype !== "uint32")
      throw new DTypeError(
        "embedding",
        `inputs must be numbers of rows (int32), got ${indices.dtype}. Convert with inputs.cast("int32").`,
        { expected: "int32", received: indices.dtype },
      );
    const [count, features] = this.weight.shape as readonly [number, number];
    const wrong = knownRange(indices)?.find((index) => index < -count || index >= count);
    if (wrong !== undefined)
      throw new ArgumentError(
        "embedding",
        `a number has no row: received ${wrong}, with ${count} rows. Use 0 to ${count - 1}, or make the embedding larger.`,
        { expected: `< ${count}`, received: wrong },
      );
    const rows = this.weight.indexSelect(0, indices.flatten()); // [count of indices, features]
    const vectors = rows.reshape([...indices.shape, features]);
    if (this.paddingIndex === undefined) return vectors;
    return where(indices.equal(this.paddingIndex).unsqueeze(-1), vectors.detach(), vectors);
  }
}
