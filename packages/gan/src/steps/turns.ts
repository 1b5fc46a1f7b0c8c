import { noGrad, noWeightGradients } from "@dl/autograd";
import type { Module } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { descend } from "@dl/training";
import type { Judge, LazyPenalty } from "../penalties/penalty.ts";
import type { GivenOptions } from "./adversarial-options.ts";
import type { GameScalars } from "./game.ts";

/** A batch as the discriminator meets it: how it judges, real samples, and as many generated ones. */
function encounter<Batch>(given: GivenOptions<Batch>, batch: Batch): [Judge, Tensor, Tensor] {
  const judge: Judge = (x) => given.judge(x, batch);
  return [judge, given.samples(batch), noGrad(() => given.generate(batch))];
}

/** The discriminator's step by its loss and the penalties. */
export function discriminatorTurn<Batch>(given: GivenOptions<Batch>, batch: Batch): GameScalars {
  const { loss, penalties, optimizers, afterDiscriminator } = given;
  const [judge, real, fake] = encounter(given, batch);
  let [onReal, onFake] = [real, fake];
  const discriminatorLoss = descend(optimizers.discriminator, () => {
    [onReal, onFake] = [judge(real), judge(fake)];
    return penalties.reduce(
      (sum, penalty) => sum.add(penalty(judge, real, fake, batch)),
      loss.discriminator(onReal, onFake),
    );
  });
  const scores = { real: onReal.detach(), fake: onFake.detach() };
  noGrad(() => afterDiscriminator(scores));
  return { discriminatorLoss, realScore: scores.real.mean(), fakeScore: scores.fake.mean() };
}

/** A penalty's own step, as large as those that it stands for. */
export function penaltyTurn<Batch>(
  given: GivenOptions<Batch>,
  { penalty, every }: LazyPenalty<Batch>,
  batch: Batch,
): Tensor {
  return descend(given.optimizers.discriminator, () =>
    penalty(...encounter(given, batch), batch).mul(every),
  );
}

/** The generator's step, through a discriminator that does not change. */
export function generatorTurn<Batch>(
  { generate, judge, samples, loss, generatorTerms, optimizers }: GivenOptions<Batch>,
  discriminator: Module,
  batch: Batch,
): Tensor {
  return noWeightGradients(discriminator.parameters(), () =>
    descend(optimizers.generator, () => {
      const fake = generate(batch);
      return generatorTerms.reduce(
        (sum, term) => sum.add(term(fake, batch)),
        loss.generator(judge(fake, batch), () => judge(samples(batch), batch)),
      );
    }),
  );
}

/** What both lose at a batch that nobody learns from. */
export function gameOf<Batch>(
  { generate, judge, samples, loss }: GivenOptions<Batch>,
  batch: Batch,
): GameScalars {
  const [onReal, onFake] = [judge(samples(batch), batch), judge(generate(batch), batch)];
  return {
    discriminatorLoss: loss.discriminator(onReal, onFake),
    generatorLoss: loss.generator(onFake, () => onReal),
    realScore: onReal.mean(),
    fakeScore: onFake.mean(),
  };
}
