import { ArgumentError, DTypeError, formatShape, ShapeError, shapesEqual } from "@dl/backend";
import type { HostArray, HostBatch, Sample } from "./dataset.ts";

/**
 * Stacks samples along a new first axis; whole numbers become int32 [N].
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
  const first = samples[0];
  if (first === undefined)
    throw new ArgumentError("stackSamples", "needs at least one sample: received 0.", {
      received: 0,
    });
  const batch: Record<string, HostArray> = Object.create(null) as Record<string, HostArray>;
  for (const name of Object.keys(first))
    batch[name] = stackField(name, samples as unknown as readonly Sample[]);
  return batch as HostBatch<S>;
}

function stackField(name: string, samples: readonly Sample[]): HostArray {
  const first = samples[0]![name]!;
  return typeof first === "number"
    ? stackNumbers(name, samples)
    : stackArrays(name, first, samples);
}

function stackNumbers(name: string, samples: readonly Sample[]): HostArray {
  const data = new Int32Array(samples.length);
  samples.forEach((sample, i) => {
    const value = sample[name];
    if (typeof value !== "number" || (value | 0) !== value)
      throw new ArgumentError(
        "stackSamples",
        `field "${name}" must be a 32-bit whole number: received ${describe(value)} in sample ${i} of the batch. Put fractions into a Float32Array with shape [].`,
        { received: value },
      );
    data[i] = value;
  });
  return { data, shape: [samples.length] };
}

function stackArrays(name: string, first: HostArray, samples: readonly Sample[]): HostArray {
  const elementCount = first.data.length;
  const total = samples.length * elementCount;
  const isFloat = first.data instanceof Float32Array;
  const data = isFloat ? new Float32Array(total) : new Int32Array(total);
  samples.forEach((sample, i) => {
    const value = sample[name];
    if (typeof value !== "object")
      throw new ArgumentError(
        "stackSamples",
        `field "${name}" must be an array as in the batch's first sample: received ${describe(value)} in sample ${i}.`,
        { received: value },
      );
    if (!shapesEqual(value.shape, first.shape) || value.data.length !== elementCount)
      throw new ShapeError(
        "stackSamples",
        `field "${name}" has shape ${formatShape(first.shape)} in the batch's first sample and ${formatShape(value.shape)} with ${value.data.length} elements in sample ${i}. All samples of a dataset must have one shape.`,
        { expected: first.shape, received: value.shape },
      );
    if (value.data instanceof Float32Array !== isFloat)
      throw new DTypeError(
        "stackSamples",
        `field "${name}" is ${dtypeName(first)} in the batch's first sample and ${dtypeName(value)} in sample ${i}. All samples of a dataset must have one element type.`,
        { expected: dtypeName(first), received: dtypeName(value) },
      );
    data.set(value.data, i * elementCount);
  });
  return { data, shape: [samples.length, ...first.shape] };
}

function dtypeName(array: HostArray): "float32" | "int32" {
  return array.data instanceof Float32Array ? "float32" : "int32";
}

function describe(value: HostArray | number | undefined): string {
  if (value === undefined) return "nothing";
  return typeof value === "number"
    ? String(value)
    : `an array of shape ${formatShape(value.shape)}`;
}
