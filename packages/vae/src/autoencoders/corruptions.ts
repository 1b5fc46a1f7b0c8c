import { ArgumentError, checkOptions } from "@dl/backend";
import {
  bernoulli,
  checkTensor,
  generatorKind,
  normalLike,
  type Generator,
  type Tensor,
} from "@dl/tensor";
import { checkNotNegative } from "../bounds/evidence.ts";

/** How much {@link maskingCorruption} takes away. */
export interface MaskingOptions {
  /** Share of the numbers that become 0. Default 0.25. */
  readonly share?: number;
  /** The default generator unless said. */
  readonly generator?: Generator;
}

/**
 * Samples with some of their numbers set to 0, each with the same chance, afresh at each call.
 *
 * Shape: any → the same.
 * Source: Vincent et al. 2008, ICML, section 2.3.
 * @throws {ArgumentError} unless the share lies in [0, 1].
 * @example
 * await maskingCorruption(ones([4]), { share: 1 }).toArray(); // => [0, 0, 0, 0]
 */
export function maskingCorruption(x: Tensor, options: MaskingOptions = {}): Tensor {
  const { share = 0.25, ...draw } = checkOptions("maskingCorruption", options, {
    share: "number",
    generator: generatorKind,
  });
  checkTensor("maskingCorruption", x);
  if (!(share >= 0 && share <= 1))
    throw new ArgumentError(
      "maskingCorruption",
      `share must lie between 0 and 1: received ${share}.`,
      { expected: "[0, 1]", received: share },
    );
  const { shape, dtype, backend } = x;
  return x.mul(bernoulli(shape, { probability: 1 - share, dtype, backend, ...draw }));
}

/** How much {@link gaussianCorruption} adds. */
export interface GaussianCorruptionOptions {
  /** Default 0.3. */
  readonly std?: number;
  /** The default generator unless said. */
  readonly generator?: Generator;
}

/**
 * Samples with normal noise added, afresh at each call.
 *
 * Shape: any → the same.
 * Source: Vincent et al. 2010, JMLR 11, section 3.3.
 * @throws {ArgumentError} unless std is at least 0.
 * @example
 * await gaussianCorruption(ones([2]), { std: 0 }).toArray(); // => [1, 1]
 */
export function gaussianCorruption(x: Tensor, options: GaussianCorruptionOptions = {}): Tensor {
  const { std = 0.3, ...draw } = checkOptions("gaussianCorruption", options, {
    std: "number",
    generator: generatorKind,
  });
  checkTensor("gaussianCorruption", x);
  checkNotNegative("gaussianCorruption", "std", std);
  return x.add(normalLike(x, draw).mul(std));
}
