import { applyOne, type Tensor } from "@dl/tensor";
import { imageSize, type Sizes } from "./window.ts";

/** Cells of padding; below 0 they are cut. */
export type Sides = readonly [top: number, bottom: number, left: number, right: number];

const added = (cells: number): number => Math.max(0, cells);
const cut = (cells: number): number => Math.max(0, -cells);

/**
 * The pixels of the result whose place is the same modulo the enlargement see every so many taps of the filter, so that
 * for them this is a convolution of the pixels alone. Zeros between and around those are left out: times a tap that is
 * not finite they would be NaN.
 */
export function filterPlanes(
  planes: Tensor,
  filter: Tensor,
  up: Sizes,
  down: Sizes,
  sides: Sides,
): Tensor {
  const [size, taps] = [imageSize(planes), filter.shape as Sizes];
  if (down.every((step) => step === 1)) {
    const padding = sides.map((cells, side) => taps[side >> 1]! - 1 - cells);
    // What spreads each pixel by the filter: the gradient of a convolution.
    if (padding.every((cells) => cells >= 0))
      return applyOne("conv2dInputGrad", [planes, filter.unsqueeze(0).unsqueeze(0)], {
        stride: up,
        padding: padding as unknown as Sides,
        dilation: [1, 1],
        groups: 1,
        inputSize: [
          size[0] * up[0] + sides[0] + sides[1] - taps[0] + 1,
          size[1] * up[1] + sides[2] + sides[3] - taps[1] + 1,
        ],
      });
  }
  const [rows, columns] = ([0, 1] as const).map((axis) =>
    phasesOf(size[axis], taps[axis], up[axis], down[axis], sides.slice(2 * axis, 2 * axis + 2)),
  ) as [Phases, Phases];
  const parts = rows.phases.flatMap((row) =>
    columns.phases.map((column) => {
      const seen = planes
        .narrow(2, cut(row.before), size[0] - cut(row.before) - cut(row.after))
        .narrow(3, cut(column.before), size[1] - cut(column.before) - cut(column.after));
      const kernel = filter
        .slice([
          [row.tap, null, up[0]],
          [column.tap, null, up[1]],
        ])
        .flip([0, 1]);
      const part = applyOne("conv2d", [seen, kernel.unsqueeze(0).unsqueeze(0)], {
        stride: [row.stride, column.stride],
        padding: [added(row.before), added(row.after), added(column.before), added(column.after)],
        dilation: [1, 1],
        groups: 1,
      });
      return amongPixels(part, row, column, [rows.count, columns.count]);
    }),
  );
  if (parts.length > 0) return parts.reduce((sum, part) => sum.add(part));
  const none = { first: 0, step: 1 };
  return amongPixels(planes.narrow(2, 0, 0).narrow(3, 0, 0), none, none, [
    rows.count,
    columns.count,
  ]);
}

/** Every so many pixels of the result, from the first on, and what they see of the filter and of the image. */
interface Phase {
  readonly first: number;
  readonly step: number;
  readonly tap: number;
  readonly stride: number;
  /** Cells of padding; below 0 cells of the image that they do not see. */
  readonly before: number;
  readonly after: number;
}

interface Phases {
  /** Pixels of the result. */
  readonly count: number;
  /** Those that see anything. */
  readonly phases: readonly Phase[];
}

function phasesOf(
  size: number,
  taps: number,
  up: number,
  down: number,
  [before, after]: readonly number[],
): Phases {
  const count = Math.floor((size * up + before! + after! - taps) / down) + 1;
  // Pixel i is the sum over t of filter[t] · image[(i · down + start − t) / up], where that is whole.
  const start = taps - 1 - before!;
  let step = 1;
  while ((step * down) % up !== 0) step++;
  const phases: Phase[] = [];
  for (let first = 0; first < Math.min(step, count); first++) {
    const tap = (((first * down + start) % up) + up) % up;
    if (tap >= taps) continue;
    const newest = (first * down + start - tap) / up;
    const stride = (step * down) / up;
    const last = newest + (Math.ceil((count - first) / step) - 1) * stride;
    const seen = Math.ceil((taps - tap) / up);
    const phase = { first, step, tap, stride, before: seen - 1 - newest, after: last - size + 1 };
    if (size > cut(phase.before) + cut(phase.after)) phases.push(phase);
  }
  return { count, phases };
}

/** Zeros before, between and after the pixels. */
function amongPixels(
  planes: Tensor,
  row: Pick<Phase, "first" | "step">,
  column: Pick<Phase, "first" | "step">,
  size: Sizes,
): Tensor {
  const rest = (axis: 0 | 1, { first, step }: Pick<Phase, "first" | "step">): number =>
    size[axis] - first - Math.max(0, (imageSize(planes)[axis] - 1) * step + 1);
  if (imageSize(planes).every((cells, axis) => cells === size[axis])) return planes;
  return applyOne("pad", [planes], {
    before: [0, 0, row.first, column.first],
    interior: [0, 0, row.step - 1, column.step - 1],
    after: [0, 0, rest(0, row), rest(1, column)],
    value: 0,
  });
}
