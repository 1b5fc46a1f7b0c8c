import { ArgumentError } from "@dl/backend";
import { Independent, klDivergence, type Distribution } from "@dl/distributions";
import { Tensor } from "@dl/tensor";

/**
 * What a bound says of a batch: scalars on the device, in nats per sample, means over the batch.
 */
export interface Evidence extends Readonly<Record<string, Tensor>> {
  /** What training makes small: minus the bound, changed by weights such as beta. */
  readonly loss: Tensor;
  /** Lower bound of ln p(x), whatever the weights: it can be compared. */
  readonly bound: Tensor;
  /** Mean log-likelihood of the samples under what the decoder says of their latents. */
  readonly reconstruction: Tensor;
  /** Divergence of the posteriors from the prior. */
  readonly kl: Tensor;
}

/**
 * Divergence of each posterior from the prior, number by number of the latent, in nats.
 *
 * Shape: [batch, ...latent], where posterior and prior are independent in each number; else [batch].
 * @throws {UnsupportedError} if the pair has no closed form.
 * @example
 * const of = (scale) => new Independent(new Normal(zeros([1, 2]), scale), 1);
 * await klPerDimension(of(1), of(1)).toArray(); // => [[0, 0]]
 */
export function klPerDimension(posterior: Distribution, prior: Distribution): Tensor {
  return posterior instanceof Independent && prior instanceof Independent
    ? klDivergence(posterior.base, prior.base)
    : klDivergence(posterior, prior);
}

/** A number, or one that changes from step to step and therefore is a scalar tensor. */
export type Weight = number | Tensor;

export const weightKind = {
  what: "a number or a scalar tensor",
  accepts: (value: unknown): boolean =>
    typeof value === "number" || (value instanceof Tensor && value.elementCount === 1),
};

/** @throws {ArgumentError} unless the number is at least 0 and finite. */
export function checkNotNegative(op: string, name: string, value: unknown): void {
  if (value instanceof Tensor) return;
  if (typeof value === "number" && value >= 0 && value < Infinity) return;
  throw new ArgumentError(
    op,
    `${name} must be a number of at least 0: received ${String(value)}.`,
    { expected: ">= 0", received: value },
  );
}

/** @throws {ArgumentError} unless the number is above 0 and finite. */
export function checkPositive(op: string, name: string, value: unknown): void {
  if (typeof value === "number" && value > 0 && value < Infinity) return;
  throw new ArgumentError(op, `${name} must be a number above 0: received ${String(value)}.`, {
    expected: "> 0",
    received: value,
  });
}
