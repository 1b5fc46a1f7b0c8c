import { broadcastShapes } from "@dl/backend";
import { broadcastTo, fullLike, type Tensor } from "@dl/tensor";
import type { ContinuousBernoulli } from "../continuous-bernoulli.ts";
import type { Distribution } from "../distribution.ts";
import type { Exponential } from "../exponential.ts";
import { logSinhRatio } from "../log-sinh-ratio.ts";
import type { Normal } from "../normal.ts";

// KL(p, q) is the mean of -ln q over p less the entropy of p. The mean of some ln q needs only moments of p.

/** For any numbers p that have mean, variance and entropy. */
export function divergenceFromNormal(p: Distribution, q: Normal): Tensor {
  const spread = p.std.div(q.scale).square();
  const shift = p.mean.sub(q.loc).div(q.scale).square();
  const halfLogTwoPi = 0.9189385332046727;
  return spread.add(shift).mul(0.5).add(q.scale.log()).add(halfLogTwoPi).sub(p.entropy());
}

/** For any numbers p, all of at least 0, that have mean and entropy. */
export function divergenceFromExponential(p: Distribution, q: Exponential): Tensor {
  return p.mean.mul(q.rate).sub(q.rate.log()).sub(p.entropy());
}

/** For any numbers p from 0 to 1 that have mean and entropy. */
export function divergenceFromContinuousBernoulli(
  p: Distribution,
  { logits }: ContinuousBernoulli,
): Tensor {
  return logSinhRatio(logits)
    .sub(logits.mul(p.mean.sub(0.5)))
    .sub(p.entropy());
}

/** For p with values that q has not, whatever the parameters. */
export function infinite(p: Distribution, q: Distribution): Tensor {
  const shape = broadcastShapes(p.batchShape, q.batchShape, "klDivergence");
  return fullLike(broadcastTo(p.mean, shape), Infinity);
}
