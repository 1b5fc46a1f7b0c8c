import {
  ArgumentError,
  describeValue,
  DTypeError,
  formatShape,
  ShapeError,
  shapesEqual,
} from "@dl/backend";
import { checkList } from "./check-given.ts";
import type { HostArray, HostBatch } from "./dataset.ts";
import { hostArrayOf } from "./host-array.ts";

/**
 * Stacks samples along a new first axis; whole numbers become int32 [N], arrays float32 or int32 as
 * by {@link toHostArray}.
 *
 * @throws {ShapeError} if a field's shape differs between samples.
 * @throws {DTypeError} if a field's element type differs between samples.
 * @throws {ArgumentError} if there is no sample, a field is missing, or a number is not a 32-bit
 * whole number.
 * @example
 * const { inputs } = stackSamples([
 *   { inputs: { data: Float32Array.of(1, 2), shape: [2] } },
 *   { inputs: { data: Float32Array.of(3, 4), shape: [2] } },
 * ]);
 * inputs.shape; // => [2, 2]
 */
export function stackSamples<S extends object>(samples: readonly S[]): HostBatch<S> {
  checkList(samples, "the samples", "stackSamples");
  if (samples.length === 0)
    throw new ArgumentError("stackSamples", "needs at least one sample: received 0.", {
      received: 0,
    });
  samples.forEach(checkSample);
  const batch: Record<string, HostArray> = Object.create(null) as Record<string, HostArray>;
  for (const name of Object.keys(samples[0]!)) {
    const values = samples.map((sample) => (sample as Readonly<Record<string, unknown>>)[name]);
    batch[name] =
      typeof values[0] === "number" ? stackNumbers(name, values) : stackArrays(name, values);
  }
  return batch as HostBatch<S>;
}

function checkSample(sample: unknown, i: number): void {
  if (typeof sample !== "object" || sample === null)
    throw new ArgumentError(
      "stackSamples",
      `a sample must be an object of arrays and whole numbers by name: received ${describeValue(sample)} as sample ${i} of the batch.`,
      { received: sample },
    );
}

function stackNumbers(name: string, values: readonly unknown[]): HostArray {
  const data = Int32Array.from(values, (value, i) => {
    if (typeof value !== "number" || (value | 0) !== value)
      throw new ArgumentError(
        "stackSamples",
        `field "${name}" must be a 32-bit whole number: received ${describeValue(value)} in sample ${i} of the batch. Put fractions into a Float32Array with shape [].`,
        { received: value },
      );
    return value;
  });
  return { data, shape: [values.length] };
}

function stackArrays(name: string, values: readonly unknown[]): HostArray {
  const arrays = values.map((value, i) =>
    hostArrayOf(value, `field "${name}" of sample ${i} of the batch`, "stackSamples"),
  );
  const first = arrays[0]!;
  const elementCount = first.data.length;
  const total = arrays.length * elementCount;
  const isFloat = first.data instanceof Float32Array;
  const data = isFloat ? new Float32Array(total) : new Int32Array(total);
  arrays.forEach((array, i) => {
    if (!shapesEqual(array.shape, first.shape))
      throw new ShapeError(
        "stackSamples",
        `field "${name}" has shape ${formatShape(first.shape)} in the batch's first sample and ${formatShape(array.shape)} in sample ${i}. All samples of a dataset must have one shape.`,
        { expected: first.shape, received: array.shape },
      );
    if (array.data instanceof Float32Array !== isFloat)
      throw new DTypeError(
        "stackSamples",
        `field "${name}" is ${dtypeName(first)} in the batch's first sample and ${dtypeName(array)} in sample ${i}. All samples of a dataset must have one element type.`,
        { expected: dtypeName(first), received: dtypeName(array) },
      );
    data.set(array.data, i * elementCount);
  });
  return { data, shape: [arrays.length, ...first.shape] };
}

function dtypeName(array: HostArray): "float32" | "int32" {
  return array.data instanceof Float32Array ? "float32" : "int32";
}
