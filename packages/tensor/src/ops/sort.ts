import { checkOptions, checkWhole, normalizeAxis, type OptionKinds } from "@dl/backend";
import { applyOne, applyPrimitive } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkTensor } from "./check-operands.ts";
import { cast } from "./pointwise.ts";
import type { ValuesAndIndices } from "./reduce-positions.ts";
import { asNumbers } from "./reduce.ts";
import { asScalars, asVector } from "./scalar-axis.ts";

/** The direction of {@link sort}. */
export interface SortOptions {
  /** Largest first. Default false. */
  readonly descending?: boolean;
}

const sortKinds: OptionKinds<SortOptions> = { descending: "boolean" };

/**
 * Elements in order along an axis, with the int32 positions they came from. Equal elements keep
 * their order; NaN counts as the largest.
 *
 * @throws {AxisError} if the axis is out of range.
 * @example
 * await sort(tensor([3, 1, 2])).values.toArray(); // => [1, 2, 3]
 */
export function sort(x: Tensor, axis = -1, options: SortOptions = {}): ValuesAndIndices {
  checkOptions("sort", options, sortKinds);
  return sorted("sort", x, axis, options.descending === true);
}

/**
 * The positions that {@link sort} gives.
 *
 * @example
 * await argsort(tensor([3, 1, 2])).toArray(); // => [1, 2, 0]
 */
export function argsort(x: Tensor, axis = -1, options: SortOptions = {}): Tensor {
  checkOptions("argsort", options, sortKinds);
  return sorted("argsort", x, axis, options.descending === true).indices;
}

/** Which end {@link topk} takes. */
export interface TopkOptions {
  /** False for the smallest elements. Default true. */
  readonly largest?: boolean;
}

/**
 * The k largest elements along an axis, largest first, with their int32 positions.
 *
 * @throws {ArgumentError} if k is not a whole number from 0 to the size of the axis.
 * @example
 * await topk(tensor([3, 1, 2]), 2).values.toArray(); // => [3, 2]
 */
export function topk(x: Tensor, k: number, axis = -1, options: TopkOptions = {}): ValuesAndIndices {
  checkTensor("topk", x);
  checkOptions("topk", options, { largest: "boolean" });
  if (x.ndim === 0 && k === 1) return sorted("topk", x, axis, false);
  const along = normalizeAxis(axis, x.ndim, "topk");
  const size = x.shape[along]!;
  checkWhole("topk", "k", k, 0, size, ` from 0 to ${size}, the size of axis ${axis}`);
  const { values, indices } = sorted("topk", x, axis, options.largest !== false);
  const first = (from: Tensor): Tensor =>
    applyOne("slice", [from], {
      starts: x.shape.map(() => 0),
      sizes: x.shape.map((full, i) => (i === along ? k : full)),
      steps: x.shape.map(() => 1),
    });
  return { values: first(values), indices: first(indices) };
}

function sorted(op: string, x: Tensor, axis: number, descending: boolean): ValuesAndIndices {
  checkTensor(op, x);
  const vector = asVector(asNumbers(x));
  const along = normalizeAxis(axis, vector.ndim, op);
  const [values, indices] = applyPrimitive("sort", [vector], { axis: along, descending });
  return asScalars({ values: cast(values!, x.dtype), indices: indices! }, x);
}
