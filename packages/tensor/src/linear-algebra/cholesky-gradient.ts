import type { HostGradient } from "../core/host-function.ts";
import type { Tensor } from "../core/tensor.ts";
import { matrixTranspose } from "../ops/permute.ts";
import { diagonalMatrix, tril } from "../ops/triangle.ts";
import { onMatrices } from "./check-matrices.ts";
import { countOf, likeFirst, type MatrixMethod } from "./matrix-method.ts";
import { product } from "./matrix-product.ts";
import { solveTriangle } from "./triangular-solve.ts";

/**
 * dA = sym(Y), Y = L⁻ᵀ Φ(Lᵀ dL) L⁻¹, where Φ takes the lower triangle with half the diagonal.
 *
 * Source: Murray 2016, arXiv:1602.07527.
 */
export const choleskyGradient: HostGradient = (dl, _inputs, l) => [
  onMatrices(choleskyAdjointMethod, choleskyAdjointGradient, [l, dl]),
];

/** Of a matrix that begins at `start`; `y` has room for one. */
function choleskyAdjointAt(
  l: Float64Array,
  dl: Float64Array,
  da: Float64Array,
  start: number,
  n: number,
  y: Float64Array,
): void {
  // Φ(Lᵀ dL), then L⁻ᵀ from the left: the rows of L from the last on are those that count.
  for (let i = n - 1; i >= 0; i--) {
    const pivot = l[start + i * (n + 1)]!;
    for (let j = 0; j < n; j++) {
      let rest = 0;
      if (j <= i)
        for (let k = i; k < n; k++) rest += l[start + k * n + i]! * dl[start + k * n + j]!;
      if (j === i) rest /= 2;
      for (let k = i + 1; k < n; k++) rest -= l[start + k * n + i]! * y[k * n + j]!;
      y[i * n + j] = rest / pivot;
    }
  }
  // L⁻¹ from the right.
  for (let j = n - 1; j >= 0; j--) {
    const pivot = l[start + j * (n + 1)]!;
    for (let i = 0; i < n; i++) {
      let rest = y[i * n + j]!;
      for (let k = j + 1; k < n; k++) rest -= y[i * n + k]! * l[start + k * n + j]!;
      y[i * n + j] = rest / pivot;
    }
  }
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) da[start + i * n + j] = 0.5 * y[i * n + j]! + 0.5 * y[j * n + i]!;
}

const choleskyAdjointMethod: MatrixMethod = {
  name: "choleskyAdjoint",
  isStackable: true,
  resultSize: likeFirst,
  compute: ([l, dl], da, { shapes }) => {
    const n = shapes[0]!.at(-1)!;
    const y = new Float64Array(n * n);
    for (let m = 0; m < countOf(shapes); m++) choleskyAdjointAt(l!, dl!, da, m * n * n, n, y);
  },
};

// With D = sym(d), P = L⁻¹ D and S = Φ(P L⁻ᵀ): of dL the lower triangle of L S, of L that of
// dL Sᵀ - 2 dA Pᵀ.
const choleskyAdjointGradient: HostGradient = (d, [l, dl], da) => {
  const symmetric = d.add(matrixTranspose(d)).mul(0.5);
  const p = solveTriangle("lower", false, l!, symmetric);
  const s = halved(solveTriangle("lower", false, l!, matrixTranspose(p)));
  const direct = product(tril(dl!), matrixTranspose(s));
  return [tril(direct.sub(product(da, matrixTranspose(p)).mul(2))), tril(product(l!, s))];
};

const halved = (x: Tensor): Tensor => tril(x, -1).add(diagonalMatrix(x.diagonal().mul(0.5)));
