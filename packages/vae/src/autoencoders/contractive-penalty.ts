import { enableGrad, gradientsOf, isGradEnabled } from "@dl/autograd";
import { checkCount, checkOptions, formatShape, ShapeError } from "@dl/backend";
import { checkTensor, generatorKind, normalLike, type Generator, type Tensor } from "@dl/tensor";

/** From samples to their latents, each sample by itself. */
export type Encode = (x: Tensor) => Tensor;

/**
 * How much latents change with the samples: the squared length of the encoder's Jacobian, which a
 * contractive autoencoder adds to its loss, so that latents follow only what distinguishes samples.
 *
 * Mean over the batch of Σᵢⱼ (∂ encode(x)ᵢ / ∂ xⱼ)², by one walk back for each number of a latent. For
 * latents of more than some ten numbers {@link contractivePenaltyEstimate} is cheaper. The encoder must
 * treat each sample by itself, so no batch norm in training.
 *
 * Shape: x [batch, ...], encode(x) [batch, latent] → scalar.
 * Source: Rifai et al. 2011, ICML, "Contractive auto-encoders", eq. 1.
 * @throws {ShapeError} unless latents are [batch, latent].
 * @example
 * await contractivePenalty((x) => x.mul(3), ones([2, 4])).item(); // => 36
 */
export function contractivePenalty(encode: Encode, x: Tensor): Tensor {
  return pulledLengths("contractivePenalty", encode, x, (latents) =>
    latents.unbind(1).map((numbers) => numbers.sum()),
  ).div(x.shape[0]!);
}

/** How closely {@link contractivePenaltyEstimate} looks. */
export interface PenaltyEstimateOptions {
  /** Random directions tried, one walk back for each. Default 1. */
  readonly probes?: number;
  /** Where they come from; the default generator unless said. */
  readonly generator?: Generator;
}

/**
 * The {@link contractivePenalty} of a fresh random direction of each latent: right on average, at the
 * price of one walk back whatever the size of the latent.
 *
 * E ‖v J‖² = ‖J‖² for v of independent standard normals.
 *
 * Shape: x [batch, ...], encode(x) [batch, latent] → scalar.
 * Source: Hutchinson 1990, Commun. Stat. 19, "A stochastic estimator of the trace", of J Jᵀ.
 * @throws {ShapeError} unless latents are [batch, latent].
 * @example
 * const [probes, generator] = [2000, new Generator(0)];
 * const estimate = contractivePenaltyEstimate((x) => x, ones([1, 2]), { probes, generator });
 * Math.abs((await estimate.item()) - 2) < 0.2; // => true
 */
export function contractivePenaltyEstimate(
  encode: Encode,
  x: Tensor,
  options: PenaltyEstimateOptions = {},
): Tensor {
  const op = "contractivePenaltyEstimate";
  const { probes = 1, ...draw } = checkOptions(op, options, {
    probes: "number",
    generator: generatorKind,
  });
  checkCount(op, "probes", probes);
  return pulledLengths(op, encode, x, (latents) =>
    Array.from({ length: probes }, () => latents.mul(normalLike(latents, draw)).sum()),
  ).div(probes * x.shape[0]!);
}

/**
 * Σ over these numbers of latents of the squared length of their gradient by the samples; computed
 * where gradients are off, too, as in evaluation.
 */
function pulledLengths(
  op: string,
  encode: Encode,
  x: Tensor,
  along: (latents: Tensor) => readonly Tensor[],
): Tensor {
  const createGraph = isGradEnabled();
  const total = enableGrad(() => {
    const { inputs, latents } = encodedFrom(op, encode, x);
    const lengths = along(latents).map((number) => {
      const [pulled] = gradientsOf(number, [inputs], { createGraph, retainGraph: true });
      return pulled!.square().sum();
    });
    return lengths.reduce((sum, length) => sum.add(length));
  });
  return createGraph ? total : total.detach();
}

/** The samples as something to differentiate by, and their latents. */
function encodedFrom(op: string, encode: Encode, x: Tensor): { inputs: Tensor; latents: Tensor } {
  checkTensor(op, x);
  const inputs = x.detach().requireGrad();
  const latents = encode(inputs);
  if (latents.ndim !== 2 || latents.shape[0] !== x.shape[0])
    throw new ShapeError(
      op,
      `the encoder must give a row of numbers for each sample: received ${formatShape(latents.shape)} for ${formatShape(x.shape)}.`,
      { expected: [x.shape[0], "latent"], received: latents.shape },
    );
  return { inputs, latents };
}
