import { tensor, where, type Tensor } from "@dl/tensor";

/** Where one result along an axis comes from: positions and their weights, as many for each result. */
export interface Taps {
  readonly positions: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
}

/** Results along `axis` as weighted sums of a few positions: out[i] = Σ weights[i][t] · x[positions[i][t]]. */
export function resample(x: Tensor, axis: number, { positions, weights }: Taps): Tensor {
  const picked = gatherTaps(x, axis, positions);
  const count = positions[0]!.length;
  if (count === 1 && weights.every(([weight]) => weight === 1)) return picked;
  const { dtype, backend } = x;
  const shape = [positions.length, count, ...x.shape.slice(axis + 1).map(() => 1)];
  const factors = tensor(weights.flat(), { shape, dtype, backend });
  const terms = picked.unflatten(axis, [positions.length, count]).mul(factors);
  // A weight of 0 leaves its position out, whatever stands there: 0 · ∞ would be NaN.
  const hasZeros = weights.some((row) => row.includes(0));
  return (hasZeros ? where(factors.equal(0), 0, terms) : terms).sum(axis + 1);
}

/** The positions of every result one after the other along `axis`. */
export function gatherTaps(
  x: Tensor,
  axis: number,
  positions: readonly (readonly number[])[],
): Tensor {
  return x.indexSelect(axis, positions.flat());
}
