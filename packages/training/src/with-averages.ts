import type { WeightAverage } from "@dl/optim";

/** Runs `turn` with the averages in the weights' place. */
export function withAverages<Result>(
  averages: readonly WeightAverage[],
  turn: () => Result,
): Result {
  const applied: WeightAverage[] = [];
  try {
    for (const average of averages) {
      average.apply();
      applied.push(average);
    }
    return turn();
  } finally {
    for (const average of applied) average.restore();
  }
}
