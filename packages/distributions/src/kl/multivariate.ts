import { matmul, matrixTranspose, triangularSolve, tril, type Tensor } from "@dl/tensor";
import { LowRankMultivariateNormal } from "../multivariate/low-rank-multivariate-normal.ts";
import { logDeterminant, squaredDistance } from "../multivariate/mahalanobis.ts";
import { MultivariateNormal } from "../multivariate/multivariate-normal.ts";
import { closedForm, type ClosedForm } from "./closed-form.ts";

// ½ (tr(Σq⁻¹ Σp) + dᵀ Σq⁻¹ d - n) + ½ ln det Σq - ½ ln det Σp, d the difference of the means.

const squareSum = (matrix: Tensor): Tensor => matrix.square().sum([-2, -1]);

/** Of half the logarithms of the two determinants, the trace, the distance of the means and the length. */
const divergence = (
  [logP, logQ]: readonly [Tensor, Tensor],
  trace: Tensor,
  distance: Tensor,
  { loc }: { readonly loc: Tensor },
): Tensor => trace.add(distance).sub(loc.shape.at(-1)!).mul(0.5).add(logQ.sub(logP));

/** chol(C)⁻¹ Wᵀ D⁻¹: Σ⁻¹ is D⁻¹ less this transposed times this. */
const removedBy = (q: LowRankMultivariateNormal): Tensor =>
  triangularSolve(q.capacitanceTril, matrixTranspose(q.covFactor).div(q.covDiag.unsqueeze(-2)));

/** tr(Σq⁻¹ F Fᵀ). */
const traceUnder = (q: LowRankMultivariateNormal, factor: Tensor): Tensor =>
  squareSum(factor.div(q.covDiag.sqrt().unsqueeze(-1))).sub(
    squareSum(matmul(removedBy(q), factor)),
  );

/** Full and low-rank normals of vectors. Source: torch.distributions.kl (the arrangement for low rank). */
export const multivariateForms: readonly ClosedForm[] = [
  closedForm(MultivariateNormal, MultivariateNormal, (p, q) => {
    const relative = triangularSolve(q.scaleTril, tril(p.scaleTril));
    const logs = [logDeterminant(p.scaleTril), logDeterminant(q.scaleTril)] as const;
    const distance = squaredDistance(q.scaleTril, q.loc.sub(p.loc));
    return divergence(logs, squareSum(relative), distance, p);
  }),
  closedForm(MultivariateNormal, LowRankMultivariateNormal, (p, q) => {
    const logs = [logDeterminant(p.scaleTril), q.logDeterminantOfScale] as const;
    const trace = traceUnder(q, tril(p.scaleTril));
    return divergence(logs, trace, q.squaredDistance(q.loc.sub(p.loc)), p);
  }),
  closedForm(LowRankMultivariateNormal, MultivariateNormal, (p, q) => {
    const logs = [p.logDeterminantOfScale, logDeterminant(q.scaleTril)] as const;
    const along = squareSum(triangularSolve(q.scaleTril, p.covFactor));
    const own = p.covDiag.mul(q.precisionMatrix.diagonal()).sum(-1);
    const distance = squaredDistance(q.scaleTril, q.loc.sub(p.loc));
    return divergence(logs, along.add(own), distance, p);
  }),
  closedForm(LowRankMultivariateNormal, LowRankMultivariateNormal, (p, q) => {
    const logs = [p.logDeterminantOfScale, q.logDeterminantOfScale] as const;
    const own = p.covDiag.div(q.covDiag).sum(-1);
    const removed = removedBy(q).square().mul(p.covDiag.unsqueeze(-2)).sum([-2, -1]);
    const trace = traceUnder(q, p.covFactor).add(own).sub(removed);
    return divergence(logs, trace, q.squaredDistance(q.loc.sub(p.loc)), p);
  }),
];
