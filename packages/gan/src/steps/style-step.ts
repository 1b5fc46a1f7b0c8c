import type { SampleBatch } from "@dl/generator";
import type { Module } from "@dl/nn";
import { compiledPart, type TrainingStep } from "@dl/training";
import type { StyleGenerator } from "../style/style-generator.ts";
import { adversarialStep } from "./adversarial-step.ts";
import { pathLengthTurn, picturesOf, type StyleScalars } from "./path-length-turn.ts";
import { styleOptions, type StyleStepOptions } from "./style-options.ts";

/**
 * Training of a generator with styles: {@link adversarialStep}'s game, in which most pictures have two
 * styles; every so often the generator has an update that makes path lengths alike.
 *
 * Repeat: w = f(z) of two latents, the second's from a random layer on with the probability of mixing;
 * the game's turns with pictures of w; where it is its turn, a step by the path length penalty of half
 * as many pictures, k times as large. R1 is one of the game's lazy penalties. Penalties share the
 * players' optimisers, whose rates {@link lazyRates} corrects for that.
 *
 * Source: Karras et al. 2020, arXiv:1912.04958, section 3 and appendix B.
 * @throws {ArgumentError} without optimisers, or for options out of their range.
 * @example
 * const model = new StyleGenerator({ channels: [8, 4], width: 16, mappingLayers: 2 });
 * const discriminator = new StyleDiscriminator({ channels: [8, 4] });
 * const adam = { learningRate: 2e-3, beta1: 0, beta2: 0.99 };
 * const step = styleStep(model, discriminator, {
 *   optimizers: {
 *     generator: new Adam(model.parameters(), lazyRates(adam, 8)),
 *     discriminator: new Adam(discriminator.parameters(), lazyRates(adam, 16)),
 *   },
 *   lazyPenalties: [{ penalty: r1Penalty({ weight: 0.1 }), every: 16 }],
 * });
 * const history = await fit(step, { data: [uniform([4, 3, 8, 8])], epochs: 2 });
 * Number.isFinite(history[1].training.discriminatorLoss); // => true
 */
export function styleStep<Batch = SampleBatch>(
  model: StyleGenerator,
  discriminator: Module,
  options: StyleStepOptions<Batch>,
): TrainingStep<Batch, StyleScalars> & { evaluate(batch: Batch): StyleScalars } {
  const { game: gameOptions, ...given } = styleOptions(model, options);
  const { samples, styles, pathLengthWeight, pathLengthEvery } = given;
  const game = adversarialStep(model, discriminator, {
    ...gameOptions,
    generate: (batch) => picturesOf(model, given, styles(samples(batch).shape[0]!, batch), batch),
  });
  const smooth = compiledPart("path length", (batch: Batch) =>
    pathLengthTurn(model, gameOptions.optimizers.generator, given, batch),
  );
  let steps = 0;
  return {
    ...game,
    parts: [...game.parts!, ...(pathLengthWeight > 0 ? [smooth] : [])],
    step(batch) {
      const told = game.step(batch) as StyleScalars;
      const isTurn = pathLengthWeight > 0 && steps % pathLengthEvery === 0;
      steps++;
      return isTurn ? { ...told, ...smooth(batch) } : told;
    },
    stateDict: () => ({ game: game.stateDict!(), steps }),
    loadStateDict(state) {
      const kept = state as { readonly game: unknown; readonly steps: number };
      game.loadStateDict!(kept.game);
      ({ steps } = kept);
    },
  };
}
