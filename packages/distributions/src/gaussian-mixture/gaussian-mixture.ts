import { ArgumentError, checkWhole, logarithm } from "@dl/backend";
import { diagonalMatrix, matmul, matrixTranspose, type Tensor } from "@dl/tensor";
import { Categorical } from "../categorical.ts";
import type { SampleOptions, Valuelike } from "../distribution.ts";
import { Independent } from "../independent.ts";
import { MixtureSameFamily } from "../mixture-same-family.ts";
import { MultivariateNormal } from "../multivariate/multivariate-normal.ts";
import { Normal } from "../normal.ts";
import type { Components, CovarianceKind } from "./expectation-maximization.ts";
import { fitComponents, type FittedComponents } from "./fit-components.ts";
import {
  checkMixtureOptions,
  type ChooseOptions,
  type GaussianMixtureOptions,
} from "./mixture-options.ts";

/**
 * Mixture of normals of vectors, fitted to samples: a density that can be sampled from.
 *
 * p(x) = Σ weightₖ N(x; meanₖ, covarianceₖ), by expectation-maximisation from k-means++ starts; of several restarts the
 * one of the largest likelihood. No iteration lowers the likelihood, but for the ridge and for a component that lost its
 * samples and starts anew. Samples are read once at the start; while fitting only likelihoods are.
 *
 * Source: Dempster, Laird & Rubin 1977, "Maximum likelihood from incomplete data via the EM algorithm".
 *
 * @example
 * const points = concatenate([normal([200, 2]), normal([200, 2], { mean: 20 })]);
 * const mixture = await GaussianMixture.fit(points, { components: 2 });
 * mixture.sample(10).shape; // => [10, 2]
 */
export class GaussianMixture {
  readonly distribution: MixtureSameFamily;
  readonly covariance: CovarianceKind;
  /** Mean over the samples after each iteration, in nats; the last is that of the mixture. */
  readonly logLikelihoods: readonly number[];
  /** Whether an iteration gained less than the tolerance before there were too many. */
  readonly hasConverged: boolean;
  /** How many samples it was fitted to. */
  readonly sampleCount: number;

  private constructor(
    distribution: MixtureSameFamily,
    covariance: CovarianceKind,
    sampleCount: number,
    { logLikelihoods, hasConverged }: Pick<FittedComponents, "logLikelihoods" | "hasConverged">,
  ) {
    this.distribution = distribution;
    this.covariance = covariance;
    this.sampleCount = sampleCount;
    this.logLikelihoods = logLikelihoods;
    this.hasConverged = hasConverged;
  }

  /**
   * The mixture of so many components that makes the samples most likely.
   *
   * Shape: samples [count, n].
   * @throws {ShapeError | DTypeError} unless the samples are float vectors.
   * @throws {ArgumentError} for more components than samples, for NaN or infinite samples, or options out of range.
   */
  static async fit(samples: Tensor, options: GaussianMixtureOptions): Promise<GaussianMixture> {
    const settings = checkMixtureOptions("GaussianMixture.fit", samples, options);
    const fitted = await fitComponents(samples, settings);
    const distribution = distributionOf(fitted.components);
    return new GaussianMixture(distribution, settings.covariance, samples.shape[0]!, fitted);
  }

  /**
   * The best mixture of several numbers of components: of the least Bayesian information criterion.
   *
   * @throws {ArgumentError} without a number of components.
   * @example
   * const points = concatenate([normal([200, 2]), normal([200, 2], { mean: 20 })]);
   * const mixture = await GaussianMixture.choose(points, { components: [1, 2] });
   * mixture.componentCount; // => 2
   */
  static async choose(samples: Tensor, options: ChooseOptions): Promise<GaussianMixture> {
    const { components, ...rest } = options;
    if (!Array.isArray(components) || components.length === 0)
      throw new ArgumentError(
        "GaussianMixture.choose",
        "needs a list of numbers of components. Write { components: [1, 2, 4, 8] }.",
        { received: components },
      );
    let best: GaussianMixture | undefined;
    for (const count of components as readonly number[]) {
      const mixture = await GaussianMixture.fit(samples, { ...rest, components: count });
      if (best === undefined || mixture.bic < best.bic) best = mixture;
    }
    return best!;
  }

  /** How many components there are. */
  get componentCount(): number {
    return this.distribution.mixture.classCount;
  }
  /** Shape: [components]. */
  get weights(): Tensor {
    return this.distribution.mixture.probs;
  }
  /** Shape: [components, n]. */
  get means(): Tensor {
    return this.distribution.component.mean;
  }
  /** Shape: [components, n, n]. */
  get covariances(): Tensor {
    const { component } = this.distribution;
    if (!(component instanceof MultivariateNormal)) return diagonalMatrix(component.variance);
    return matmul(component.scaleTril, matrixTranspose(component.scaleTril));
  }

  /** Mean over the samples it was fitted to, in nats. */
  get logLikelihood(): number {
    return this.logLikelihoods.at(-1)!;
  }
  /** How many numbers were fitted. */
  get parameterCount(): number {
    const k = this.componentCount;
    const size = this.distribution.eventShape[0]!;
    const perCovariance = { full: (size * (size + 1)) / 2, diagonal: size, spherical: 1 };
    return k * (size + perCovariance[this.covariance]) + k - 1;
  }
  /** Bayesian information criterion, the smaller the better. Source: Schwarz 1978, doi:10.1214/aos/1176344136. */
  get bic(): number {
    const { sampleCount, logLikelihood, parameterCount } = this;
    return parameterCount * logarithm(sampleCount) - 2 * sampleCount * logLikelihood;
  }
  /** Akaike's information criterion, the smaller the better. Source: Akaike 1974, doi:10.1109/TAC.1974.1100705. */
  get aic(): number {
    return 2 * this.parameterCount - 2 * this.sampleCount * this.logLikelihood;
  }

  /** So many samples. Shape: [count, n]. */
  sample(count: number, options: SampleOptions = {}): Tensor {
    checkWhole("sample", "the count", count, 0);
    return this.distribution.sample([count], options);
  }

  /** In nats. Shape: [..., n] → [...]. */
  logProb(x: Valuelike): Tensor {
    return this.distribution.logProb(x);
  }
}

function distributionOf({ logWeights, means, factors }: Components): MixtureSameFamily {
  const mixture = new Categorical({ logits: logWeights });
  const component =
    factors.ndim === 3
      ? new MultivariateNormal(means, { scaleTril: factors })
      : new Independent(new Normal(means, factors), 1);
  return new MixtureSameFamily(mixture, component);
}
