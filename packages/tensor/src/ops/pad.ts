import { ArgumentError, checkList, formatShape, ShapeError, wrongType } from "@dl/backend";
import { asElement, checkFits } from "../core/number-operand.ts";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkNumber, checkTensor } from "./check-operands.ts";
import { concatenate } from "./join.ts";
import { flip, narrow } from "./slice.ts";
import { expand } from "./views.ts";

/** Positions added before and after one axis. */
export type PadPair = readonly [before: number, after: number];

/**
 * What stands in added positions: one `value`, the mirror image without the edge (`reflect`), the
 * edge (`replicate`), or the other end (`circular`).
 */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/** How {@link pad} fills. */
export interface PadOptions {
  /** Default `constant`. */
  readonly mode?: PadMode;
  /** Only for `constant`; default 0. */
  readonly value?: number;
}

/**
 * Positions added around the axes: one `[before, after]` pair per axis, in the order of the axes.
 * Fewer pairs than axes belong to the last axes, so two of them pad an image's height and width.
 *
 * Not PyTorch's flat list, which starts from the last axis: `F.pad(x, [1, 2, 3, 4])` is
 * `pad(x, [[3, 4], [1, 2]])`.
 *
 * Shape: [..., n, ...] → [..., before + n + after, ...].
 * @throws {ShapeError} for more pairs than axes, or where reflect, replicate or circular need more elements.
 * @throws {ArgumentError} for sizes below 0, an unknown mode, or a value the type cannot hold.
 * @example
 * await pad(tensor([1, 2, 3]), [[1, 2]]).toArray(); // => [0, 1, 2, 3, 0, 0]
 * await pad(tensor([1, 2, 3]), [[2, 1]], { mode: "reflect" }).toArray(); // => [3, 2, 1, 2, 3, 2]
 */
export function pad(x: Tensor, pairs: readonly PadPair[], options: PadOptions = {}): Tensor {
  checkTensor("pad", x);
  const { mode = "constant", value = 0 } = options;
  checkPairs(x, pairs);
  const none: readonly PadPair[] = Array.from({ length: x.ndim - pairs.length }, () => [0, 0]);
  const all = [...none, ...pairs];
  if (mode !== "constant") {
    const extend = extensions[mode];
    if (!Object.hasOwn(extensions, mode))
      throw wrongType(
        "pad",
        "unknown mode",
        mode,
        'Use "constant", "reflect", "replicate" or "circular".',
      );
    checkReach(x, all, mode);
    return all.reduce(
      (padded, pair, axis) => (pair[0] + pair[1] === 0 ? padded : extend(padded, axis, pair)),
      x,
    );
  }
  checkNumber("pad", value);
  checkFits("pad", value, x.dtype);
  if (all.every(([before, after]) => before === 0 && after === 0)) return x;
  return applyOne("pad", [x], {
    before: all.map(([before]) => before),
    after: all.map(([, after]) => after),
    interior: all.map(() => 0),
    value: asElement(value, x.dtype),
  });
}

function checkPairs(x: Tensor, pairs: readonly PadPair[]): void {
  checkList("pad", pairs, "the widths", "pairs [before, after]");
  const text = `[${pairs.map((pair) => (Array.isArray(pair) ? `[${pair.join(", ")}]` : String(pair))).join(", ")}]`;
  for (const pair of pairs)
    if (
      !Array.isArray(pair) ||
      pair.length !== 2 ||
      !pair.every((size) => Number.isInteger(size) && size >= 0)
    )
      throw new ArgumentError(
        "pad",
        `needs pairs [before, after] of whole numbers of at least 0: received ${text}. Cut with slice or narrow.`,
        { received: pairs },
      );
  if (pairs.length > x.ndim)
    throw new ShapeError(
      "pad",
      `${pairs.length} pairs for a tensor of shape ${formatShape(x.shape)}: received ${text}. Give at most one per axis.`,
      { expected: x.ndim, received: pairs },
    );
}

/** Along axis `axis`, `before` and `after` positions that the tensor itself fills. */
type Extend = (x: Tensor, axis: number, pair: PadPair) => Tensor;

const extensions: { readonly [Mode in Exclude<PadMode, "constant">]: Extend } = {
  reflect: (x, axis, [before, after]) =>
    join(
      flip(narrow(x, axis, 1, before), axis),
      x,
      flip(narrow(x, axis, x.shape[axis]! - 1 - after, after), axis),
      axis,
    ),
  replicate: (x, axis, [before, after]) => {
    const edge = (start: number, count: number): Tensor =>
      expand(narrow(x, axis, start, 1), x.shape.with(axis, count));
    return join(edge(0, before), x, edge(x.shape[axis]! - 1, after), axis);
  },
  circular: (x, axis, [before, after]) =>
    join(narrow(x, axis, x.shape[axis]! - before, before), x, narrow(x, axis, 0, after), axis),
};

function join(before: Tensor, x: Tensor, after: Tensor, axis: number): Tensor {
  return concatenate(
    [before, x, after].filter((part) => part === x || part.shape[axis] !== 0),
    axis,
  );
}

/** What each mode can reach: reflect leaves out the edge, replicate needs one element. */
function checkReach(x: Tensor, pairs: readonly PadPair[], mode: PadMode): void {
  pairs.forEach(([before, after], axis) => {
    const size = x.shape[axis]!;
    const most =
      mode === "reflect" ? size - 1 : mode === "circular" ? size : size > 0 ? Infinity : 0;
    if (before > Math.max(most, 0) || after > Math.max(most, 0))
      throw new ShapeError(
        "pad",
        `${mode} cannot add [${before}, ${after}] to axis ${axis} of ${formatShape(x.shape)}. At most ${Math.max(most, 0)} on each side.`,
        { expected: most, received: [before, after] },
      );
  });
}
