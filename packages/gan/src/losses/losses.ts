import type { AdversarialLoss } from "./adversarial-loss.ts";

/**
 * The original game: the generator makes small what the discriminator makes large.
 *
 * discriminator −ln σ(r) − ln(1 − σ(f)); generator ln(1 − σ(f)), whose gradient vanishes where the
 * discriminator is sure: kept because that is worth seeing.
 *
 * Source: Goodfellow et al. 2014, arXiv:1406.2661, equation 1.
 * @example
 * await minimax.generator(tensor([0]), () => tensor([0])).item(); // => -0.6931471824645996
 */
export const minimax: AdversarialLoss = {
  discriminator: (real, fake) => real.neg().softplus().mean().add(fake.softplus().mean()),
  generator: (fake) => fake.softplus().mean().neg(),
};

/**
 * The generator wants its samples taken for real: −ln σ(f), with a gradient where it does badly.
 *
 * Source: Goodfellow et al. 2014, arXiv:1406.2661, section 3.
 * @example
 * await nonSaturating.generator(tensor([0]), () => tensor([0])).item(); // => 0.6931471824645996
 */
export const nonSaturating: AdversarialLoss = {
  discriminator: minimax.discriminator,
  generator: (fake) => fake.neg().softplus().mean(),
};

/**
 * Squared distances to 1 for real and to 0 for generated.
 *
 * discriminator ½(r − 1)² + ½f²; generator ½(f − 1)².
 *
 * Source: Mao et al. 2017, arXiv:1611.04076, equation 9.
 * @example
 * await leastSquares.generator(tensor([3]), () => tensor([0])).item(); // => 2
 */
export const leastSquares: AdversarialLoss = {
  discriminator: (real, fake) => real.sub(1).square().mean().add(fake.square().mean()).mul(0.5),
  generator: (fake) => fake.sub(1).square().mean().mul(0.5),
};

/**
 * What is beyond the margin no longer counts for the discriminator.
 *
 * discriminator max(0, 1 − r) + max(0, 1 + f); generator −f.
 *
 * Source: Lim & Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957, equations 16 and 17.
 * @example
 * await hinge.discriminator(tensor([2]), tensor([0])).item(); // => 1
 */
export const hinge: AdversarialLoss = {
  discriminator: (real, fake) => real.neg().add(1).relu().mean().add(fake.add(1).relu().mean()),
  generator: (fake) => fake.mean().neg(),
};

/**
 * Difference of a critic's mean scores: a distance of the distributions where the critic's slope is
 * bounded, by `clipWeights`, `gradientPenalty` or spectral normalisation.
 *
 * critic f − r; generator −f.
 *
 * Source: Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1.
 * @example
 * await wasserstein.discriminator(tensor([5]), tensor([3])).item(); // => -2
 */
export const wasserstein: AdversarialLoss = {
  discriminator: (real, fake) => fake.mean().sub(real.mean()),
  generator: (fake) => fake.mean().neg(),
};

/**
 * Each output is judged beside the mean of the other kind, by both players.
 *
 * discriminator −ln σ(r − f̄) − ln(1 − σ(f − r̄)); generator the same with the roles exchanged.
 *
 * Source: Jolicoeur-Martineau 2018, arXiv:1807.00734, equations 12 and 13.
 * @example
 * await relativisticAverage.generator(tensor([0]), () => tensor([0])).item(); // => 1.3862943649291992
 */
export const relativisticAverage: AdversarialLoss = {
  discriminator: (real, fake) =>
    nonSaturating.discriminator(real.sub(fake.mean()), fake.sub(real.mean())),
  generator: (fake, real) => relativisticAverage.discriminator(fake, real()),
};
