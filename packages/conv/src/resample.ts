import type { Taps } from "@dl/backend";
import { alias, applyOne, type Tensor } from "@dl/tensor";

/** A position along an axis, and its weight. */
export type Tap = readonly [position: number, weight: number];

/**
 * Results along `axis` as weighted sums of a few positions: out[i] = Σ weight · x[position] over the taps of row i.
 *
 * A weight of 0 leaves its position out, whatever stands there: 0 · ∞ would be NaN.
 */
export function resample(x: Tensor, axis: number, rows: readonly (readonly Tap[])[]): Tensor {
  const isSame =
    rows.length === x.shape[axis] &&
    rows.every((row, i) => row.length === 1 && row[0]![0] === i && row[0]![1] === 1);
  if (isSame) return alias(x);
  const taps = tapsOf(rows);
  const adjoint = adjointOf(taps, x.shape[axis]!);
  return applyOne("resample", [x], { axis, taps, adjoint });
}

/** What each of `size` positions gives, and to which results. */
function adjointOf({ positions, weights }: Taps, size: number): Taps {
  const empty = (): number[][] => Array.from({ length: size }, () => []);
  const [results, shares] = [empty(), empty()];
  positions.forEach((row, i) =>
    row.forEach((position, tap) => {
      results[position]!.push(i);
      shares[position]!.push(weights[i]![tap]!);
    }),
  );
  return { positions: results, weights: shares };
}

/** Taps of one position as one. */
function tapsOf(rows: readonly (readonly Tap[])[]): Taps {
  const [positions, weights]: [number[][], number[][]] = [[], []];
  for (const row of rows) {
    const [at, shares]: [number[], number[]] = [[], []];
    for (const [position, weight] of row) {
      const known = at.indexOf(position);
      if (known >= 0) shares[known]! += weight;
      else if (weight !== 0) shares[at.push(position) - 1] = weight;
    }
    positions.push(at);
    weights.push(shares);
  }
  return { positions, weights };
}
