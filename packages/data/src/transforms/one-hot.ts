import { ArgumentError, DTypeError, formatShape } from "@dl/backend";
import { checkWhole } from "../check-range.ts";
import type { HostArray } from "../dataset.ts";
import { hostArrayOf } from "../host-array.ts";
import type { Transform } from "./transform.ts";

/**
 * Classes as vectors with a 1 at the class and 0 elsewhere.
 *
 * Shape: int32 [N] → float32 [N, classCount].
 *
 * @throws {ArgumentError} if a target is not from 0 to classCount − 1.
 * @throws {DTypeError} if the targets are not int32 [N].
 * @example
 * const points = new ArrayDataset({ targets: { data: Int32Array.of(2, 0), shape: [2] } });
 * const loader = new DataLoader(points, {
 *   batchSize: 2,
 *   transform: onField("targets", toOneHot(3)),
 * });
 * const [batch] = loader;
 * batch.targets; // => [[0, 0, 1], [1, 0, 0]]
 */
export function toOneHot(classCount: number): Transform {
  checkWhole(classCount, 1, 2 ** 31 - 1, "classCount", "toOneHot");
  return (array) => classesToOneHot(array, classCount, "toOneHot");
}

export function classesToOneHot(targets: HostArray, classCount: number, op: string): HostArray {
  const { data, shape } = hostArrayOf(targets, "the targets", op);
  if (shape.length !== 1 || !(data instanceof Int32Array))
    throw new DTypeError(
      op,
      `needs classes, int32 [N]: received ${data instanceof Int32Array ? "int32" : "float32"} ${formatShape(shape)}.`,
      { expected: "int32 [N]", received: shape },
    );
  const vectors = new Float32Array(data.length * classCount);
  data.forEach((target, i) => {
    if (target < 0 || target >= classCount)
      throw new ArgumentError(
        op,
        `targets must be from 0 to ${classCount - 1}: received ${target} in sample ${i} of the batch.`,
        { expected: `0..${classCount - 1}`, received: target },
      );
    vectors[i * classCount + target] = 1;
  });
  return { data: vectors, shape: [data.length, classCount] };
}
