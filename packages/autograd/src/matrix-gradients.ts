import { GradientError } from "@dl/backend";
import {
  adjugate,
  concatenate,
  det,
  diagonalMatrix,
  eye,
  inverse,
  matmul,
  matrixExp,
  matrixTranspose,
  narrow,
  select,
  solve,
  sum,
  triangularSolve,
  tril,
  triu,
  where,
  zerosLike,
  type MatrixMethodName,
  type Tensor,
} from "@dl/tensor";

/** Gradients of the inputs from that of the result, the inputs and the result. */
type MatrixGradient = (
  dy: Tensor,
  inputs: readonly Tensor[],
  result: Tensor,
) => readonly (Tensor | undefined)[];

const transpose = matrixTranspose;
const product = (...factors: readonly Tensor[]): Tensor => factors.reduce(matmul);
const symmetric = (x: Tensor): Tensor => x.add(transpose(x)).mul(0.5);
const skew = (x: Tensor): Tensor => x.sub(transpose(x));
const withoutDiagonal = (x: Tensor): Tensor => tril(x, -1).add(triu(x, 1));
const eyeLike = (x: Tensor): Tensor =>
  eye(x.shape.at(-1)!, x.shape.at(-1), { dtype: x.dtype, backend: x.backend });
/** x / divisor, with 0 / 0 = 0: what nothing depends on may be undetermined. */
const quotient = (x: Tensor, divisor: Tensor): Tensor =>
  x.div(where(x.equal(0).logicalAnd(divisor.equal(0)), 1, divisor));
/** dⱼ - dᵢ at [i, j], and 1 on the diagonal. */
const gaps = (d: Tensor): Tensor => {
  const between = d.unsqueeze(-2).sub(d.unsqueeze(-1));
  return between.add(eyeLike(between));
};

/** dX of X = A⁻¹ B, for dA = -dB Xᵀ. */
const solveGradient = (
  dx: Tensor,
  x: Tensor,
  solveTransposed: (columns: Tensor) => Tensor,
  part: (da: Tensor) => Tensor,
): readonly Tensor[] => {
  const db = solveTransposed(dx);
  return [part(product(db, transpose(x)).neg()), db];
};

/**
 * Gradients of the methods of `linearAlgebra`, in tensor operations. dA stands for the gradient of A;
 * sources stand with the functions of @dl/tensor.
 */
export const matrixGradients: { readonly [Name in MatrixMethodName]: MatrixGradient } = {
  // dA = L⁻ᵀ Φ(Lᵀ dL) L⁻¹, where Φ takes the lower triangle with half the diagonal.
  cholesky: (dl, _inputs, l) => {
    const inner = product(transpose(l), tril(dl));
    const half = tril(inner, -1).add(diagonalMatrix(inner.diagonal().mul(0.5)));
    const divide = (x: Tensor): Tensor => triangularSolve(transpose(l), x, { upper: true });
    return [symmetric(transpose(divide(transpose(divide(half)))))];
  },
  // dA = (dQ + Q (L + Lᵀ without a second diagonal)) R⁻ᵀ, L the lower triangle of R dRᵀ - dQᵀ Q.
  qr: (dy, [a], packed) => {
    const [m, n] = a!.shape.slice(-2) as [number, number];
    const [q, dq] = [packed, dy].map((x) => narrow(x, -2, 0, m)) as [Tensor, Tensor];
    const [r, dr] = [packed, dy].map((x) => transpose(narrow(x, -2, m, n))) as [Tensor, Tensor];
    const inner = product(r, transpose(triu(dr))).sub(product(transpose(dq), q));
    const mirrored = tril(inner).add(transpose(tril(inner, -1)));
    const left = dq.add(product(q, mirrored));
    return [transpose(triangularSolve(r, transpose(left), { upper: true }))];
  },
  qrComplete: () => {
    throw new GradientError(
      "qr",
      'the complete Q of a matrix with more rows than columns is not determined by it, and has no gradient. Use { mode: "reduced" }.',
    );
  },
  // dA = V (diag(dw) + Vᵀ dV / (wⱼ - wᵢ)) Vᵀ.
  eigh: (dy, [a], packed) => {
    const n = a!.shape.at(-1)!;
    const [w, dw] = [packed, dy].map((x) => select(x, -2, 0)) as [Tensor, Tensor];
    const [v, dv] = [packed, dy].map((x) => narrow(x, -2, 1, n)) as [Tensor, Tensor];
    const turned = quotient(withoutDiagonal(product(transpose(v), dv)), gaps(w));
    return [symmetric(product(v, diagonalMatrix(dw).add(turned), transpose(v)))];
  },
  // Inside the spans of U and V, E = sⱼ² - sᵢ²:
  // (skew(Uᵀ dU) / E) S + S (skew(Vᵀ dV) / E) + dS; outside, what dU and dV leave, over S.
  svd: (dy, [a], packed) => {
    const [m, n] = a!.shape.slice(-2) as [number, number];
    const k = Math.min(m, n);
    const [s, ds] = [packed, dy].map((x) => select(x, -2, 0)) as [Tensor, Tensor];
    const [u, du] = [packed, dy].map((x) => narrow(x, -2, 1, m)) as [Tensor, Tensor];
    const [v, dv] = [packed, dy].map((x) => narrow(x, -2, 1 + m, n)) as [Tensor, Tensor];
    const squaredGaps = gaps(s.square());
    const turn = (x: Tensor, dx: Tensor): Tensor =>
      quotient(skew(product(transpose(x), dx)), squaredGaps);
    const inner = turn(u, du)
      .mul(s.unsqueeze(-2))
      .add(turn(v, dv).mul(s.unsqueeze(-1)))
      .add(diagonalMatrix(ds));
    const outside = (x: Tensor, dx: Tensor): Tensor =>
      quotient(dx.sub(product(x, transpose(x), dx)), s.unsqueeze(-2));
    const within = product(u, inner, transpose(v));
    if (m > k) return [within.add(product(outside(u, du), transpose(v)))];
    return [n > k ? within.add(product(u, transpose(outside(v, dv)))) : within];
  },
  solve: (dx, [a], x) =>
    solveGradient(
      dx,
      x,
      (columns) => solve(transpose(a!), columns),
      (da) => da,
    ),
  solveLower: (dx, [a], x) =>
    solveGradient(
      dx,
      x,
      (columns) => triangularSolve(transpose(a!), columns, { upper: true }),
      tril,
    ),
  solveUpper: (dx, [a], x) =>
    solveGradient(dx, x, (columns) => triangularSolve(transpose(a!), columns), triu),
  // dA = -Pᵀ dP Pᵀ, P the inverse.
  inverse: (dp, _inputs, p) => [product(transpose(p), dp, transpose(p)).neg()],
  // The same, and what changes outside the spans of rows and columns.
  pinverse: (dp, [a], p) => {
    const [at, pt, dpt] = [a!, p, dp].map(transpose) as [Tensor, Tensor, Tensor];
    const toRows = product(dpt, p, pt);
    const toColumns = product(pt, p, dpt);
    return [
      product(pt, dp, pt)
        .neg()
        .add(toRows.sub(product(pt, at, toRows)))
        .add(toColumns.sub(product(toColumns, at, pt))),
    ];
  },
  // Jacobi's formula.
  det: (dy, [a]) => [transpose(adjugate(a!)).mul(dy)],
  slogdet: (dy, [a]) => [transpose(inverse(a!)).mul(narrow(dy, -1, 1, 1))],
  // The derivative of det(A) A⁻¹ as a product.
  adjugate: (dy, [a]) => {
    const p = transpose(inverse(a!));
    const along = sum(dy.mul(transpose(p)), [-2, -1], { keepDims: true });
    const scale = det(a!).unsqueeze(-1).unsqueeze(-1);
    return [
      p
        .mul(along)
        .sub(product(p, dy, p))
        .mul(scale),
    ];
  },
  // exp [[A, E], [0, A]] has the derivative along E in its corner (Van Loan 1978).
  matrixExp: (dy, [a]) => {
    const n = a!.shape.at(-1)!;
    const at = transpose(a!);
    const upper = concatenate([at, dy], -1);
    const lower = concatenate([zerosLike(at), at], -1);
    const block = matrixExp(concatenate([upper, lower], -2));
    return [narrow(narrow(block, -2, 0, n), -1, n, n)];
  },
};
