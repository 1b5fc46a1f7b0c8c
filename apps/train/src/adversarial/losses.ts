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
import type { Generator } from "@dl/tensor";
import type { LossName, PenaltyName } from "../names.ts";

export const losses: { readonly [Name in LossName]: AdversarialLoss } = {
  minimax,
  "non-saturating": nonSaturating,
  "least-squares": leastSquares,
  hinge,
  wasserstein,
  relativistic: relativisticAverage,
};

/** Where the discriminator's output turns from generated to real. */
export const boundaryOf = (name: LossName | undefined): { readonly boundary?: number } =>
  name === "least-squares" ? { boundary: 0.5 } : {};

/** Penalties of every update, and those with updates of their own. */
interface Penalties {
  readonly penalties?: readonly Penalty[];
  readonly lazyPenalties?: readonly LazyPenalty[];
}

/** Steps from one update by a penalty on slopes at the data to the next. Karras et al. 2020. */
const lazyEvery = 16;

/** What holds the discriminator's slope; `weight` where the paper's own suits other pictures. */
export const penaltiesOf: {
  readonly [Name in PenaltyName]: (generator: Generator, weight?: number) => Penalties;
} = {
  none: () => ({}),
  gradient: (generator) => ({ penalties: [gradientPenalty({ generator })] }),
  "one-sided": (generator) => ({ penalties: [gradientPenalty({ sided: "one", generator })] }),
  dragan: (generator) => ({ penalties: [draganPenalty({ generator })] }),
  r1: (_, weight = 0.2) => ({
    lazyPenalties: [{ penalty: r1Penalty({ weight }), every: lazyEvery }],
  }),
  r2: (_, weight = 0.2) => ({
    lazyPenalties: [{ penalty: r2Penalty({ weight }), every: lazyEvery }],
  }),
};
