import type { Module } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import type { Values, Work } from "./bench-case.ts";
import { gradientValues } from "./training.ts";

/** What both players lose in a step. */
export interface GameLosses {
  readonly discriminatorLoss: Tensor;
  readonly generatorLoss: Tensor;
}

/** Steps of a game, both losses read; checked by them and, where it is named, by the generator's gradients. */
export function gameWork(
  step: () => GameLosses | Promise<GameLosses>,
  given: readonly Tensor[],
  generator?: Module,
): Work {
  let losses: Values = [NaN, NaN];
  return {
    async step() {
      const { discriminatorLoss, generatorLoss } = await step();
      const [first, second] = [await discriminatorLoss.item(), await generatorLoss.item()];
      losses = [first, second];
      return second;
    },
    results: async () => [
      losses,
      ...(generator === undefined ? [] : await gradientValues(generator.parameters())),
    ],
    given,
  };
}
