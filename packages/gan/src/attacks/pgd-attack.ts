import { noGrad } from "@dl/autograd";
import { checkCount, extendKinds, type OptionKinds } from "@dl/backend";
import type { Layer } from "@dl/nn";
import { generatorKind, where, type Generator, type Tensor } from "@dl/tensor";
import { compiledPart, inEvaluation, type CompiledPart, type Part } from "@dl/training";
import { attackKinds, attackSettings, checkReach, type AttackOptions } from "./attack-options.ts";
import { balls, type BallName } from "./balls.ts";
import { checkAttacked, inputGradient, lossesOf } from "./input-gradient.ts";

/** How inputs are moved step by step. */
export interface PgdAttackOptions extends AttackOptions {
  /** How distances are measured: by the number moved furthest, or by length. Default "infinity". */
  readonly norm?: BallName;
  /** Default 20. */
  readonly steps?: number;
  /** How far each step goes; 2.5 epsilon / steps unless said, so that every place can be reached. */
  readonly stepSize?: number;
  /** Whether it starts from a point drawn from the ball; from the input itself otherwise. Default true. */
  readonly randomStart?: boolean;
  /** Starts, of which each sample keeps the one that served best. Default 1. */
  readonly restarts?: number;
  /** Where starts are drawn from; the default generator unless said. */
  readonly generator?: Generator;
}

export const pgdKinds: OptionKinds<PgdAttackOptions> = /* @__PURE__ */ extendKinds(attackKinds, {
  norm: '"infinity"|"two"',
  steps: "number",
  stepSize: "number",
  randomStart: "boolean",
  restarts: "number",
  generator: generatorKind,
});

/** Makes inputs that a network answers wrongly, from inputs and the right answers. */
export interface Attack {
  (inputs: Tensor, targets: Tensor): Tensor;
  /** What of it is compiled by itself. */
  readonly parts?: readonly Part[];
}

/** Points and how much each one serves the attack. */
type Found = readonly [points: Tensor, gains: Tensor];

/** The pieces of the search, each of them compiled once and called often, in evaluation. */
export interface Search {
  readonly steps: number;
  readonly restarts: number;
  readonly start: CompiledPart<[samples: Tensor], Tensor>;
  /** One step further, and the losses before it. */
  readonly move: CompiledPart<[points: Tensor, samples: Tensor, targets: Tensor], [Tensor, Tensor]>;
  readonly gains: CompiledPart<[points: Tensor, targets: Tensor], Tensor>;
  readonly better: CompiledPart<[found: Found, other: Found], [Tensor, Tensor]>;
}

/** @throws {ArgumentError} for options out of their range. */
export function searchOf(op: string, network: Layer, options: PgdAttackOptions): Search {
  const { epsilon, sense, loss, within } = attackSettings(op, options, pgdKinds);
  const { norm = "infinity", steps = 20, restarts = 1, randomStart = true, generator } = options;
  const { stepSize = (2.5 * epsilon) / steps } = options;
  checkAttacked(op, network);
  checkCount(op, "steps", steps);
  checkCount(op, "restarts", restarts);
  checkReach(op, "stepSize", stepSize);
  const [ball, random] = [balls[norm], generator === undefined ? {} : { generator }];
  return {
    steps,
    restarts,
    start: compiledPart(`${op} start`, (samples: Tensor) =>
      within(randomStart ? ball.draw(samples, epsilon, random) : samples),
    ),
    move: compiledPart(`${op} step`, (points: Tensor, samples: Tensor, targets: Tensor) => {
      const { losses, gradient } = inputGradient(op, network, points, targets, loss);
      const moved = points.add(ball.steepest(gradient).mul(sense * stepSize));
      return [within(ball.project(moved, samples, epsilon)), losses] as [Tensor, Tensor];
    }),
    gains: compiledPart(`${op} gains`, (points: Tensor, targets: Tensor) =>
      noGrad(() => lossesOf(op, network, points, targets, loss).mul(sense)),
    ),
    better: compiledPart(`${op} better`, ([points, gains]: Found, [others, theirs]: Found) => {
      const isBetter = theirs.greater(gains);
      const ofEach = isBetter.reshape([-1, ...points.shape.slice(1).map(() => 1)]);
      return [where(ofEach, others, points), where(isBetter, theirs, gains)] as [Tensor, Tensor];
    }),
  };
}

/**
 * Projected gradient descent as a function of inputs and targets, compiled once for all of them: for
 * adversarial training, and for {@link adversarialAccuracy}. {@link pgd} has the method.
 *
 * With `steps: 1, stepSize: 1.25 * epsilon` it is the fast gradient sign method from a random start
 * (Wong et al. 2020, arXiv:2001.03994, section 4), which is enough to train by.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const attack = pgdAttack(model, { epsilon: 0.1, steps: 5 });
 * attack(inputs, targets).shape; // => [16, 4]
 */
export function pgdAttack(network: Layer, options: PgdAttackOptions): Attack {
  const search = searchOf("pgdAttack", network, options);
  const { start, move, gains, better, steps, restarts } = search;
  const attack = (inputs: Tensor, targets: Tensor): Tensor => {
    const samples = inputs.detach();
    let found: Found | undefined;
    for (let i = 0; i < restarts; i++) {
      let points = start(samples);
      for (let step = 0; step < steps; step++) [points] = move(points, samples, targets);
      if (restarts === 1) return points;
      const other: Found = [points, gains(points, targets)];
      found = found === undefined ? other : better(found, other);
    }
    return found![0];
  };
  const parts = restarts === 1 ? [start, move] : [start, move, gains, better];
  // A mode that changes within a compiled step would keep it from being replayed.
  const evaluated: Attack = (inputs, targets) =>
    inEvaluation("pgdAttack", { network }, () => attack(inputs, targets));
  return Object.assign(evaluated, { parts });
}
