import { ArgumentError, checkOptions, type OptionKinds } from "@dl/backend";
import type { Layer } from "@dl/nn";
import type { SteppingOptimizer } from "@dl/optim";
import type { Tensor } from "@dl/tensor";
import type { SupervisedBatch } from "@dl/training";
import type { AdversarialLoss } from "../losses/adversarial-loss.ts";
import { nonSaturating } from "../losses/losses.ts";
import type { GameScalars } from "./game.ts";
import type { Players } from "./players.ts";

/** The discriminator's half of what a step on pairs tells. */
export interface Apart {
  readonly discriminatorLoss: Tensor;
  readonly realScore: Tensor;
  readonly fakeScore: Tensor;
}

/** The generator's half. */
export interface Passed {
  readonly generatorLoss: Tensor;
  /** Mean absolute difference of outputs and targets. */
  readonly distance: Tensor;
}

/** What `pairStep` tells of the game. */
export interface PairScalars extends GameScalars, Passed {
  readonly generatorLoss: Tensor;
}

/** How `pairStep` is made. */
export interface PairStepOptions {
  readonly optimizers: Players<SteppingOptimizer>;
  /** Default `nonSaturating`. */
  readonly loss?: AdversarialLoss;
  /** Weight of the distance to the targets. Default 100; 0 leaves the adversary alone. */
  readonly distanceWeight?: number;
  /** The outputs for a batch: `forward` of its inputs unless said. */
  readonly generate?: (batch: SupervisedBatch) => Tensor;
}

const kinds: OptionKinds<PairStepOptions> = {
  optimizers: "object",
  loss: "object",
  distanceWeight: "number",
  generate: "function",
};

/** The options with what stands for those left out. @throws {ArgumentError} for a weight below 0. */
export function pairOptions(model: Layer, options: PairStepOptions): Required<PairStepOptions> {
  const given = checkOptions("pairStep", options, kinds);
  checkWeight("pairStep", "distanceWeight", given.distanceWeight ?? 0);
  return {
    loss: nonSaturating,
    distanceWeight: 100,
    generate: ({ inputs }) => model.forward(inputs),
    ...given,
  };
}

/** @throws {ArgumentError} unless a weight is a number of at least 0. */
export function checkWeight(op: string, name: string, weight: number): void {
  if (weight >= 0 && weight < Infinity) return;
  throw new ArgumentError(op, `${name} must be a number of at least 0: received ${weight}.`, {
    expected: ">= 0",
    received: weight,
  });
}
