import { ArgumentError, checkFunction, checkOptions } from "@dl/backend";
import { batchesOf } from "@dl/generator";
import type { Layer } from "@dl/nn";
import { checkTensor, stack, type Tensor } from "@dl/tensor";
import { inEvaluation, type Batches, type SupervisedBatch } from "@dl/training";
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
  const rightOf = (inputs: Tensor, targets: Tensor): Tensor =>
    inEvaluation(op, { network }, () => network.forward(inputs).argmax(1).equal(targets));
  let [clean, robust, samples] = [0, 0, 0];
  for await (const batch of batchesOf(op, data)) {
    signal?.throwIfAborted();
    checkTensor(op, batch.inputs);
    checkTensor(op, batch.targets);
    // Batches that are views of one tensor begin elsewhere in it, which a compiled step does not follow.
    const [inputs, targets] = [batch.inputs.clone(), batch.targets.clone()];
    const attacked = await attack(inputs, targets);
    const before = rightOf(inputs, targets);
    const both = before.logicalAnd(rightOf(attacked, targets));
    const right = await stack([before, both].map((each) => each.cast("float32").sum())).data();
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
