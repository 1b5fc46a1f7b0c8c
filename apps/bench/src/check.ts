import type { Backend } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import type { BenchCase, Values } from "./cases/bench-case.ts";

export interface CheckResult {
  readonly ok: boolean;
  /** Largest difference, and the same as a share of the largest number of its tensor. */
  readonly maxAbs: number;
  readonly maxRel: number;
}

/** float32 work of a few thousand terms; a wrong formula is off by far more. */
const tolerance = 1e-3;
/** Below this share of the largest number of all results a tensor is rounding noise: exact zeros. */
const noise = 1e-4;

/** One step on `backend` in float32 beside the same step in float64 by plain loops. */
export async function checkCase(bench: BenchCase, backend: Backend): Promise<CheckResult> {
  const params = { ...bench.params, ...bench.checkParams };
  const oracle = reference();
  try {
    const [ours, theirs] = [
      bench.build({ backend, dtype: "float32" }, params),
      bench.build({ backend: oracle, dtype: "float64" }, params),
    ];
    await ours.step();
    await theirs.step();
    return compareResults(await ours.results(), await theirs.results());
  } finally {
    await oracle.dispose();
  }
}

export function compareResults(
  received: readonly Values[],
  expected: readonly Values[],
): CheckResult {
  const largest = Math.max(...expected.map(largestOf));
  let [maxAbs, maxRel] = [0, 0];
  if (received.length !== expected.length) return { ok: false, maxAbs: Infinity, maxRel: Infinity };
  expected.forEach((values, i) => {
    const difference = largestDifference(received[i]!, values);
    maxAbs = Math.max(maxAbs, difference);
    maxRel = Math.max(maxRel, difference / Math.max(largestOf(values), noise * largest));
  });
  // NaN compares false: a result that is no number is wrong.
  return { ok: maxRel <= tolerance, maxAbs, maxRel };
}

function largestOf(values: Values): number {
  let largest = Number.MIN_VALUE;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}

function largestDifference(received: Values, expected: Values): number {
  if (received.length !== expected.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < expected.length; i++)
    largest = Math.max(largest, Math.abs(received[i]! - expected[i]!));
  return largest;
}
