import {
  draganPenalty,
  gradientPenalty,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  r1Penalty,
  r2Penalty,
  relativisticAverage,
  wasserstein,
  type AdversarialLoss,
  type LazyPenalty,
  type Penalty,
} from "@dl/gan";
import type { LossName, PenaltyName } from "../options.ts";

export const losses: { readonly [Name in LossName]: AdversarialLoss } = {
  minimax,
  "non-saturating": nonSaturating,
  "least-squares": leastSquares,
  hinge,
  wasserstein,
  relativistic: relativisticAverage,
};
