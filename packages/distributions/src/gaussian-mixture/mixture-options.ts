import {
  ArgumentError,
  checkOptions,
  checkWhole,
  DTypeError,
  extendKinds,
  formatShape,
  isFloat,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { checkTensor, defaultGenerator, type Generator, type Tensor } from "@dl/tensor";
import { sampleKinds, type SampleOptions } from "../distribution.ts";
import type { CovarianceKind } from "./expectation-maximization.ts";

/** How mixtures are fitted. */
interface FittingOptions extends SampleOptions {
  /** Which covariances components have. Default `"full"`. */
  readonly covariance?: CovarianceKind;
  /** Added to every variance, as a share of the samples' mean variance; above 0. Default 1e-6. */
  readonly ridge?: number;
  /** Gain of the mean log-likelihood, in nats, below which it is done. Default 1e-4. */
  readonly tolerance?: number;
  /** At most so many. Default 200. */
  readonly iterations?: number;
  /** So many starts, of which the best is kept. Default 3. */
  readonly restarts?: number;
}

/** Of {@link GaussianMixture.fit}. */
export interface GaussianMixtureOptions extends FittingOptions {
  readonly components: number;
}

/** Of {@link GaussianMixture.choose}. */
export interface ChooseOptions extends FittingOptions {
  /** The numbers that are tried. */
  readonly components: readonly number[];
}

/** The options with what was not said. */
export interface MixtureSettings {
  readonly components: number;
  readonly covariance: CovarianceKind;
  readonly ridge: number;
  readonly tolerance: number;
  readonly iterations: number;
  readonly restarts: number;
  readonly generator: Generator;
}

/**
 * For options that extend {@link GaussianMixtureOptions}.
 *
 * @example
 * checkOptions("mySampler", { restarts: "3" }, gaussianMixtureKinds); // throws an ArgumentError
 */
export const gaussianMixtureKinds: OptionKinds<GaussianMixtureOptions> =
  /* @__PURE__ */ extendKinds(sampleKinds, {
    components: "number",
    covariance: '"full"|"diagonal"|"spherical"',
    ridge: "number",
    tolerance: "number",
    iterations: "number",
    restarts: "number",
  });

/** @throws {ShapeError | DTypeError | ArgumentError} */
export function checkMixtureOptions(
  op: string,
  samples: Tensor,
  options: GaussianMixtureOptions,
): MixtureSettings {
  checkTensor(op, samples);
  const {
    components,
    covariance = "full",
    ridge = 1e-6,
    tolerance = 1e-4,
    iterations = 200,
    restarts = 3,
    generator = defaultGenerator(),
  } = checkOptions(op, options, gaussianMixtureKinds);
  const [count = 0, size = 0] = samples.shape;
  if (samples.ndim !== 2 || size === 0)
    throw new ShapeError(
      op,
      `needs samples [count, n]: received ${formatShape(samples.shape)}. Reshape them to rows.`,
      { received: samples.shape },
    );
  if (!isFloat(samples.dtype))
    throw new DTypeError(
      op,
      `needs float samples: received ${samples.dtype}. Convert with x.cast("float32").`,
      { received: samples.dtype },
    );
  checkWhole(op, "components", components, 1, count, ` from 1 to ${count}, the number of samples`);
  checkWhole(op, "iterations", iterations, 1);
  checkWhole(op, "restarts", restarts, 1);
  for (const [name, value] of Object.entries({ ridge, tolerance }))
    if (!(value > 0 && value < Infinity))
      throw new ArgumentError(op, `${name} must be above 0: received ${value}.`, {
        received: value,
      });
  return { components, covariance, ridge, tolerance, iterations, restarts, generator };
}
