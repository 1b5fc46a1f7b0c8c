import { contiguousStrides, dtypes, type DType, type Layout } from "@dl/backend";
import type { Storage, Stored } from "./storage.ts";
import type { TensorValue } from "./tensor-value.ts";
import type { Tensor } from "./tensor.ts";

/** Least and greatest element. */
export type KnownRange = readonly [least: number, greatest: number];

/** Labels and indices are fewer; looking through more would cost more than it helps. */
const mostElements = 65_536;

/** Whole numbers that the host has seen, by where they lie; those picked from them, once somebody asks. */
const seen = new WeakMap<Storage, ArrayLike<number> | (() => ArrayLike<number> | undefined)>();

/** Notes whole numbers on their way to a device; a copy, since the caller may write over them. */
export function noteRange(
  { value: { stored } }: Tensor,
  elements: { readonly length: number; slice(): ArrayLike<number> },
  dtype: DType,
): void {
  const { length } = elements;
  if (dtypes[dtype].kind === "integer" && length > 0 && length <= mostElements)
    seen.set(stored!.storage, elements.slice());
}

/** Notes that `result` holds the elements of `x` along an axis at `indices`: one list, or one for each element. */
export function notePicked(result: Tensor, x: Tensor, indices: Tensor, axis: number): void {
  const [from, at, picked] = [x, indices, result].map(({ value }) => value.stored);
  if (!from || !at || !picked || !seen.has(from.storage) || !seen.has(at.storage)) return;
  const { shape: sizes } = from.layout;
  const isOneList = at.layout.shape.length < picked.layout.shape.length;
  seen.set(picked.storage, () => {
    const [elements, list] = [elementsOf(from), elementsOf(at)];
    if (!elements || !list || picked.layout.elementCount > mostElements) return undefined;
    return elementsAt(
      elements,
      picked.layout,
      contiguousStrides(sizes),
      0,
      (along, a, position) => {
        if (a !== axis) return along;
        const index = list[isOneList ? along : position]!;
        return index < 0 ? index + sizes[a]! : index;
      },
    );
  });
}

/** Elements in row-major order, as far as the host knows them. */
function elementsOf({ storage, layout, offset }: Stored): ArrayLike<number> | undefined {
  let elements = seen.get(storage);
  if (typeof elements === "function") {
    elements = elements();
    if (elements === undefined) seen.delete(storage);
    else seen.set(storage, elements);
  }
  if (elements === undefined || layout.elementCount > mostElements) return undefined;
  if (layout.isContiguous && layout.elementCount === elements.length) return elements;
  return elementsAt(elements, layout, layout.strides, offset, (along) => along);
}

/** What lies where the coordinates of each position of a layout lead, once `moved`. */
function elementsAt(
  elements: ArrayLike<number>,
  { shape, elementCount }: Layout,
  strides: readonly number[],
  offset: number,
  moved: (along: number, axis: number, position: number) => number,
): number[] {
  return Array.from({ length: elementCount }, (_, position) => {
    let [rest, place] = [position, offset];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const along = rest % shape[axis]!;
      rest = (rest - along) / shape[axis]!;
      place += moved(along, axis, position) * strides[axis]!;
    }
    return elements[place]!;
  });
}

/**
 * Least and greatest element where no read is needed to know them: whole numbers given to `tensor`,
 * at most 65,536 of them, views of them, and what is picked from them by others; `undefined` for all
 * else. For checks of labels and indices at the call.
 *
 * @example
 * const labels = tensor([3, 7, 9], { dtype: "int32" });
 * knownRange(labels.narrow(0, 0, 2)); // => [3, 7]
 */
export function knownRange({ value }: Tensor): KnownRange | undefined {
  return rangeOf(value);
}

const ranges = new WeakMap<TensorValue, KnownRange>();

function rangeOf(value: TensorValue): KnownRange | undefined {
  if (dtypes[value.dtype].kind !== "integer") return undefined;
  const known = ranges.get(value);
  if (known !== undefined) return known;
  const elements = value.stored && elementsOf(value.stored);
  if (elements === undefined || elements.length === 0) return undefined;
  let [least, greatest] = [elements[0]!, elements[0]!];
  for (let i = 1; i < elements.length; i++) {
    least = Math.min(least, elements[i]!);
    greatest = Math.max(greatest, elements[i]!);
  }
  ranges.set(value, [least, greatest]);
  return [least, greatest];
}

/** Ranges of the whole numbers among a step's arguments that the step itself, which may check them, has run with. */
export class RangesSeen {
  private readonly ranges: (KnownRange | undefined)[] = [];

  /** Whether some are beyond those seen. */
  isBeyond(values: readonly TensorValue[]): boolean {
    return values.some((value, i) => {
      const range = rangeOf(value);
      if (range === undefined) return false;
      const known = this.ranges[i];
      return known === undefined || range[0] < known[0] || range[1] > known[1];
    });
  }

  add(values: readonly TensorValue[]): void {
    values.forEach((value, i) => {
      const range = rangeOf(value);
      if (range === undefined) return;
      const [least, greatest] = this.ranges[i] ?? range;
      this.ranges[i] = [Math.min(least, range[0]), Math.max(greatest, range[1])];
    });
  }
}
