import { dtypes, type DType } from "@dl/backend";
import type { Tensor } from "./tensor.ts";
import type { TensorValue } from "./tensor-value.ts";

/** Least and greatest element. */
export type KnownRange = readonly [least: number, greatest: number];

/** Labels and indices are smaller; looking through more would cost more than it helps. */
const mostElements = 65_536;

const ranges = new WeakMap<TensorValue, KnownRange>();

/** Notes the range of whole numbers on their way to a device. */
export function noteRange(tensor: Tensor, elements: ArrayLike<number>, dtype: DType): void {
  const { length } = elements;
  if (dtypes[dtype].kind !== "integer" || length === 0 || length > mostElements) return;
  let [least, greatest] = [elements[0]!, elements[0]!];
  for (let i = 1; i < length; i++) {
    least = Math.min(least, elements[i]!);
    greatest = Math.max(greatest, elements[i]!);
  }
  ranges.set(tensor.value, [least, greatest]);
}

/**
 * Least and greatest element where no read is needed to know them: whole numbers given to `tensor`,
 * at most 65,536 of them; `undefined` for all else. For checks of labels and indices at the call.
 *
 * @example
 * knownRange(tensor([3, 7], { dtype: "int32" })); // => [3, 7]
 */
export function knownRange(tensor: Tensor): KnownRange | undefined {
  return ranges.get(tensor.value);
}

/** Ranges of the whole numbers among a step's arguments that the step itself, which may check them, has run with. */
export class RangesSeen {
  private readonly ranges: (KnownRange | undefined)[] = [];

  /** Whether some are beyond those seen. */
  isBeyond(values: readonly TensorValue[]): boolean {
    return values.some((value, i) => {
      const range = rangeOf(value);
      if (range === undefined) return false;
      const seen = this.ranges[i];
      return seen === undefined || range[0] < seen[0] || range[1] > seen[1];
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

const rangeOf = (value: TensorValue): KnownRange | undefined =>
  dtypes[value.dtype].kind === "integer" ? ranges.get(value) : undefined;
