import { noGrad } from "@dl/autograd";
import { checkOptions } from "@dl/backend";
import { checkCount } from "@dl/nn";
import { concatenate, onesLike, where, zeros, type Tensor } from "@dl/tensor";

/** How numbers are spread. */
export interface Histogram {
  /** Least and greatest finite number; 0 where there is none. */
  readonly min: number;
  readonly max: number;
  /** Of the finite numbers. */
  readonly mean: number;
  readonly variance: number;
  /** All numbers, those that are not finite included. */
  readonly elementCount: number;
  /** NaN and infinities. */
  readonly nonFinite: number;
  /** How many lie in each of the equal steps from min to max; the last one has max itself. */
  readonly counts: readonly number[];
}

/** Number of bins of {@link histograms}. */
export interface HistogramOptions {
  /** Steps from min to max. Default 32. */
  readonly bins?: number;
}

/**
 * A histogram of every tensor, computed where they are; two reads for all of them together.
 *
 * Shape: tensors of any shapes, on one backend.
 *
 * @throws {ArgumentError} unless the bins are a whole number of at least 1.
 * @example
 * const found = await histograms(new Map([["x", tensor([0, 1, 1, 4])]]), { bins: 4 });
 * found.get("x").counts; // => [1, 2, 0, 1]
 */
export async function histograms(
  tensors: ReadonlyMap<string, Tensor>,
  options: HistogramOptions = {},
): Promise<Map<string, Histogram>> {
  const { bins = 32 } = checkOptions("histograms", options, { bins: "number" });
  checkCount("histograms", "bins", bins);
  const named = [...tensors].filter(([, x]) => x.elementCount > 0);
  if (named.length === 0) return new Map();
  const parts = noGrad(() => named.map(([, x]) => histogramOf(x, bins)));
  const [figures, counts] = await Promise.all([
    noGrad(() => concatenate(parts.map((part) => part.figures))).data(),
    noGrad(() => concatenate(parts.map((part) => part.counts))).data(),
  ]);
  return new Map(
    named.map(([name, { elementCount }], i) => {
      const [min, max, mean, variance] = figures.slice(4 * i, 4 * i + 4);
      const all = Array.from(counts.slice(i * (bins + 1), (i + 1) * (bins + 1)));
      const nonFinite = all.pop()!;
      const figure = { min: min!, max: max!, mean: mean!, variance: variance! };
      return [name, { ...figure, elementCount, nonFinite, counts: all }];
    }),
  );
}

/** [min, max, mean, variance], and [bins + 1] counts, the last of what is not finite. */
function histogramOf(tensor: Tensor, bins: number): { figures: Tensor; counts: Tensor } {
  const x = tensor.detach().cast("float32").flatten();
  const isFinite = x.isFinite();
  const finite = x.maskedFill(isFinite.logicalNot(), 0);
  const count = isFinite.cast("float32").sum();
  const divisor = count.maximum(1);
  const mean = finite.sum().div(divisor);
  const deviations = finite.sub(mean).maskedFill(isFinite.logicalNot(), 0);
  const variance = deviations.square().sum().div(divisor);
  const isAny = count.greater(0);
  // Where numbers are left out, another finite one stands for them: the mean lies between.
  const filled = where(isFinite, x, mean);
  const min = where(isAny, filled.amin(), 0);
  const max = where(isAny, filled.amax(), 0);
  const perBin = where(max.greater(min), max.sub(min).reciprocal().mul(bins), 0);
  const position = finite
    .sub(min)
    .mul(perBin)
    .floor()
    .clamp(0, bins - 1);
  const bin = position.maskedFill(isFinite.logicalNot(), bins).cast("int32");
  const none = zeros([bins + 1], { dtype: "int32", backend: x.backend });
  return {
    figures: concatenate([min, max, mean, variance].map((figure) => figure.reshape([1]))),
    counts: none.indexAdd(0, bin, onesLike(bin)),
  };
}
