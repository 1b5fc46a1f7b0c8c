/** Middle value; the mean of the two middle ones where there are two. @throws {RangeError} for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between the order statistics, as NumPy's default. @throws {RangeError} for no values. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("quantile: there are no values.");
  return sortedQuantile(Float64Array.from(values).toSorted(), share);
}

function sortedQuantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}

/** @throws {RangeError} for no values. */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("geometricMean: there are no values.");
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export interface Summary {
  readonly median: number;
  readonly p05: number;
  readonly p95: number;
  readonly iqr: number;
  /** Median distance from the median. */
  readonly mad: number;
  /** 95 % bootstrap interval of the median. */
  readonly ciLo: number;
  readonly ciHi: number;
  /** Values more than 1.5 interquartile ranges outside the quartiles (Tukey 1977). */
  readonly outliers: number;
}

export function summarize(values: readonly number[]): Summary {
  const middle = median(values);
  const [low, high] = [quantile(values, 0.25), quantile(values, 0.75)];
  const iqr = high - low;
  const [ciLo, ciHi] = medianInterval(values);
  return {
    median: middle,
    p05: quantile(values, 0.05),
    p95: quantile(values, 0.95),
    iqr,
    mad: median(values.map((value) => Math.abs(value - middle))),
    ciLo,
    ciHi,
    outliers: values.filter((value) => value < low - 1.5 * iqr || value > high + 1.5 * iqr).length,
  };
}

export interface Ratio {
  readonly ratio: number;
  readonly ciLo: number;
  readonly ciHi: number;
}

/** Median of paired log-ratios with its 95 % bootstrap interval, as ratios. */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): Ratio {
  const logs = ours.map((time, i) => Math.log(time / theirs[i]!));
  const [low, high] = medianInterval(logs);
  return { ratio: Math.exp(median(logs)), ciLo: Math.exp(low), ciHi: Math.exp(high) };
}

/** Ratio of the medians of two runs that were not interleaved, a / b. */
export function unpairedRatio(a: readonly number[], b: readonly number[]): Ratio {
  const [low, high] = bootstrap((resample) => median(resample(a)) / median(resample(b)));
  return { ratio: median(a) / median(b), ciLo: low, ciHi: high };
}

/** Geometric mean over cases of the median ratio, each case given by its blocks' log-ratios. */
export function meanRatio(cases: readonly (readonly number[])[]): Ratio {
  const mean = (values: readonly number[]): number =>
    Math.exp(values.reduce((sum, value) => sum + value, 0) / values.length);
  const [ciLo, ciHi] = bootstrap((resample) => mean(cases.map((logs) => median(resample(logs)))));
  return { ratio: mean(cases.map((logs) => median(logs))), ciLo, ciHi };
}

const resamples = 2000;
const confidence = 0.95;
/** More values than these change the interval less than the bootstrap's own scatter. */
const mostResampled = 400;

function medianInterval(values: readonly number[]): [number, number] {
  return bootstrap((resample) => median(resample(values)));
}

/**
 * Percentile bootstrap of any statistic; the same numbers every time.
 *
 * Source: Efron 1979, "Bootstrap methods: another look at the jackknife".
 */
function bootstrap(
  statistic: (resample: (values: readonly number[]) => number[]) => number,
): [number, number] {
  const random = seededRandom(20_260_101);
  const resample = (values: readonly number[]): number[] => {
    const count = Math.min(values.length, mostResampled);
    const picked = new Array<number>(count);
    for (let i = 0; i < count; i++) picked[i] = values[Math.floor(random() * values.length)]!;
    return picked;
  };
  const found = Float64Array.from({ length: resamples }, () => statistic(resample)).toSorted();
  const tail = (1 - confidence) / 2;
  return [sortedQuantile(found, tail), sortedQuantile(found, 1 - tail)];
}

/** mulberry32 (Ettinger 2017): small, seeded, and good enough to pick blocks. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `unranked`: on a software GPU a ratio says nothing of the libraries. */
export type Verdict = "faster" | "slower" | "same" | "unclear" | "unranked";

/** Differences below 5 % are called the same. */
const sameWithin = 1.05;
/** Fewer pairs say nothing. */
const fewestPairs = 3;

/** Told by the whole interval, never by the point. */
export function verdictOf({ ciLo, ciHi }: Ratio, pairs: number, threshold = sameWithin): Verdict {
  if (pairs < fewestPairs) return "unclear";
  if (ciHi < 1 / threshold) return "faster";
  if (ciLo > threshold) return "slower";
  return ciLo >= 1 / threshold && ciHi <= threshold ? "same" : "unclear";
}
