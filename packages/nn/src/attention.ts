import {
  ArgumentError,
  checkOptions,
  extendKinds,
  formatShape,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import {
  checkTensor,
  randomKinds,
  tensorKind,
  zeros,
  type RandomOptions,
  type Tensor,
} from "@dl/tensor";
import { Dropout } from "./dropout.ts";
import { xavierUniform } from "./initializers/scaled.ts";
import { checkCount, randomOptions } from "./layer-options.ts";
import { Linear, linear } from "./linear.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/** Parts of {@link MultiHeadAttention}. */
export interface MultiHeadAttentionOptions extends RandomOptions {
  /** Whether the projections have biases. Default true. */
  readonly bias?: boolean;
  /** Probability of dropping an attention weight in training. Default 0. */
  readonly dropout?: number;
}

const attentionKinds: OptionKinds<MultiHeadAttentionOptions> = /* @__PURE__ */ extendKinds(
  randomKinds,
  { bias: "boolean", dropout: "number" },
);

/** What a query may not look at. */
export interface AttentionMasks {
  /**
   * [queries, keys] or [batch · heads, queries, keys]. Bool: true forbids to look. Float: added to the
   * scores.
   */
  readonly attentionMask?: Tensor;
  /** [batch, keys], bool: true marks padding, at which no query looks. */
  readonly keyPaddingMask?: Tensor;
}

const maskKinds: OptionKinds<AttentionMasks> = {
  attentionMask: tensorKind,
  keyPaddingMask: tensorKind,
};

/** What {@link MultiHeadAttention} gives. */
export interface AttentionOutput {
  /** [batch, queries, features]. */
  readonly outputs: Tensor;
  /** How much each query looked at each key, averaged over heads: [batch, queries, keys]. */
  readonly weights: Tensor;
}

/**
 * Attention of several heads: softmax(Q Kᵀ / √headSize) V in each, joined and projected.
 *
 * Weights have PyTorch's layout: `inProjWeight` stacks the projections of queries, keys and values.
 * Starts with Xavier weights and biases of 0. A query for which everything is masked gives NaN.
 *
 * Shape: query [batch, queries, features], key and value [batch, keys, features] (batch first);
 * inProjWeight [3 features, features], inProjBias [3 features], outProj a Linear.
 * Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.
 *
 * @throws {ArgumentError} if the features do not divide into heads.
 * @example
 * const attention = new MultiHeadAttention(64, 4);
 * const isLater = ones([10, 10]).triu(1).cast("bool"); // no looking ahead
 * const x = zeros([8, 10, 64]);
 * attention.forward(x, x, x, { attentionMask: isLater }).outputs.shape; // => [8, 10, 64]
 */
export class MultiHeadAttention extends Module {
  readonly inProjWeight: Parameter;
  readonly inProjBias: Parameter | undefined;
  readonly outProj: Linear;
  readonly dropout: Dropout;
  readonly features: number;
  readonly heads: number;

  constructor(features: number, heads: number, options: MultiHeadAttentionOptions = {}) {
    super();
    checkCount("multiHeadAttention", "features", features);
    checkCount("multiHeadAttention", "heads", heads);
    if (features % heads !== 0)
      throw new ArgumentError(
        "multiHeadAttention",
        `features must be a multiple of heads: received ${features} features, ${heads} heads.`,
        { expected: heads, received: features },
      );
    const {
      bias = true,
      dropout = 0,
      generator,
    } = checkOptions("multiHeadAttention", options, attentionKinds);
    const random = randomOptions(options);
    const { generator: _unused, ...creation } = random;
    this.features = features;
    this.heads = heads;
    this.inProjWeight = new Parameter(xavierUniform([3 * features, features], random));
    if (bias) this.inProjBias = new Parameter(zeros([3 * features], creation));
    this.outProj = new Linear(features, features, { ...random, bias });
    this.outProj.bias?.assign(zeros([features], creation));
    this.dropout = new Dropout(dropout, { ...(generator && { generator }) });
  }

  forward(
    query: Tensor,
    key: Tensor = query,
    value: Tensor = key,
    masks: AttentionMasks = {},
  ): AttentionOutput {
    checkOptions("multiHeadAttention", masks, maskKinds);
    this.check(query, key, value);
    const [batch, queries] = query.shape as readonly [number, number, number];
    const keys = key.shape[1]!;
    const [q, k, v] = this.project(query, key, value);
    const scale = 1 / Math.sqrt(this.features / this.heads);
    const scores = this.perHead(q!).mul(scale).matmul(this.perHead(k!).transpose(2, 3)); // [batch, heads, queries, keys]
    const masked = this.masked(scores, masks, [batch, queries, keys]);
    const attention = this.dropout.forward(masked.softmax(-1));
    const mixed = attention.matmul(this.perHead(v!)).transpose(1, 2); // [batch, queries, heads, headSize]
    const outputs = this.outProj.forward(mixed.reshape([batch, queries, this.features]));
    return { outputs, weights: attention.mean(1) };
  }

  /** The three projections; in one product where all inputs are one tensor. */
  private project(query: Tensor, key: Tensor, value: Tensor): Tensor[] {
    if (query === key && key === value)
      return linear(query, this.inProjWeight, this.inProjBias).chunk(3, -1);
    const weights = this.inProjWeight.chunk(3);
    const biases = this.inProjBias?.chunk(3);
    return [query, key, value].map((x, i) => linear(x, weights[i]!, biases?.[i]));
  }

  /** [batch, length, features] → [batch, heads, length, headSize]. */
  private perHead(x: Tensor): Tensor {
    return x.unflatten(2, [this.heads, this.features / this.heads]).transpose(1, 2);
  }

  private masked(
    scores: Tensor,
    { attentionMask, keyPaddingMask }: AttentionMasks,
    [batch, queries, keys]: readonly [number, number, number],
  ): Tensor {
    let masked = scores;
    if (attentionMask !== undefined) {
      const perHead = [batch * this.heads, queries, keys];
      checkMask("attentionMask", attentionMask, [[queries, keys], perHead]);
      const mask = attentionMask.ndim === 3 ? attentionMask.reshape(scores.shape) : attentionMask;
      masked = mask.dtype === "bool" ? masked.maskedFill(mask, -Infinity) : masked.add(mask);
    }
    if (keyPaddingMask !== undefined) {
      checkMask("keyPaddingMask", keyPaddingMask, [[batch, keys]]);
      const mask = keyPaddingMask.cast("bool").reshape([batch, 1, 1, keys]);
      masked = masked.maskedFill(mask, -Infinity);
    }
    return masked;
  }

  private check(query: Tensor, key: Tensor, value: Tensor): void {
    for (const each of [query, key, value]) checkTensor("multiHeadAttention", each);
    const fits =
      [query, key, value].every((x) => x.ndim === 3 && x.shape[2] === this.features) &&
      query.shape[0] === key.shape[0] &&
      key.shape[0] === value.shape[0] &&
      key.shape[1] === value.shape[1];
    if (!fits)
      throw new ShapeError(
        "multiHeadAttention",
        `expects query [batch, queries, ${this.features}], key and value [batch, keys, ${this.features}]: received ${[query, key, value].map((x) => formatShape(x.shape)).join(", ")}.`,
        { expected: this.features, received: [query.shape, key.shape, value.shape] },
      );
  }
}

function checkMask(name: string, mask: Tensor, allowed: readonly (readonly number[])[]): void {
  const fits = allowed.some(
    (shape) => shape.length === mask.ndim && shape.every((size, axis) => size === mask.shape[axis]),
  );
  if (!fits)
    throw new ShapeError(
      "multiHeadAttention",
      `${name} must be ${allowed.map(formatShape).join(" or ")}, got ${formatShape(mask.shape)}.`,
      { expected: allowed, received: mask.shape },
    );
}
