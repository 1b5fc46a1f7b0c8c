import { ArgumentError, checkFunction, checkOptions } from "@dl/backend";
import { batchesOf } from "@dl/generator";
import type { Layer } from "@dl/nn";
import { checkTensor, stack, type Tensor } from "@dl/tensor";
import { compiledPart, inEvaluation, type Batches, type SupervisedBatch } from "@dl/training";
import { checkAttacked } from "./input-gradient.ts";

/** How often a classifier is right. */
export interface RobustAccuracy {
  /** Share of the samples that it answers rightly as they are. */
  readonly clean: number;
  /** Share that it answers rightly as they are and under attack. */
  readonly robust: number;
  /** How many were tried. */
  readonly samples: number;
}

/** What is attacked, and how. */
export interface AdversarialAccuracyOptions {
  /** Batches of inputs and class numbers, gone through once. */
  readonly data: Batches<SupervisedBatch>;
  /** A {@link pgdAttack}, or any function of inputs and right answers. */
  readonly attack: (inputs: Tensor, targets: Tensor) => Tensor | Promise<Tensor>;
  /** Told after each batch what is known so far. */
  readonly onProgress?: (soFar: RobustAccuracy) => void;
  /** Stops between two batches; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * How much of a classifier's accuracy an attack leaves. It is an upper bound: a stronger attack may leave
 * less. One of 20 steps and one of 50 that agree hide nothing by themselves; gradients that vanish do,
 * and random starts or another loss show it.
 *
 * Source: Madry et al. 2018, arXiv:1706.06083, section 5; Athalye et al. 2018, arXiv:1802.00420.
 * @throws {ArgumentError} without data or an attack, or if there are no batches.
 * @throws the signal's reason, once it is aborted.
 * @example
 * const attack = pgdAttack(model, { epsilon: 0.5, steps: 5 });
 * const data = [{ inputs, targets }];
 * const { clean, robust, samples } = await adversarialAccuracy(model, { data, attack });
 * robust <= clean && samples === 16; // => true
 */
export async function adversarialAccuracy(
  network: Layer,
  options: AdversarialAccuracyOptions,
): Promise<RobustAccuracy> {
  const op = "adversarialAccuracy";
  const { data, attack, onProgress, signal } = checkOptions(op, options, {
    data: "object|list",
    attack: "function",
    onProgress: "function",
    signal: "object",
  });
  checkAttacked(op, network);
  checkFunction(op, "attack", attack);
  const rightOf = compiledPart(op, (inputs: Tensor, attacked: Tensor, targets: Tensor): Tensor =>
    inEvaluation(op, { network }, () => {
      const [before, after] = [inputs, attacked].map((x) =>
        network.forward(x).argmax(1).equal(targets),
      ) as [Tensor, Tensor];
      const both = before.logicalAnd(after);
      return stack([before, both].map((right) => right.cast("float32").sum()));
    }),
  );
  let [clean, robust, samples] = [0, 0, 0];
  for await (const { inputs, targets } of batchesOf(op, data)) {
    signal?.throwIfAborted();
    checkTensor(op, inputs);
    checkTensor(op, targets);
    const right = await rightOf(inputs, await attack(inputs, targets), targets).data();
    clean += right[0]!;
    robust += right[1]!;
    samples += inputs.shape[0]!;
    onProgress?.({ clean: clean / samples, robust: robust / samples, samples });
  }
  if (samples === 0)
    throw new ArgumentError(
      op,
      "the data has no samples: received 0 batches. Give it some, and something that can be gone through again, such as a DataLoader or an array.",
    );
  return { clean: clean / samples, robust: robust / samples, samples };
}
