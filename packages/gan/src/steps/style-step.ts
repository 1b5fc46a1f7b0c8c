import type { SampleBatch } from "@dl/generator";
import type { Module } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { compiledPart, descend, type TrainingStep } from "@dl/training";
import { pathLengthPenalty } from "../style/path-length-penalty.ts";
import type { StyleGenerator } from "../style/style-generator.ts";
import { adversarialStep } from "./adversarial-step.ts";
import type { GameScalars } from "./game.ts";
import { styleOptions, type StyleStepOptions } from "./style-options.ts";

/** What a step tells of the game; of paths where it was their turn. */
export interface StyleScalars extends GameScalars {
  readonly pathPenalty?: Tensor;
  /** Running mean. */
  readonly pathLength?: Tensor;
}

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
  const { samples, styles, noise, directions, pathLengthWeight, pathLengthEvery } = given;
  const countOf = (batch: Batch): number => samples(batch).shape[0]!;
  const picturesOf = (at: Tensor, batch: Batch): Tensor =>
    model.synthesis.forward(at, noise(at.shape[0]!, batch));
  const game = adversarialStep(model, discriminator, {
    ...gameOptions,
    generate: (batch) => picturesOf(styles(countOf(batch), batch), batch),
  });
  const smooth = compiledPart("path length", (batch: Batch) => {
    const pathPenalty = descend(gameOptions.optimizers.generator, () => {
      const at = styles(Math.ceil(countOf(batch) / 2), batch);
      const pictures = picturesOf(at, batch);
      const penalty = pathLengthPenalty(pictures, at, model.meanPathLength, {
        noise: directions(pictures.shape, batch),
      });
      return penalty.mul(pathLengthWeight * pathLengthEvery);
    });
    return { pathPenalty, pathLength: model.meanPathLength.detach() };
  });
  let steps = 0;
  return {
    ...game,
    parts: [...game.parts!, ...(pathLengthWeight > 0 ? [smooth] : [])],
    step(batch) {
      const told = game.step(batch) as GameScalars;
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
