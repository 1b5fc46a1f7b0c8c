import * as dl from "@dl/tensor";
import type { Tensor } from "@dl/tensor";
import type { OpResult } from "../op-samples/record.ts";

type Call = (inputs: readonly Tensor[], parameters: never) => OpResult;

const identityLike = (x: Tensor): Tensor =>
  dl.eye(x.shape.at(-1)!, x.shape.at(-1), { dtype: x.dtype, backend: x.backend });

/** As in scripts/make-fixtures.py: matrices far from singular. */
const regular = (x: Tensor): Tensor => {
  const { dtype, backend, shape } = x;
  return x.div(4).add(identityLike(x).mul(dl.arange(shape.at(-1)!, { dtype, backend }).add(2)));
};
const positive = (x: Tensor): Tensor => x.matmul(x.matrixTranspose()).add(identityLike(x));

/** How a fixture's linear algebra is called here; vectors are squared, since their sign is free. */
export const linearAlgebraCalls: Readonly<Record<string, Call>> = {
  cholesky: ([x]) => dl.cholesky(positive(x!)),
  qr: ([x]) => ({ ...dl.qr(x!) }),
  eigh: ([x]) => {
    const { values, vectors } = dl.eigh(positive(x!));
    return [values, vectors.square()];
  },
  svd: ([x]) => {
    const { u, values, vt } = dl.svd(x!);
    return [u.square(), values, vt.square()];
  },
  inverse: ([x]) => dl.inverse(regular(x!)),
  pinverse: ([x]) => dl.pinverse(x!),
  det: ([x]) => dl.det(regular(x!)),
  slogdet: ([x]) => ({ ...dl.slogdet(regular(x!)) }),
  logdet: ([x]) => dl.logdet(positive(x!)),
  matrixExp: ([x]) => dl.matrixExp(x!),
  matrixPower: ([x], { exponent }: { exponent: number }) => dl.matrixPower(regular(x!), exponent),
  matrixRank: ([x]) => dl.matrixRank(x!.matmul(x!.matrixTranspose())),
  solve: ([a, b]) => dl.solve(regular(a!), b!),
  triangularSolve: ([a, b], options: dl.TriangularSolveOptions) =>
    dl.triangularSolve(regular(a!), b!, options),
  lstsq: ([a, b]) => dl.lstsq(a!, b!),
  cross: ([a, b]) => dl.cross(a!, b!),
  kron: ([a, b]) => dl.kron(a!, b!),
};
