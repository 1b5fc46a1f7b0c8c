import { ArgumentError, scalar, type Scalar } from "@dl/backend";
import { fusedMap, type Tensor } from "@dl/tensor";

function movingAverages(
  runningMean: Scalar,
  runningVariance: Scalar,
  mean: Scalar,
  variance: Scalar,
  momentum: Scalar,
  unbiasing: Scalar, // n / (n − 1)
): Scalar[] {
  const { add, mul, sub } = scalar;
  const towards = (from: Scalar, to: Scalar): Scalar => add(from, mul(momentum, sub(to, from)));
  return [towards(runningMean, mean), towards(runningVariance, mul(unbiasing, variance))];
}

/** Averages over batches that a layer keeps for evaluation, one of each per channel. */
export interface RunningStatistics {
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
}

/**
 * Moves running statistics towards a batch's; its variance is the biased one over `count` numbers.
 *
 * Shape: mean, variance [channels].
 */
export function followBatch(
  { runningMean, runningVariance }: RunningStatistics,
  mean: Tensor,
  variance: Tensor,
  momentum: number,
  count: number,
): void {
  const [nextMean, nextVariance] = fusedMap(movingAverages, [
    runningMean,
    runningVariance,
    mean,
    variance,
    momentum,
    count / (count - 1),
  ]);
  runningMean.assign(nextMean!);
  runningVariance.assign(nextVariance!);
}

/** @throws {ArgumentError} unless momentum is between 0 and 1. */
export function checkMomentum(op: string, momentum: number): void {
  if (!(momentum >= 0 && momentum <= 1))
    throw new ArgumentError(op, `momentum must be between 0 and 1: received ${momentum}.`, {
      expected: "[0, 1]",
      received: momentum,
    });
}
