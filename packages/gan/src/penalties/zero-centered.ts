import { checkOptions } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { checkNotNegative } from "../check-number.ts";
import type { Judge, Penalty } from "./penalty.ts";
import { squaredSlopes } from "./squared-slopes.ts";

/** How heavily slopes count. */
export interface SlopePenaltyOptions {
  /** γ. Default 10. */
  readonly weight?: number;
}

/**
 * Keeps the judge flat at real samples: where the generator has found the data, nothing pulls any more,
 * and the game comes to rest.
 *
 * γ/2 · E‖∇D(x)‖², x real.
 *
 * Source: Mescheder et al. 2018, arXiv:1801.04406, equation 9.
 * @example
 * const flat = r1Penalty({ weight: 2 });
 * await flat((x) => x.mul(3).sum(1), ones([4, 2]), zeros([4, 2]), undefined).item(); // => 18
 */
export function r1Penalty(options: SlopePenaltyOptions = {}): Penalty {
  const weight = slopeWeight("r1Penalty", options);
  return (judge, real) => meanSquaredSlope("r1Penalty", judge, real).mul(weight / 2);
}

/**
 * Keeps the judge flat at generated samples.
 *
 * γ/2 · E‖∇D(G(z))‖².
 *
 * Source: Mescheder et al. 2018, arXiv:1801.04406, equation 10.
 * @example
 * const flat = r2Penalty({ weight: 2 });
 * await flat((x) => x.mul(3).sum(1), ones([4, 2]), zeros([4, 2]), undefined).item(); // => 18
 */
export function r2Penalty(options: SlopePenaltyOptions = {}): Penalty {
  const weight = slopeWeight("r2Penalty", options);
  return (judge, _real, fake) => meanSquaredSlope("r2Penalty", judge, fake).mul(weight / 2);
}

function slopeWeight(op: string, options: SlopePenaltyOptions): number {
  const { weight = 10 } = checkOptions(op, options, { weight: "number" });
  checkNotNegative(op, "weight", weight);
  return weight;
}

const meanSquaredSlope = (op: string, judge: Judge, samples: Tensor): Tensor =>
  squaredSlopes(op, judge, samples).mean();
