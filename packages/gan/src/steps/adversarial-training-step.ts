import { checkFunction, checkOptions } from "@dl/backend";
import { crossEntropy, type Layer } from "@dl/nn";
import type { SteppingOptimizer } from "@dl/optim";
import type { Tensor } from "@dl/tensor";
import {
  compiledPart,
  descend,
  inEvaluation,
  type DescendOptions,
  type Loss,
  type LossFunction,
  type SupervisedBatch,
  type TrainingStep,
} from "@dl/training";
import { checkAttacked } from "../attacks/input-gradient.ts";
import { adversarialOnly, type Lesson } from "../attacks/lessons.ts";
import type { Attack } from "../attacks/pgd-attack.ts";

/** How a network is made to hold out. */
export interface AdversarialTrainingOptions extends DescendOptions {
  readonly optimizer: SteppingOptimizer;
  /** On the network as it is at each step: a {@link pgdAttack}, or any function. */
  readonly attack: Attack;
  /** A scalar; {@link crossEntropy} unless said. */
  readonly loss?: LossFunction;
  /** What is learnt from: {@link adversarialOnly} unless said, or {@link adversarialAdded}. */
  readonly lesson?: Lesson;
}

/**
 * Adversarial training: attack the network as it is, learn from what was found, repeat.
 *
 * min over the weights of E max over |δ| ≤ ε of loss(x + δ, y), the maximum as the attack finds it.
 *
 * Source: Madry et al. 2018, arXiv:1706.06083, section 2.
 * @throws {ArgumentError} without an optimiser or an attack.
 * @example
 * const attack = pgdAttack(model, { epsilon: 0.1, steps: 1, stepSize: 0.125 });
 * const step = adversarialTrainingStep(model, { optimizer, attack });
 * const history = await fit(step, { data: [{ inputs, targets }], epochs: 5 });
 * history[4].training.loss < history[0].training.loss; // => true
 */
export function adversarialTrainingStep(
  model: Layer,
  options: AdversarialTrainingOptions,
): TrainingStep<SupervisedBatch, Loss> {
  const op = "adversarialTrainingStep";
  const { optimizer, attack, loss, lesson, ...rest } = checkOptions(op, options, {
    optimizer: "object",
    attack: "function",
    loss: "function",
    lesson: "function",
    clip: "function",
  });
  checkAttacked(op, model);
  checkFunction(op, "attack", attack);
  const compiled = attack.parts === undefined ? compiledPart("attack", attack) : undefined;
  // A mode that changes within a compiled step would keep it from being replayed.
  const perturb: Attack = (inputs, targets) =>
    inEvaluation(op, { model }, () => (compiled ?? attack)(inputs, targets));
  const lossOf = (batch: SupervisedBatch, adversarial: Tensor): Tensor => {
    const { inputs, targets } = (lesson ?? adversarialOnly)(batch, adversarial);
    return (loss ?? crossEntropy)(model.forward(inputs), targets);
  };
  const learn = compiledPart("learning", (batch: SupervisedBatch, adversarial: Tensor) =>
    descend(optimizer, () => lossOf(batch, adversarial), rest),
  );
  return {
    modules: { model },
    optimizers: { optimizer },
    parts: [...(attack.parts ?? [compiled!]), learn],
    step: ({ inputs, targets }) => ({
      loss: learn({ inputs, targets }, perturb(inputs, targets)),
    }),
    evaluate: (batch) => ({ loss: lossOf(batch, perturb(batch.inputs, batch.targets)) }),
  };
}
