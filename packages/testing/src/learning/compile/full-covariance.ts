import {
  cholesky,
  det,
  eigh,
  eye,
  inverse,
  logdet,
  matrixExp,
  qr,
  solve,
  svd,
  triangularSolve,
  tril,
  type Tensor,
} from "@dl/tensor";

type Loss = (outputs: Tensor, targets: Tensor) => Tensor;

/** Mean [batch, 3] and a lower triangle [batch, 3, 3] with a diagonal above 0. */
function triangleOf(outputs: Tensor): { mean: Tensor; factor: Tensor } {
  const flat = outputs.narrow(1, 3, 9).reshape([-1, 3, 3]);
  const diagonal = flat.exp().mul(eye(3));
  return { mean: outputs.narrow(1, 0, 3), factor: tril(flat, -1).add(diagonal) };
}

const covarianceOf = (factor: Tensor): Tensor =>
  factor.matmul(factor.matrixTranspose()).add(eye(3).mul(0.1));

/** Negative logarithms of normal densities, up to constants, in as many ways as there are; of all kinds of linear algebra. */
export const fullCovarianceSteps: Readonly<Record<string, () => Loss>> = {
  triangularSolve: () => (outputs, targets) => {
    const { mean, factor } = triangleOf(outputs);
    const whitened = triangularSolve(factor, targets.sub(mean).unsqueeze(-1)).squeeze([-1]);
    const logDiagonal = factor.diagonal().log().sum(-1);
    return whitened.square().sum(-1).mul(0.5).add(logDiagonal).mean();
  },
  "cholesky and an upper triangle": () => (outputs, targets) => {
    const { mean, factor } = triangleOf(outputs);
    const upper = cholesky(covarianceOf(factor)).matrixTranspose();
    const x = triangularSolve(upper, targets.sub(mean).unsqueeze(-1), { upper: true });
    return x.square().sum().add(upper.diagonal().log().sum());
  },
  "solve and logdet": () => (outputs, targets) => {
    const { mean, factor } = triangleOf(outputs);
    const covariance = covarianceOf(factor);
    const difference = targets.sub(mean).unsqueeze(-1);
    const distance = solve(covariance, difference).mul(difference).sum([1, 2]);
    return distance.add(logdet(covariance)).mean().mul(0.5);
  },
  "inverse and det": () => (outputs, targets) => {
    const { mean, factor } = triangleOf(outputs);
    const covariance = covarianceOf(factor);
    const difference = targets.sub(mean).unsqueeze(-1);
    return inverse(covariance)
      .matmul(difference)
      .mul(difference)
      .sum([1, 2])
      .add(det(covariance).log())
      .mean();
  },
  "eigh, svd, qr and matrixExp": () => (outputs, targets) => {
    const { mean, factor } = triangleOf(outputs);
    const { values, vectors } = eigh(covarianceOf(factor));
    const turned = vectors.matrixTranspose().matmul(targets.sub(mean).unsqueeze(-1)).squeeze([-1]);
    const others = svd(factor).values.sum().add(qr(factor).r.diagonal().abs().sum());
    return turned
      .square()
      .div(values)
      .sum()
      .add(values.log().sum())
      .add(others)
      .add(matrixExp(factor.mul(0.1)).sum());
  },
};
