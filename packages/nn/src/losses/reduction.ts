import { ArgumentError, type OptionKinds } from "@dl/backend";
import { meanOver, type Tensor } from "@dl/tensor";

/** How the losses of single elements become one: their mean, their sum, or not at all. */
export type Reduction = "mean" | "sum" | "none";

/** What becomes of the losses of the samples. */
export interface LossOptions {
  /** Default `"mean"`. */
  readonly reduction?: Reduction;
}

export const lossKinds: OptionKinds<LossOptions> = { reduction: "string" };

/** @throws {ArgumentError} for an unknown reduction. */
export function reduced(op: string, losses: Tensor, { reduction = "mean" }: LossOptions): Tensor {
  return reducedOver(op, losses, undefined, reduction);
}

/**
 * {@link reduced}, with the mean taken over `total` instead of the number of losses.
 *
 * @throws {ArgumentError} for an unknown reduction.
 */
export function reducedOver(
  op: string,
  losses: Tensor,
  total: Tensor | undefined,
  reduction: Reduction,
): Tensor {
  switch (reduction) {
    case "mean":
      return total === undefined ? losses.mean() : meanOver(losses.sum(), total);
    case "sum":
      return losses.sum();
    case "none":
      return losses;
    default:
      throw new ArgumentError(
        op,
        `unknown reduction: received ${JSON.stringify(reduction)}. Use "mean", "sum" or "none".`,
        { received: reduction },
      );
  }
}
