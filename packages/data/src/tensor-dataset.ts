import {
  ArgumentError,
  checkGiven,
  checkOptions,
  formatShape,
  type OptionKinds,
  ShapeError,
} from "@dl/backend";
import { generatorKind, integers, Tensor, uniform, type Generator } from "@dl/tensor";
import { checkWhole } from "./check-range.ts";

/** How {@link TensorDataset.sample} draws. */
export interface SampleOptions {
  /** Whether a sample may come twice in a batch. Default true, which is quicker. */
  readonly replacement?: boolean;
  /** Where the positions come from; the default generator unless said. */
  readonly generator?: Generator;
}

const sampleKinds: OptionKinds<SampleOptions> = {
  replacement: "boolean",
  generator: generatorKind,
};

/**
 * Samples that lie on a backend as tensors, whose first axis counts them. Batches are drawn there: a
 * compiled step can draw its own, and nothing is copied from the host.
 *
 * @throws {ShapeError} if the tensors' first axes differ.
 * @throws {ArgumentError} without tensors, without samples, or on different backends.
 * @example
 * const points = new TensorDataset({ inputs: normal([100, 2]), targets: zeros([100]) });
 * points.sample(16).inputs.shape; // => [16, 2]
 */
export class TensorDataset<Fields extends Readonly<Record<string, Tensor>>> {
  /** Number of samples. */
  readonly length: number;
  readonly fields: Fields;

  constructor(fields: Fields) {
    this.fields = fields;
    this.length = checkedLength(fields);
  }

  /**
   * The samples at these positions.
   *
   * Shape: [batch] → each field with batch as its first axis.
   *
   * @throws {DTypeError | ArgumentError} for positions that are not int32, or out of range.
   */
  at(positions: Tensor | readonly number[]): Fields {
    return Object.fromEntries(
      Object.entries(this.fields).map(([name, field]) => [name, field.indexSelect(0, positions)]),
    ) as Record<string, Tensor> as Fields;
  }

  /**
   * A batch drawn at random, every sample as likely as any other. Without replacement all samples are
   * put in a random order for it, which takes longer the more there are.
   *
   * @throws {ArgumentError} for a count below 1, or above the samples without replacement.
   */
  sample(count: number, options: SampleOptions = {}): Fields {
    const { replacement = true, generator } = checkOptions("sample", options, sampleKinds);
    checkWhole(count, 1, replacement ? Infinity : this.length, "count", "sample");
    const { backend } = Object.values(this.fields)[0]!;
    const random = { backend, ...(generator && { generator }) };
    return this.at(
      replacement
        ? integers(0, this.length, [count], random)
        : uniform([this.length], random).topk(count).indices,
    );
  }
}

function checkedLength(fields: Readonly<Record<string, Tensor>>): number {
  checkGiven("TensorDataset", "the fields", fields, []);
  const entries = Object.entries(fields);
  const [first] = entries;
  if (first === undefined)
    throw new ArgumentError(
      "TensorDataset",
      "there is nothing in it: received no fields. Give e.g. { inputs, targets }.",
      { received: fields },
    );
  for (const [name, field] of entries) {
    if (!(field instanceof Tensor))
      throw new ArgumentError(
        "TensorDataset",
        `${name} must be a tensor: received ${typeof field}. Host arrays belong into an ArrayDataset.`,
        { received: field },
      );
    if (field.ndim === 0 || field.shape[0] !== first[1].shape[0])
      throw new ShapeError(
        "TensorDataset",
        `all fields need the same first axis: ${first[0]} ${formatShape(first[1].shape)}, ${name} ${formatShape(field.shape)}.`,
        { expected: first[1].shape[0], received: field.shape },
      );
    if (field.backend !== first[1].backend)
      throw new ArgumentError(
        "TensorDataset",
        `all fields must lie on one backend: ${first[0]} on ${first[1].backend.name}, ${name} on ${field.backend.name}. Move one with await x.to(backend).`,
        { received: field.backend.name },
      );
  }
  const length = first[1].shape[0]!;
  if (length === 0)
    throw new ArgumentError("TensorDataset", "there are no samples: received a first axis of 0.", {
      received: first[1].shape,
    });
  return length;
}
