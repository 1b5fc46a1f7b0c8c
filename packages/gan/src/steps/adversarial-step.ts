import { noGrad, noWeightGradients } from "@dl/autograd";
import type { LatentGenerator, SampleBatch } from "@dl/generator";
import type { Module } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { compiledPart, descend, type TrainingStep } from "@dl/training";
import type { Judge } from "../penalties/penalty.ts";
import { adversarialOptions, type AdversarialStepOptions } from "./adversarial-options.ts";

/** What a step tells of the game; `generatorLoss` only where the generator had its turn. */
export interface GameScalars extends Record<string, Tensor | undefined> {
  readonly discriminatorLoss: Tensor;
  readonly generatorLoss?: Tensor;
  /** Mean output of the discriminator for real samples, and for generated ones. */
  readonly realScore: Tensor;
  readonly fakeScore: Tensor;
}

/**
 * Two networks play: the discriminator learns to tell real samples from generated ones, the generator
 * to make samples that pass.
 *
 * Repeat: x a batch, G(z) as many generated samples; the discriminator's step by its loss and the
 * penalties; where it is their turn, a step by each lazy penalty, k times as large; after every so many
 * batches the generator's step, through a discriminator that does not change.
 *
 * Source: Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1; lazy penalties Karras et al. 2020,
 * arXiv:1912.04958, appendix B.
 * @throws {ArgumentError} without optimisers.
 * @example
 * const latent = new Independent(new Normal(zeros([2]), 1), 1);
 * const model = new LatentGenerator(new Linear(2, 4), latent);
 * const discriminator = new Linear(4, 1);
 * const optimizers = {
 *   generator: new Adam(model.parameters(), { beta1: 0.5 }),
 *   discriminator: new Adam(discriminator.parameters(), { beta1: 0.5 }),
 * };
 * const step = adversarialStep(model, discriminator, { optimizers, loss: hinge });
 * const history = await fit(step, { data: [inputs], epochs: 3 });
 * Number.isFinite(history[2].training.generatorLoss); // => true
 */
export function adversarialStep<Batch = SampleBatch>(
  model: LatentGenerator,
  discriminator: Module,
  options: AdversarialStepOptions<Batch>,
): TrainingStep<Batch, GameScalars> & { evaluate(batch: Batch): GameScalars } {
  const given = adversarialOptions(model, discriminator, options);
  const { optimizers, loss, penalties, lazyPenalties, generatorTerms, samples, generate } = given;
  const judgeOf =
    (batch: Batch): Judge =>
    (x) =>
      given.judge(x, batch);

  const tellApart = compiledPart("discriminator", (batch: Batch) => {
    const [judge, real, fake] = [judgeOf(batch), samples(batch), noGrad(() => generate(batch))];
    const scores = { realScore: real, fakeScore: fake };
    const discriminatorLoss = descend(optimizers.discriminator, () => {
      const [onReal, onFake] = [judge(real), judge(fake)];
      Object.assign(scores, { realScore: onReal.mean(), fakeScore: onFake.mean() });
      return penalties.reduce(
        (sum, penalty) => sum.add(penalty(judge, real, fake, batch)),
        loss.discriminator(onReal, onFake),
      );
    });
    return { discriminatorLoss, ...scores };
  });
  const pass = compiledPart("generator", (batch: Batch) =>
    noWeightGradients(discriminator.parameters(), () =>
      descend(optimizers.generator, () => {
        const [judge, fake] = [judgeOf(batch), generate(batch)];
        return generatorTerms.reduce(
          (sum, term) => sum.add(term(fake, batch)),
          loss.generator(judge(fake), () => judge(samples(batch))),
        );
      }),
    ),
  );
  const regularize = lazyPenalties.map(({ penalty, every }, i) =>
    compiledPart(`lazy penalty ${i}`, (batch: Batch) =>
      descend(optimizers.discriminator, () =>
        penalty(
          judgeOf(batch),
          samples(batch),
          noGrad(() => generate(batch)),
          batch,
        ).mul(every),
      ),
    ),
  );

  let steps = 0;
  return {
    modules: { generator: model, discriminator },
    optimizers: { ...optimizers },
    parts: [tellApart, pass, ...regularize],
    step(batch) {
      const told = tellApart(batch);
      lazyPenalties.forEach(({ every }, i) => steps % every === 0 && regularize[i]!(batch));
      steps++;
      return steps % given.discriminatorSteps === 0
        ? { ...told, generatorLoss: pass(batch) }
        : told;
    },
    evaluate(batch) {
      const [onReal, onFake] = [samples(batch), generate(batch)].map(judgeOf(batch)) as [
        Tensor,
        Tensor,
      ];
      return {
        discriminatorLoss: loss.discriminator(onReal, onFake),
        generatorLoss: loss.generator(onFake, () => onReal),
        realScore: onReal.mean(),
        fakeScore: onFake.mean(),
      };
    },
    stateDict: () => steps,
    loadStateDict(state) {
      steps = state as number;
    },
  };
}
