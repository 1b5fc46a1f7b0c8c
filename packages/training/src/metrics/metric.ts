import type { Tensor } from "@dl/tensor";

/**
 * A figure over all batches of a pass, such as the share of right answers.
 *
 * `update` computes on the device and reads nothing; `value` reads.
 */
export interface Metric<Value = number> {
  /** Counts one more batch. */
  update(outputs: Tensor, targets: Tensor): void;
  /** The figure over everything counted since the start or the last `reset`. */
  value(): Promise<Value>;
  /** Forgets what was counted. */
  reset(): void;
  /** What was counted so far, to continue from later. */
  stateDict(): TotalState;
  /** Takes back what `stateDict` gave. */
  loadStateDict(state: TotalState): void;
}

/** Metrics by the names they get in a report. */
export type Metrics = Readonly<Record<string, Metric<unknown>>>;

/** The figures of {@link Metrics}. */
export type MetricValues<M extends Metrics> = {
  readonly [Name in keyof M]: M[Name] extends Metric<infer Value> ? Value : never;
};

/** A sum on the device and how much it is the sum of. */
export interface TotalState {
  /** `undefined` before the first batch. */
  readonly sum: Tensor | undefined;
  readonly count: number;
}

/** Resets every metric. */
export function resetMetrics(metrics: Metrics): void {
  for (const metric of Object.values(metrics)) metric.reset();
}

/** Counts one more batch in every metric. */
export function updateMetrics(metrics: Metrics, outputs: Tensor, targets: Tensor): void {
  for (const metric of Object.values(metrics)) metric.update(outputs, targets);
}

/** Reads every metric. */
export async function readMetrics<M extends Metrics>(metrics: M): Promise<MetricValues<M>> {
  const values = await Promise.all(
    Object.entries(metrics).map(async ([name, metric]) => [name, await metric.value()] as const),
  );
  return Object.fromEntries(values) as MetricValues<M>;
}

/** What every metric counted so far. */
export function metricStates(metrics: Metrics): Record<string, TotalState> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, metric]) => [name, metric.stateDict()]),
  );
}

/** Continues every metric from {@link metricStates}. */
export function loadMetricStates(
  metrics: Metrics,
  states: Readonly<Record<string, TotalState>>,
): void {
  for (const [name, metric] of Object.entries(metrics)) metric.loadStateDict(states[name]!);
}
