import { ArgumentError, describeValue, elementCount, formatShape, ShapeError } from "@dl/backend";
import type { HostArray, HostBatch, HostSource } from "./dataset.ts";

/**
 * Numbers of any element type as datasets hold them: integers become int32, floats float32, rounded.
 *
 * Datasets, loaders and transforms do it by themselves; float32 and int32 are not copied.
 *
 * @throws {ArgumentError} if an integer does not fit 32 bits, or a float is beyond float32.
 * @throws {ShapeError} if shape and data differ in size.
 * @example
 * const classes = parseNpy(writeNpy({ data: BigInt64Array.of(3n, 1n), shape: [2] }));
 * toHostArray(classes).data; // => [3, 1]
 */
export function toHostArray(source: HostSource): HostArray {
  return hostArrayOf(source, "the array", "toHostArray");
}

/** Every field of a batch, from whoever made it, as {@link toHostArray} would. */
export function hostBatchOf<S>(batch: unknown, op: string): HostBatch<S> {
  if (!isObject(batch) || batch instanceof Promise)
    throw new ArgumentError(
      op,
      `a batch must be an object of arrays by name: received ${describeValue(batch)}.`,
      { received: batch },
    );
  return Object.fromEntries(
    Object.entries(batch).map(([name, field]) => [name, hostArrayOf(field, `"${name}"`, op)]),
  ) as HostBatch<S>;
}

/** The one place where it is decided what the numbers that come from outside are held in. */
export function hostArrayOf(value: unknown, name: string, op: string): HostArray {
  if (!isObject(value) || !isShape(value["shape"]))
    throw new ArgumentError(
      op,
      `${name} must have data and a shape: received ${describeValue(value)}. Give e.g. { data: Float32Array.of(1, 2), shape: [2] }.`,
      { received: value },
    );
  const { shape } = value;
  const data = hostNumbers(value["data"], name, op);
  if (elementCount(shape) !== data.length)
    throw new ShapeError(
      op,
      `${name} has shape ${formatShape(shape)} but ${data.length} elements. Give one per cell of the shape.`,
      { expected: shape, received: data.length },
    );
  return { data, shape };
}

const floats = /^Float(16|32|64)Array$/;
const integers = /^(Big)?(Uint|Int)\d+(Clamped)?Array$/;

/** @throws {ArgumentError} if it is no typed array, or has a number that cannot be held. */
export function hostNumbers(data: unknown, name: string, op: string): Float32Array | Int32Array {
  if (data instanceof Float32Array || data instanceof Int32Array) return data;
  const kind = kindOf(data);
  const isFloat = floats.test(kind);
  if (!isFloat && !integers.test(kind))
    throw new ArgumentError(
      op,
      `the data of ${name} must be a typed array: received ${describeValue(data)}. Use Float32Array.from(...) for measurements, Int32Array.from(...) for classes.`,
      { received: data },
    );
  const given = data as ArrayLike<number | bigint>;
  const numbers = isFloat ? new Float32Array(given.length) : new Int32Array(given.length);
  for (let i = 0; i < numbers.length; i++) {
    const value = Number(given[i]);
    numbers[i] = value;
    const isHeld = isFloat
      ? Number.isFinite(numbers[i]) || !Number.isFinite(value)
      : numbers[i] === value;
    if (!isHeld)
      throw new ArgumentError(
        op,
        `${name}: the number ${given[i]} at position ${i} of a ${kind} does not fit ${isFloat ? "float32. Scale the numbers." : "32 bits with a sign. Store smaller integers, or floats."}`,
        { received: given[i] },
      );
  }
  return numbers;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isShape(shape: unknown): shape is readonly number[] {
  return Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0);
}

/** Name of a built-in class, of another window too. */
function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
