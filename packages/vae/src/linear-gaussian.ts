import { checkCount, checkOptions, formatShape, logarithm, ShapeError } from "@dl/backend";
import {
  Independent,
  klDivergence,
  MultivariateNormal,
  Normal,
  sampleKinds,
  type Distribution,
  type SampleOptions,
} from "@dl/distributions";
import type { GenerativeModel } from "@dl/generator";
import { Module, Parameter } from "@dl/nn";
import {
  checkTensor,
  diagonalMatrix,
  eye,
  full,
  inverse,
  normal,
  randomKinds,
  zeros,
  type RandomOptions,
  type Tensor,
} from "@dl/tensor";
import { checkPositive } from "./bounds/evidence.ts";
import { standardNormalLike, type LatentModel } from "./latent-model.ts";

/** How a {@link LinearGaussian} begins. */
export interface LinearGaussianOptions extends RandomOptions {
  /** Deviation of the noise. Default 1. */
  readonly sigma?: number;
}

/**
 * The one model with latents in which everything is known: the likelihood, the posterior, and so by how
 * much a bound falls short.
 *
 * z from N(0, 1), x from N(W z + b, σ²). Then x is N(b, W Wᵀ + σ²), and z given x is
 * N(S Wᵀ (x - b) / σ², S) with S = (1 + Wᵀ W / σ²)⁻¹. For every q: ln p(x) = bound(x, q) + gap(x, q).
 *
 * Shape: samples [batch, size], latents [batch, latent]; weight [size, latent], bias [size].
 * Source: Tipping & Bishop 1999, J. R. Stat. Soc. B 61, "Probabilistic principal component analysis".
 * @throws {ArgumentError} for sizes that are no whole numbers of at least 1, or a sigma of 0 or below.
 * @example
 * const model = new LinearGaussian(5, 2, { sigma: 0.5 });
 * const x = model.sample(3);
 * const q = model.prior(model.posterior(x)).expand([3]);
 * const difference = model.logProb(x).sub(model.bound(x, q).add(model.gap(x, q)));
 * (await difference.abs().amax().item()) < 1e-3; // => true
 */
export class LinearGaussian extends Module implements LatentModel, GenerativeModel {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly logVariance: Parameter;

  constructor(size: number, latent: number, options: LinearGaussianOptions = {}) {
    super();
    const {
      sigma = 1,
      generator,
      ...creation
    } = checkOptions("linearGaussian", options, { ...randomKinds, sigma: "number" });
    checkCount("linearGaussian", "size", size);
    checkCount("linearGaussian", "latent", latent);
    checkPositive("linearGaussian", "sigma", sigma);
    const random = { ...creation, ...(generator && { generator }) };
    this.weight = new Parameter(normal([size, latent], random));
    this.bias = new Parameter(zeros([size], creation));
    this.logVariance = new Parameter(full([], 2 * logarithm(sigma), creation));
  }

  private get variance(): Tensor {
    return this.logVariance.exp();
  }

  /** p(x | z). */
  decode(latents: Tensor): Distribution {
    const mean = latents.matmul(this.weight.transpose(0, 1)).add(this.bias);
    return new Independent(new Normal(mean, this.logVariance.mul(0.5).exp()), 1);
  }

  /** p(z | x), exactly. */
  posterior(x: Tensor): MultivariateNormal {
    const [size, latent] = this.weight.shape as readonly [number, number];
    checkTensor("linearGaussian", x);
    if (x.ndim !== 2 || x.shape[1] !== size)
      throw new ShapeError(
        "linearGaussian",
        `needs samples [batch, ${size}]: received ${formatShape(x.shape)}.`,
        { expected: ["batch", size], received: x.shape },
      );
    const { dtype, backend } = this.weight;
    const scaled = this.weight.transpose(0, 1).div(this.variance); // Wᵀ / σ²
    const precision = scaled.matmul(this.weight).add(eye(latent, undefined, { dtype, backend }));
    const covarianceMatrix = inverse(precision);
    const loc = x.sub(this.bias).matmul(scaled.transpose(0, 1)).matmul(covarianceMatrix);
    return new MultivariateNormal(loc, { covarianceMatrix });
  }

  /** The exact posterior, with which bounds are not bounds but ln p(x). */
  encode(x: Tensor): MultivariateNormal {
    return this.posterior(x);
  }

  prior(posterior: Distribution): Distribution {
    return standardNormalLike(posterior);
  }

  /** Shape: [batch, size] → [batch], in nats. */
  logProb(x: Tensor): Tensor {
    const { dtype, backend } = this.weight;
    const noise = eye(this.weight.shape[0]!, undefined, { dtype, backend }).mul(this.variance);
    const covarianceMatrix = this.weight.matmul(this.weight.transpose(0, 1)).add(noise);
    return new MultivariateNormal(this.bias, { covarianceMatrix }).logProb(x);
  }

  /**
   * The evidence lower bound of an approximate posterior in closed form, for each sample: no draws.
   *
   * -½ (‖x - b - W μ‖² + tr(Wᵀ W Σ)) / σ² - n ln(σ √(2π)) - KL(q, p(z)), q = N(μ, Σ).
   *
   * Shape: x [batch, size], q a batch of normals of latents → [batch].
   */
  bound(x: Tensor, q: Distribution): Tensor {
    const { loc, scaleTril } = asMultivariate(q);
    const spread = this.weight.matmul(scaleTril).square().sum([-2, -1]); // tr(Wᵀ W L Lᵀ)
    const spent = spread.div(this.variance).mul(0.5);
    return this.decode(loc)
      .logProb(x)
      .sub(spent)
      .sub(klDivergence(q, standardNormalLike(q)));
  }

  /** By how much the {@link bound} falls short of ln p(x): KL(q, p(z | x)). Shape: as there. */
  gap(x: Tensor, q: Distribution): Tensor {
    return klDivergence(asMultivariate(q), this.posterior(x));
  }

  /** The mean of x given latents. */
  forward(latents: Tensor): Tensor {
    return this.decode(latents).mean;
  }

  sample(count: number, options: SampleOptions = {}): Tensor {
    checkCount("linearGaussian", "count", count);
    checkOptions("linearGaussian", options, sampleKinds);
    const { dtype, backend, shape } = this.weight;
    const latents = normal([count, shape[1]!], { dtype, backend, ...options });
    return this.decode(latents).sample([], options);
  }
}

/** Independent normals as a normal of vectors. */
function asMultivariate(q: Distribution): MultivariateNormal {
  if (q instanceof MultivariateNormal) return q;
  return new MultivariateNormal(q.mean, { scaleTril: diagonalMatrix(q.std) });
}
