import {
  contiguousLayout,
  dtypes,
  elementCount,
  type Backend,
  type DType,
  type Shape,
} from "@dl/backend";
import { tensor, type Tensor } from "@dl/tensor";
import type { OpResult } from "./record.ts";
import { Seeded, type SampleInput } from "./sample-source.ts";

/** How the elements of a sample's inputs lie in memory. */
export const layoutNames = ["contiguous", "transposed", "sliced", "broadcast"] as const;
export type LayoutName = (typeof layoutNames)[number];

function inputDType(input: SampleInput, dtype: DType): DType {
  if (input.role === "index") return "int32";
  return input.role === "mask" ? "bool" : dtype;
}

/** The sample's numbers as this type can hold them; kept the same for both float types. */
function valuesFor(input: SampleInput, dtype: DType): number[] {
  const type = inputDType(input, dtype);
  if (input.role === "index" || input.role === "mask" || dtypes[type].isFloat)
    return [...input.values];
  return input.values.map((value) => {
    // Upwards, so that a divisor above 0 does not become 0; + 0 drops the sign of -0.
    const whole = Math.ceil(value) + 0;
    if (type === "bool") return Number(whole % 2 !== 0);
    return type === "uint32" ? Math.abs(whole) : whole;
  });
}

/** Values and strides of an input under a layout: broadcast repeats what it had at position 0. */
export function laidOutValues(input: SampleInput, dtype: DType, layout: LayoutName): number[] {
  const values = valuesFor(input, dtype);
  const axis = broadcastAxis(input.shape, layout);
  if (axis < 0) return values;
  const { strides } = contiguousLayout(input.shape);
  return values.map((_, i) => {
    const position = Math.floor(i / strides[axis]!) % input.shape[axis]!;
    return values[i - position * strides[axis]!]!;
  });
}

/** The axis that a broadcast layout repeats: the longest one. */
function broadcastAxis(shape: Shape, layout: LayoutName): number {
  if (layout !== "broadcast" || elementCount(shape) < 2) return -1;
  return shape.indexOf(Math.max(...shape));
}

/** Whether the layout is one of its own for this input; else it is the contiguous one again. */
export function hasLayout(input: SampleInput, layout: LayoutName): boolean {
  const isLarge = elementCount(input.shape) > 1;
  if (layout === "contiguous") return true;
  if (layout === "transposed") return isLarge && input.shape.filter((size) => size > 1).length > 1;
  // Repeating an index or a distinct value would change what the sample is about.
  if (layout === "broadcast") return isLarge && input.role === "real";
  return isLarge;
}

/** A tensor of the input's numbers that lies in memory as the layout says. */
export function realize(
  input: SampleInput,
  dtype: DType,
  layout: LayoutName,
  backend: Backend,
): Tensor {
  const { shape } = input;
  const type = inputDType(input, dtype);
  const make = (values: readonly number[], sizes: Shape): Tensor =>
    tensor(Float64Array.from(values), { shape: sizes, dtype: type, backend });
  const values = laidOutValues(input, dtype, layout);
  if (!hasLayout(input, layout)) return make(values, shape);
  switch (layout) {
    case "contiguous":
      return make(values, shape);
    case "transposed": {
      const reversed = shape.map((_, axis) => shape.length - 1 - axis);
      const { strides } = contiguousLayout(shape);
      const turned = permuteValues(values, shape, strides, reversed);
      return make(turned, shape.toReversed()).permute(reversed);
    }
    case "sliced": {
      // Backwards through every second element of the last axis, with strangers around.
      const size = shape.at(-1)!;
      const wide = 2 * size + 3;
      const stranger = new Seeded("stranger");
      const rows = elementCount(shape) / size;
      const padded = new Array<number>(rows * wide)
        .fill(0)
        .map(() => (type === "bool" ? stranger.below(2) : 1 + stranger.below(5)));
      values.forEach((value, i) => {
        const row = Math.floor(i / size);
        padded[row * wide + 2 + 2 * (size - 1 - (i % size))] = value;
      });
      const last = 2 + 2 * (size - 1);
      return make(padded, [...shape.slice(0, -1), wide]).slice(["...", [last, 1, -2]]);
    }
    case "broadcast": {
      const axis = broadcastAxis(shape, layout);
      const single = shape.with(axis, 1);
      const { strides } = contiguousLayout(shape);
      const [stride, size] = [strides[axis]!, shape[axis]!];
      const kept = values.filter((_, i) => Math.floor(i / stride) % size === 0);
      return make(kept, single).expand([...shape]);
    }
  }
}

/** Values in the row-major order of the axes in a new order. */
function permuteValues(
  values: readonly number[],
  shape: Shape,
  strides: readonly number[],
  axes: readonly number[],
): number[] {
  const result: number[] = [];
  const visit = (depth: number, offset: number): void => {
    if (depth === axes.length) {
      result.push(values[offset]!);
      return;
    }
    const axis = axes[depth]!;
    for (let i = 0; i < shape[axis]!; i++) visit(depth + 1, offset + i * strides[axis]!);
  };
  visit(0, 0);
  return result;
}

/** Every tensor of a result, by name. */
export async function tensorsOf(result: OpResult): Promise<readonly (readonly [string, Tensor])[]> {
  const awaited = await result;
  if (isTensor(awaited)) return [["result", awaited]];
  return Object.entries(awaited as { readonly [name: string]: Tensor });
}

export function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && "dtype" in value && "shape" in value;
}
