import { ArgumentError } from "@dl/backend";
import { checkFunction } from "../check-given.ts";
import type { HostArray, HostBatch } from "../dataset.ts";
import type { RandomStream } from "../random-stream.ts";

/**
 * Makes a changed array of an array of samples, whose first axis is the batch. Whatever is random
 * comes from `random`, so that a pass can be repeated; the array received is left as it is.
 */
export type Transform = (batch: HostArray, random: RandomStream) => HostArray;

/** The same for a whole batch: what a loader takes. */
export type BatchTransform<S> = (batch: HostBatch<S>, random: RandomStream) => HostBatch<S>;

/**
 * Applies transforms to one field of every batch, first to last, and leaves the others alone.
 *
 * @example
 * const digits = new ProceduralDigits({ length: 100 });
 * const transform = onField("inputs", randomCrop(28, { padding: 2 }), cutout(8));
 * const [batch] = new DataLoader(digits, { batchSize: 10, transform });
 * batch.inputs.shape; // => [10, 1, 28, 28]
 */
export function onField<Name extends string>(
  name: Name,
  ...transforms: readonly Transform[]
): <S extends Readonly<Record<Name, unknown>>>(
  batch: HostBatch<S>,
  random: RandomStream,
) => HostBatch<S> {
  for (const transform of transforms) checkFunction(transform, "a transform", "onField");
  return (batch, random) => {
    let array: HostArray | undefined = batch[name];
    if (array === undefined)
      throw new ArgumentError(
        "onField",
        `the batch has no field "${name}": it has ${Object.keys(batch).join(", ")}.`,
        { expected: Object.keys(batch), received: name },
      );
    for (const transform of transforms) array = transform(array, random);
    return { ...batch, [name]: array };
  };
}

/**
 * One transform of several for the whole batch, first to last.
 *
 * @example
 * const digits = new ProceduralDigits({ length: 10 });
 * const transform = inOrder(onField("inputs", randomCrop(24)), mixup({ classCount: 10 }));
 * const [batch] = new DataLoader(digits, { batchSize: 10, transform });
 * batch.targets.shape; // => [10, 10]
 */
export function inOrder<S>(...transforms: readonly BatchTransform<S>[]): BatchTransform<S> {
  for (const transform of transforms) checkFunction(transform, "a transform", "inOrder");
  return (batch, random) =>
    transforms.reduce((result, transform) => transform(result, random), batch);
}
