import {
  ArgumentError,
  AxisError,
  checkList,
  formatShape,
  normalizeAxes,
  normalizeAxis,
} from "@dl/backend";
import { alias } from "../core/alias.ts";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkTensor, positionFromFront } from "./check-operands.ts";
import { concatenate } from "./join.ts";
import { reshape } from "./views.ts";

/** An end of a range; `null` is the axis's own end. */
export type RangeEnd = number | null | undefined;

/**
 * What is taken along one axis: a position (drops the axis), `[start, stop]` or
 * `[start, stop, step]`, `null` for all of it, or `"..."` for all axes not named.
 */
export type SliceRange = AxisRange | "...";

type AxisRange =
  | number
  | null
  | undefined
  | readonly [start: RangeEnd, stop?: RangeEnd, step?: number | null];

/**
 * A part of each axis, as NumPy's `x[...]`: no element is moved.
 *
 * Positions from -size count from the end. Ranges are cut at the ends and may be empty; `stop` is
 * left out. A negative step walks backwards. Axes not named are taken whole.
 *
 * Shape: one axis for each that is not given as a position.
 * @throws {AxisError} if there are more ranges than axes.
 * @throws {ArgumentError} if a position lies outside its axis or a step is 0.
 * @example
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * await slice(x, [0]).toArray(); // => [1, 2, 3]
 * await slice(x, [null, [1, 3]]).toArray(); // => [[2, 3], [5, 6]]
 * await slice(x, ["...", [null, null, -1]]).toArray(); // => [[3, 2, 1], [6, 5, 4]]
 */
export function slice(x: Tensor, ranges: readonly SliceRange[]): Tensor {
  checkTensor("slice", x);
  const cuts = new Map<number, Cut>();
  const kept: number[] = [];
  checkList("slice", ranges, "the ranges", "one per axis");
  spreadRest(x, ranges).forEach((range, axis) => {
    const size = x.shape[axis]!;
    const cut =
      typeof range === "number" ? cutPosition(range, axis, x) : cutRange(range ?? [null], size);
    cuts.set(axis, cut);
    if (typeof range !== "number") kept.push(cut.count);
  });
  return reshape(takeRanges(x, cuts), kept);
}

/** One range per axis. */
function spreadRest(x: Tensor, ranges: readonly SliceRange[]): AxisRange[] {
  const named = ranges.filter((range) => range !== "...");
  if (named.length > x.ndim || ranges.length > named.length + 1)
    throw new AxisError(
      "slice",
      `${named.length} ranges for a tensor of shape ${formatShape(x.shape)}. Give at most one per axis, and "..." once.`,
      { expected: x.ndim, received: ranges },
    );
  const rest = ranges.indexOf("...");
  const whole = new Array<AxisRange>(x.ndim - named.length).fill(null);
  return named.toSpliced(rest < 0 ? named.length : rest, 0, ...whole);
}

interface Cut {
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

function cutPosition(position: number, axis: number, x: Tensor): Cut {
  return { start: positionFromFront("slice", "position", position, axis, x), count: 1, step: 1 };
}

function cutRange(range: readonly [RangeEnd, RangeEnd?, (number | null)?], size: number): Cut {
  checkList("slice", range, "a range", "start, stop and step");
  const [from, to, by] = range;
  const step = by ?? 1;
  for (const part of [from, to, step])
    if (part !== null && part !== undefined && (!Number.isInteger(part) || step === 0))
      throw new ArgumentError(
        "slice",
        `a range needs whole numbers and a step other than 0: received [${[from, to, by].map((end) => String(end ?? null)).join(", ")}]. Write [start, stop, step], with null for an end of the axis.`,
        { received: [from, to, by] },
      );
  // Backwards, the ends are -1 (before the first) and size - 1; as NumPy clips them.
  const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
  const clip = (end: number): number =>
    Math.min(Math.max(end < 0 ? end + size : end, lowest), highest);
  const start = from === null || from === undefined ? (step > 0 ? 0 : highest) : clip(from);
  const stop = to === null || to === undefined ? (step > 0 ? size : lowest) : clip(to);
  const count = Math.max(Math.ceil((stop - start) / step), 0);
  return { start: count === 0 ? 0 : start, count, step: count <= 1 ? 1 : step };
}

/**
 * Positions `start` to `start + length` of one axis. A negative start counts from the end.
 *
 * @throws {ArgumentError} if the part does not lie inside the axis.
 * @example
 * await narrow(tensor([1, 2, 3, 4]), 0, 1, 2).toArray(); // => [2, 3]
 */
export function narrow(x: Tensor, axis: number, start: number, length: number): Tensor {
  checkTensor("narrow", x);
  const at = normalizeAxis(axis, x.ndim, "narrow");
  const size = x.shape[at]!;
  const first = start < 0 ? start + size : start;
  const isInside =
    Number.isInteger(first) &&
    Number.isInteger(length) &&
    first >= 0 &&
    length >= 0 &&
    first + length <= size;
  if (!isInside)
    throw new ArgumentError(
      "narrow",
      `start ${start} and length ${length} leave axis ${axis} of ${formatShape(x.shape)}. Stay within its ${size} positions.`,
      { expected: size, received: [start, length] },
    );
  return takeRanges(x, new Map([[at, { start: first, count: length, step: 1 }]]));
}

/** The primitive on some axes, the others whole. */
function takeRanges(x: Tensor, cuts: ReadonlyMap<number, Cut>): Tensor {
  const cut = x.shape.map((size, axis) => cuts.get(axis) ?? { start: 0, count: size, step: 1 });
  if (cut.every(({ count, step }, axis) => count === x.shape[axis] && step === 1)) return alias(x);
  return applyOne("slice", [x], {
    starts: cut.map(({ start }) => start),
    sizes: cut.map(({ count }) => count),
    steps: cut.map(({ step }) => step),
  });
}

/**
 * One position of an axis, which is dropped.
 *
 * @throws {AxisError} if there is no such axis.
 * @throws {ArgumentError} if the position lies outside it.
 * @example
 * await select(tensor([[1, 2], [3, 4]]), 1, -1).toArray(); // => [2, 4]
 */
export function select(x: Tensor, axis: number, position: number): Tensor {
  checkTensor("select", x);
  const at = normalizeAxis(axis, x.ndim, "select");
  const start = positionFromFront("select", "position", position, at, x);
  const part = takeRanges(x, new Map([[at, { start, count: 1, step: 1 }]]));
  return reshape(part, x.shape.toSpliced(at, 1));
}

/**
 * Elements in reverse order along the axes; along all of them unless said.
 *
 * @throws {AxisError} if an axis does not exist or is named twice.
 * @example
 * await flip(tensor([[1, 2], [3, 4]]), 1).toArray(); // => [[2, 1], [4, 3]]
 */
export function flip(x: Tensor, axes?: number | readonly number[]): Tensor {
  checkTensor("flip", x);
  const cuts = new Map<number, Cut>();
  for (const axis of normalizeAxes(axes, x.ndim, "flip")) {
    const count = x.shape[axis]!;
    if (count > 1) cuts.set(axis, { start: count - 1, count, step: -1 });
  }
  return takeRanges(x, cuts);
}

/**
 * Elements moved `shift` positions towards the end of an axis; what leaves it comes in at the front.
 *
 * @throws {AxisError} if there is no such axis.
 * @throws {ArgumentError} if the shift is not a whole number.
 * @example
 * await roll(tensor([1, 2, 3, 4]), 1, 0).toArray(); // => [4, 1, 2, 3]
 */
export function roll(x: Tensor, shift: number, axis: number): Tensor {
  checkTensor("roll", x);
  const at = normalizeAxis(axis, x.ndim, "roll");
  if (!Number.isSafeInteger(shift))
    throw new ArgumentError("roll", `the shift must be a whole number: received ${shift}.`, {
      received: shift,
    });
  const size = x.shape[at]!;
  const moved = size === 0 ? 0 : ((shift % size) + size) % size;
  if (moved === 0) return alias(x);
  return concatenate([narrow(x, at, size - moved, moved), narrow(x, at, 0, size - moved)], at);
}
