import { ArgumentError, checkGiven, formatShape, ShapeError } from "@dl/backend";
import { checkIndex } from "./check-range.ts";
import type {
  ClassificationSample,
  Dataset,
  HostArray,
  HostBatch,
  HostSource,
  Sample,
} from "./dataset.ts";
import { hostBatchOf } from "./host-array.ts";

/**
 * A dataset held in memory: arrays whose first axis counts the samples.
 *
 * A sample is one row of each array; a row of an int32 array of shape [N] is a plain number.
 * Float32 and int32 arrays are not copied; others become one of the two, as by {@link toHostArray}.
 *
 * @throws {ShapeError} if the arrays' first axes differ, or a shape and its data do.
 * @throws {ArgumentError} if there is no array, or a number fits neither float32 nor int32.
 * @example
 * const points = new ArrayDataset({
 *   inputs: { data: Float32Array.of(0, 1, 2, 3), shape: [2, 2] },
 *   targets: { data: Int32Array.of(0, 1), shape: [2] },
 * });
 * points.get(1).targets; // => 1
 */
export class ArrayDataset<S extends Sample = ClassificationSample> implements Dataset<S> {
  readonly length: number;
  readonly #fields: readonly (readonly [name: string, array: HostArray])[];

  constructor(arrays: { readonly [Name in keyof NoInfer<S>]: HostSource }) {
    this.#fields = Object.entries<HostArray>(hostBatchOf(arrays, "ArrayDataset"));
    this.length = checkFields(this.#fields);
  }

  get(index: number): S {
    checkIndex(index, this.length, "ArrayDataset.get");
    const sample: Record<string, HostArray | number> = {};
    for (const [name, { data, shape }] of this.#fields) {
      const rowLength = data.length / this.length;
      sample[name] =
        data instanceof Int32Array && shape.length === 1
          ? data[index]!
          : {
              data: data.subarray(index * rowLength, (index + 1) * rowLength),
              shape: shape.slice(1),
            };
    }
    return sample as S;
  }

  getBatch(indices: ArrayLike<number>): HostBatch<S> {
    checkGiven("ArrayDataset.getBatch", "the indices", indices, ["length"]);
    for (let i = 0; i < indices.length; i++)
      checkIndex(indices[i]!, this.length, "ArrayDataset.getBatch");
    const batch: Record<string, HostArray> = {};
    for (const [name, array] of this.#fields) batch[name] = gatherRows(array, indices);
    return batch as HostBatch<S>;
  }
}

function gatherRows({ data, shape }: HostArray, indices: ArrayLike<number>): HostArray {
  const count = indices.length;
  const rowLength = data.length / shape[0]!;
  const rows =
    data instanceof Float32Array
      ? new Float32Array(count * rowLength)
      : new Int32Array(count * rowLength);
  for (let i = 0; i < count; i++) {
    const start = indices[i]! * rowLength;
    rows.set(data.subarray(start, start + rowLength), i * rowLength);
  }
  return { data: rows, shape: [count, ...shape.slice(1)] };
}

function checkFields(fields: readonly (readonly [string, HostArray])[]): number {
  const first = fields[0];
  if (first === undefined)
    throw new ArgumentError("ArrayDataset", "needs at least one array: received none.");
  for (const [name, { shape }] of fields) {
    if (shape.length === 0)
      throw new ShapeError(
        "ArrayDataset",
        `"${name}" is a single number, shape []. The first axis counts the samples.`,
        { received: shape },
      );
    if (shape[0] !== first[1].shape[0])
      throw new ShapeError(
        "ArrayDataset",
        `the first axes differ: "${first[0]}" ${formatShape(first[1].shape)}, "${name}" ${formatShape(shape)}. Every array needs one row per sample.`,
        { expected: first[1].shape[0], received: shape[0] },
      );
  }
  return first[1].shape[0]!;
}
