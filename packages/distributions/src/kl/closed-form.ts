import type { Tensor } from "@dl/tensor";
import type { Distribution } from "../distribution.ts";

// Any class of distributions; only `instanceof` asks for it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Kind<D extends Distribution> = abstract new (...parameters: any[]) => D;

/** The divergence of other pairs, for kinds made of others. */
export type Divergence = (p: Distribution, q: Distribution) => Tensor;

/** One row of the table: of which two kinds, and what it is. */
export interface ClosedForm {
  readonly p: Kind<Distribution>;
  readonly q: Kind<Distribution>;
  readonly divergence: (p: Distribution, q: Distribution, klDivergence: Divergence) => Tensor;
}

export function closedForm<P extends Distribution, Q extends Distribution>(
  p: Kind<P>,
  q: Kind<Q>,
  divergence: (p: P, q: Q, klDivergence: Divergence) => Tensor,
): ClosedForm {
  return { p, q, divergence: divergence as ClosedForm["divergence"] };
}
