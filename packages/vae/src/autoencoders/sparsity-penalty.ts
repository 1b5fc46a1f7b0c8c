import { ArgumentError, checkOptions, formatShape, logarithm, ShapeError } from "@dl/backend";
import { checkTensor, type Tensor } from "@dl/tensor";

/** How seldom units should be active. */
export interface SparsityOptions {
  /** Share of the samples on which a unit should be active. Default 0.05. */
  readonly target?: number;
}

/**
 * How far units are from being seldom active, which a sparse autoencoder adds to its loss: latents may
 * then be many, since only few are used for each sample.
 *
 * Σⱼ KL(ρ, ρ̂ⱼ), ρ̂ⱼ the mean activity of unit j over the batch, of units between 0 and 1 as after a
 * sigmoid. For units without bounds there is `activityPenalty` with `l1Penalty` in @dl/nn.
 *
 * Shape: activations [batch, units] → scalar.
 * Source: Ng 2011, CS294A lecture notes, "Sparse autoencoder", section 3; Lee et al. 2008, NeurIPS.
 * @throws {ShapeError} unless activations are [batch, units].
 * @throws {ArgumentError} unless the target lies between 0 and 1.
 * @example
 * await sparsityPenalty(full([8, 3], 0.05)).item(); // => 0
 */
export function sparsityPenalty(activations: Tensor, options: SparsityOptions = {}): Tensor {
  const { target = 0.05 } = checkOptions("sparsityPenalty", options, { target: "number" });
  checkTensor("sparsityPenalty", activations);
  if (!(target > 0 && target < 1))
    throw new ArgumentError(
      "sparsityPenalty",
      `target must lie between 0 and 1: received ${target}.`,
      { expected: "(0, 1)", received: target },
    );
  if (activations.ndim !== 2)
    throw new ShapeError(
      "sparsityPenalty",
      `needs a row of units for each sample: received ${formatShape(activations.shape)}. Flatten them with flatten(1).`,
      { received: activations.shape },
    );
  // A unit that is never active, or always, has a finite and steep price.
  const tiny = 1e-6;
  const activity = activations.mean(0).clamp(tiny, 1 - tiny);
  const entropy = target * logarithm(target) + (1 - target) * logarithm(1 - target);
  const active = activity.log().mul(target);
  const inactive = activity
    .neg()
    .log1p()
    .mul(1 - target);
  return active.add(inactive).neg().add(entropy).sum();
}
