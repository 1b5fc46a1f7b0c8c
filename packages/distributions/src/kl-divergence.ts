import { UnsupportedError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import type { Distribution } from "./distribution.ts";
import { Independent, sumLast } from "./independent.ts";
import { Normal } from "./normal.ts";

// Any class of distributions; only `instanceof` asks for it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Kind<D extends Distribution> = abstract new (...parameters: any[]) => D;

/** One closed form: of which two kinds, and what it is. */
interface ClosedForm {
  readonly p: Kind<Distribution>;
  readonly q: Kind<Distribution>;
  readonly divergence: (p: Distribution, q: Distribution) => Tensor;
}

const closedForm = <P extends Distribution, Q extends Distribution>(
  p: Kind<P>,
  q: Kind<Q>,
  divergence: (p: P, q: Q) => Tensor,
): ClosedForm => ({ p, q, divergence: divergence as ClosedForm["divergence"] });

/** Every pair with a closed form. */
const closedForms: readonly ClosedForm[] = [
  closedForm(Normal, Normal, (p, q) => {
    const ratio = p.scale.div(q.scale).square();
    const shift = p.loc.sub(q.loc).div(q.scale).square();
    return ratio.add(shift).sub(1).sub(ratio.log()).mul(0.5);
  }),
  closedForm(Independent, Independent, (p, q) => sumLast(klDivergence(p.base, q.base), p.axes)),
];

/**
 * Kullback-Leibler divergence of p from q in nats: the mean of ln p(x) - ln q(x) over x from p.
 *
 * Shape: that of the two batches, broadcast.
 * @throws {UnsupportedError} if the pair has no closed form.
 * @example
 * await klDivergence(new Normal(1, 1), new Normal(0, 1)).item(); // => 0.5
 */
export function klDivergence(p: Distribution, q: Distribution): Tensor {
  const form = closedForms.find((known) => p instanceof known.p && q instanceof known.q);
  if (form !== undefined) return form.divergence(p, q);
  const [first, second] = [p, q].map(({ constructor }) => constructor.name);
  throw new UnsupportedError(
    "klDivergence",
    `there is no closed form for ${first} and ${second}. Estimate it with monteCarloKl(p, q, { samples: 1000 }).`,
    { received: [first, second] },
  );
}
