import type { SampleBatch } from "@dl/generator";
import type { Module } from "@dl/nn";
import { compiledPart } from "@dl/training";
import { adversarialOptions, type AdversarialStepOptions } from "./adversarial-options.ts";
import type { Game } from "./game.ts";
import { discriminatorTurn, gameOf, generatorTurn, penaltyTurn } from "./turns.ts";

/**
 * Two networks play: the discriminator learns to tell real samples from generated ones, the generator
 * to make samples that pass.
 *
 * Repeat: x a batch, G(z) as many generated samples; the discriminator's step by its loss and the
 * penalties; where it is their turn, a step by each lazy penalty, k times as large; after every so many
 * batches the generator's step, through a discriminator that does not change.
 *
 * Each player has its own optimiser, so also its own learning rate: a discriminator that learns two to
 * four times as fast needs no further steps.
 *
 * Source: Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1; lazy penalties Karras et al. 2020,
 * arXiv:1912.04958, appendix B; two rates Heusel et al. 2017, arXiv:1706.08500.
 * @throws {ArgumentError} without optimisers; with a model that is no {@link LatentGenerator} and
 * nothing that generates.
 * @example
 * const latent = new Independent(new Normal(zeros([2]), 1), 1);
 * const model = new LatentGenerator(new Linear(2, 4), latent);
 * const discriminator = new Linear(4, 1);
 * const optimizers = {
 *   generator: new Adam(model.parameters(), { learningRate: 1e-4, beta1: 0 }),
 *   discriminator: new Adam(discriminator.parameters(), { learningRate: 4e-4, beta1: 0 }),
 * };
 * const step = adversarialStep(model, discriminator, { optimizers, loss: hinge });
 * const history = await fit(step, { data: [inputs], epochs: 3 });
 * Number.isFinite(history[2].training.generatorLoss); // => true
 */
export function adversarialStep<Batch = SampleBatch>(
  model: Module,
  discriminator: Module,
  options: AdversarialStepOptions<Batch>,
): Game<Batch> {
  const given = adversarialOptions(model, discriminator, options);
  const tellApart = compiledPart("discriminator", (batch: Batch) =>
    discriminatorTurn(given, batch),
  );
  const pass = compiledPart("generator", (batch: Batch) =>
    generatorTurn(given, discriminator, batch),
  );
  const flatten = given.lazyPenalties.map((lazy, i) =>
    compiledPart(`lazy penalty ${i}`, (batch: Batch) => penaltyTurn(given, lazy, batch)),
  );
  let steps = 0;
  return {
    modules: { generator: model, discriminator, ...given.modules },
    optimizers: { ...given.optimizers },
    parts: [tellApart, pass, ...flatten],
    step(batch) {
      const told = tellApart(batch);
      given.lazyPenalties.forEach(({ every }, i) => steps % every === 0 && flatten[i]!(batch));
      steps++;
      const isGeneratorsTurn = steps % given.discriminatorSteps === 0;
      return isGeneratorsTurn ? { ...told, generatorLoss: pass(batch) } : told;
    },
    evaluate: (batch) => gameOf(given, batch),
    stateDict: () => steps,
    loadStateDict(state) {
      steps = state as number;
    },
  };
}
