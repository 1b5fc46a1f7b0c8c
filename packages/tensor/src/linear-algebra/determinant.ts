import type { HostGradient } from "../core/host-function.ts";
import type { Tensor } from "../core/tensor.ts";
import { matrixTranspose } from "../ops/permute.ts";
import { narrow, select } from "../ops/slice.ts";
import { trace } from "../ops/triangle.ts";
import { flatten, squeeze } from "../ops/views.ts";
import { checkSquare, onMatrices } from "./check-matrices.ts";
import { product } from "./matrix-product.ts";
import { adjugateAdjointMethod, adjugateMethod } from "./matrix-methods.ts";
import { inverse } from "./solve.ts";
import { detMethod, slogdetMethod } from "./system-methods.ts";

/**
 * Determinants.
 *
 * Large matrices overflow; see {@link slogdet}. First and second derivatives exist at singular
 * matrices too, third ones need an inverse. On the host in float64.
 *
 * Shape: [..., n, n] → [...].
 * @throws {ShapeError} if the matrices are not square.
 * @example
 * await det(tensor([[1, 2], [3, 4]])).item(); // => -2
 */
export function det(x: Tensor): Tensor {
  checkSquare("det", x);
  return squeeze(onMatrices(detMethod, detGradient, [x]), [-2, -1]);
}

/**
 * The transposed matrices of cofactors: det(A) A⁻¹, also where A has no inverse. The gradient of
 * {@link det} is its transpose.
 *
 * By singular values, on the host in float64. The second derivative needs an inverse.
 *
 * Shape: [..., n, n] → the same.
 * @throws {ShapeError} if the matrices are not square.
 * @example
 * await adjugate(tensor([[0, 0], [0, 3]])).toArray(); // => [[3, 0], [0, 0]]
 */
export function adjugate(x: Tensor): Tensor {
  checkSquare("adjugate", x);
  return onMatrices(adjugateMethod, adjugateGradient, [x]);
}

/** What {@link slogdet} gives. */
export interface SignAndLog {
  /** 1, -1, or 0 for a singular matrix. */
  readonly sign: Tensor;
  /** log |det A|; -Infinity for a singular matrix. */
  readonly logAbs: Tensor;
}

/**
 * The sign of each determinant and the logarithm of its magnitude, which does not overflow.
 *
 * On the host in float64. The gradient needs an inverse.
 *
 * Shape: [..., n, n] → sign [...], logAbs [...].
 * @throws {ShapeError} if the matrices are not square.
 * @example
 * const { sign, logAbs } = slogdet(tensor([[0, 1], [1, 0]]));
 * await sign.item(); // => -1
 * await logAbs.item(); // => 0
 */
export function slogdet(x: Tensor): SignAndLog {
  checkSquare("slogdet", x);
  const packed = flatten(onMatrices(slogdetMethod, slogdetGradient, [x]), -2);
  return { sign: select(packed, -1, 0), logAbs: select(packed, -1, 1) };
}

/**
 * log det A: NaN where the determinant is below 0, -Infinity where it is 0.
 *
 * On the host in float64. The gradient needs an inverse.
 *
 * Shape: [..., n, n] → [...].
 * @throws {ShapeError} if the matrices are not square.
 * @example
 * await logdet(tensor([[1, 0], [0, 1]])).item(); // => 0
 */
export function logdet(x: Tensor): Tensor {
  checkSquare("logdet", x);
  const { sign, logAbs } = slogdet(x);
  return logAbs.add(sign.log());
}

// Jacobi's formula.
const detGradient: HostGradient = (dy, [a]) => [matrixTranspose(adjugate(a!)).mul(dy)];

const slogdetGradient: HostGradient = (dy, [a]) => [
  matrixTranspose(inverse(a!)).mul(narrow(dy, -1, 1, 1)),
];

const adjugateGradient: HostGradient = (dy, [a]) => [
  onMatrices(adjugateAdjointMethod, adjugateAdjointGradient, [a!, dy]),
];

// Of ⟨dG, adjoint(A, C)⟩: in C the adjoint of Aᵀ; in A, where A has an inverse X, with K = Cᵀ,
// det(A) ((tr GX tr KX - tr GXKX) X + X (GXKX + KXGX - tr(KX) GX - tr(GX) KX))ᵀ.
const adjugateAdjointGradient: HostGradient = (g, [a, c]) => {
  const x = inverse(a!);
  const [gx, kx] = [product(g, x), product(matrixTranspose(c!), x)];
  const [both, reversed] = [product(gx, kx), product(kx, gx)];
  const [traceG, traceK, traceBoth] = [gx, kx, both].map(traces) as [Tensor, Tensor, Tensor];
  const inner = both.add(reversed).sub(gx.mul(traceK)).sub(kx.mul(traceG));
  const along = x.mul(traceG.mul(traceK).sub(traceBoth));
  const scale = det(a!).unsqueeze(-1).unsqueeze(-1);
  return [
    matrixTranspose(along.add(product(x, inner)).mul(scale)),
    onMatrices(adjugateAdjointMethod, adjugateAdjointGradient, [matrixTranspose(a!), g]),
  ];
};

/** Of every matrix, as matrices of one element. */
const traces = (x: Tensor): Tensor => trace(x).unsqueeze(-1).unsqueeze(-1);
