import { GradientError } from "@dl/backend";
import type { HostGradient } from "../core/host-function.ts";
import type { Tensor } from "../core/tensor.ts";
import { eye } from "../ops/creation.ts";
import { matrixTranspose } from "../ops/permute.ts";
import { narrow, select } from "../ops/slice.ts";
import { diagonalMatrix, tril, triu } from "../ops/triangle.ts";
import { where } from "../ops/where.ts";
import { product } from "./matrix-product.ts";
import { solveTriangle } from "./triangular-solve.ts";

const symmetric = (x: Tensor): Tensor => x.add(matrixTranspose(x)).mul(0.5);
const skew = (x: Tensor): Tensor => x.sub(matrixTranspose(x));
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

// dA = (dQ + Q (L + Lᵀ without a second diagonal)) R⁻ᵀ, L the lower triangle of R dRᵀ - dQᵀ Q.
export const qrGradient: HostGradient = (dy, [a], packed) => {
  const [m, n] = a!.shape.slice(-2) as [number, number];
  const [q, dq] = [packed, dy].map((x) => narrow(x, -2, 0, m)) as [Tensor, Tensor];
  const [r, dr] = [packed, dy].map((x) => matrixTranspose(narrow(x, -2, m, n))) as [Tensor, Tensor];
  const inner = product(r, matrixTranspose(triu(dr))).sub(product(matrixTranspose(dq), q));
  const mirrored = tril(inner).add(matrixTranspose(tril(inner, -1)));
  const left = dq.add(product(q, mirrored));
  return [matrixTranspose(solveTriangle("upper", false, r, matrixTranspose(left)))];
};

export const qrCompleteGradient: HostGradient = () => {
  throw new GradientError(
    "qr",
    'the complete Q of a matrix with more rows than columns is not determined by it, and has no gradient. Use { mode: "reduced" }.',
  );
};

// dA = V (diag(dw) + Vᵀ dV / (wⱼ - wᵢ)) Vᵀ.
export const eighGradient: HostGradient = (dy, [a], packed) => {
  const n = a!.shape.at(-1)!;
  const [w, dw] = [packed, dy].map((x) => select(x, -2, 0)) as [Tensor, Tensor];
  const [v, dv] = [packed, dy].map((x) => narrow(x, -2, 1, n)) as [Tensor, Tensor];
  const turned = quotient(withoutDiagonal(product(matrixTranspose(v), dv)), gaps(w));
  return [symmetric(product(v, diagonalMatrix(dw).add(turned), matrixTranspose(v)))];
};

// Inside the spans of U and V, E = sⱼ² - sᵢ²:
// (skew(Uᵀ dU) / E) S + S (skew(Vᵀ dV) / E) + dS; outside, what dU and dV leave, over S.
export const svdGradient: HostGradient = (dy, [a], packed) => {
  const [m, n] = a!.shape.slice(-2) as [number, number];
  const k = Math.min(m, n);
  const [s, ds] = [packed, dy].map((x) => select(x, -2, 0)) as [Tensor, Tensor];
  const [u, du] = [packed, dy].map((x) => narrow(x, -2, 1, m)) as [Tensor, Tensor];
  const [v, dv] = [packed, dy].map((x) => narrow(x, -2, 1 + m, n)) as [Tensor, Tensor];
  const squaredGaps = gaps(s.square());
  const turn = (x: Tensor, dx: Tensor): Tensor =>
    quotient(skew(product(matrixTranspose(x), dx)), squaredGaps);
  const inner = turn(u, du)
    .mul(s.unsqueeze(-2))
    .add(turn(v, dv).mul(s.unsqueeze(-1)))
    .add(diagonalMatrix(ds));
  const outside = (x: Tensor, dx: Tensor): Tensor =>
    quotient(dx.sub(product(x, matrixTranspose(x), dx)), s.unsqueeze(-2));
  const within = product(u, inner, matrixTranspose(v));
  if (m > k) return [within.add(product(outside(u, du), matrixTranspose(v)))];
  return [n > k ? within.add(product(u, matrixTranspose(outside(v, dv)))) : within];
};
