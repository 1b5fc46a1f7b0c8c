import { crossEntropy, meanSquaredError } from "@dl/nn";
import { arange, concatenate, type Tensor } from "@dl/tensor";
import type { Pictures } from "../pictures/load-pictures.ts";

/** Pictures on the device, with what is known of them. */
export interface KnownBatch {
  readonly inputs: Tensor;
  readonly targets?: Tensor;
  readonly attributes?: Tensor;
}

/** What a judge learns of pictures, so that its features tell them apart. */
export interface Lesson {
  readonly name: "classes" | "attributes" | "rotations";
  /** Numbers that the judge ends in. */
  readonly outputs: number;
  /** Small where the judge is right; it makes [batch, outputs] of pictures. */
  loss(judge: (pictures: Tensor) => Tensor, batch: KnownBatch): Tensor;
}

/**
 * The most that can be learnt of such pictures: their classes, else their attributes, else by which
 * quarter turn a picture is turned, which nobody need have written down.
 *
 * Source of the last: Gidaris et al. 2018, arXiv:1803.07728.
 */
export function lessonOf({ train, shape: [, height, width] }: Pictures): Lesson {
  const { targets, attributes } = train.get(0);
  const classes = targets === undefined ? 1 : 1 + largestClass(train);
  if (classes > 1)
    return {
      name: "classes",
      outputs: classes,
      loss: (judge, batch) => crossEntropy(judge(batch.inputs), batch.targets!),
    };
  if (attributes !== undefined)
    return {
      name: "attributes",
      outputs: attributes.data.length,
      loss: (judge, batch) => meanSquaredError(judge(batch.inputs), batch.attributes!),
    };
  const turns = height === width ? quarterTurns : [quarterTurns[0]!, quarterTurns[2]!];
  return {
    name: "rotations",
    outputs: turns.length,
    loss(judge, { inputs }) {
      const count = inputs.shape[0]!;
      const turned = judge(concatenate(turns.map((turn) => turn(inputs))));
      return crossEntropy(turned, arange(0, turns.length).repeatInterleave(count, 0));
    },
  };
}

/** By 0, 90, 180 and 270 degrees. */
const quarterTurns: readonly ((pictures: Tensor) => Tensor)[] = [
  (x) => x,
  (x) => x.transpose(2, 3).flip(2),
  (x) => x.flip([2, 3]),
  (x) => x.transpose(2, 3).flip(3),
];

function largestClass(pictures: Pictures["train"]): number {
  let largest = 0;
  for (let i = 0; i < pictures.length; i++) largest = Math.max(largest, pictures.get(i).targets!);
  return largest;
}
