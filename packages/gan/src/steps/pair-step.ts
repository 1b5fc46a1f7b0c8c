import { noWeightGradients } from "@dl/autograd";
import { meanAbsoluteError, type Layer } from "@dl/nn";
import { concatenate, type Tensor } from "@dl/tensor";
import { compiledPart, descend, type SupervisedBatch, type TrainingStep } from "@dl/training";
import {
  pairOptions,
  type Apart,
  type PairScalars,
  type PairStepOptions,
  type Passed,
} from "./pair-options.ts";

/**
 * Learns from pairs to turn a picture into another, random where the generator is: its outputs must be
 * near the targets, and pass beside their inputs for real.
 *
 * Repeat: x, y a batch, ŷ = G(x); the discriminator's step by half its loss on D(x, y) and D(x, ŷ); the
 * generator's by its loss on D(x, ŷ), through a discriminator that does not change, + λ |y − ŷ|.
 *
 * Source: Isola et al. 2017, arXiv:1611.07004, section 3, equation 4.
 * @throws {ArgumentError} without optimisers.
 * @example
 * const model = unetGenerator({ width: 4, depth: 2 });
 * const discriminator = patchDiscriminator({ inChannels: 6, width: 4, layers: 1 });
 * const optimizers = {
 *   generator: new Adam(model.parameters(), { beta1: 0.5 }),
 *   discriminator: new Adam(discriminator.parameters(), { beta1: 0.5 }),
 * };
 * const step = pairStep(model, discriminator, { optimizers });
 * const data = [{ inputs: zeros([2, 3, 16, 16]), targets: ones([2, 3, 16, 16]) }];
 * const history = await fit(step, { data, epochs: 3 });
 * history[2].training.distance < history[0].training.distance; // => true
 */
export function pairStep(
  model: Layer,
  discriminator: Layer,
  options: PairStepOptions,
): TrainingStep<SupervisedBatch, PairScalars> & { evaluate(batch: SupervisedBatch): PairScalars } {
  const { optimizers, loss, distanceWeight, generate } = pairOptions(model, options);
  const judge = (inputs: Tensor, outputs: Tensor): Tensor =>
    discriminator.forward(concatenate([inputs, outputs], 1));

  const tellApart = ({ inputs, targets }: SupervisedBatch, made: Tensor): Apart => {
    const [real, fake] = [judge(inputs, targets), judge(inputs, made)];
    const discriminatorLoss = loss.discriminator(real, fake).mul(0.5);
    return { discriminatorLoss, realScore: real.mean(), fakeScore: fake.mean() };
  };
  const pass = ({ inputs, targets }: SupervisedBatch, made: Tensor): Passed => {
    const distance = meanAbsoluteError(made, targets);
    const passing = loss.generator(judge(inputs, made), () => judge(inputs, targets));
    return { distance, generatorLoss: passing.add(distance.mul(distanceWeight)) };
  };
  const evaluate = (batch: SupervisedBatch, made = generate(batch)): PairScalars => ({
    ...tellApart(batch, made),
    ...pass(batch, made),
  });

  const play = compiledPart("pair", (batch: SupervisedBatch) => {
    const made = generate(batch);
    let [apart, passed]: [Apart?, Passed?] = [];
    descend(optimizers.discriminator, () => {
      apart = tellApart(batch, made.detach());
      return apart.discriminatorLoss;
    });
    noWeightGradients(discriminator.parameters(), () =>
      descend(optimizers.generator, () => {
        passed = pass(batch, made);
        return passed.generatorLoss;
      }),
    );
    return { ...apart!, ...passed! };
  });
  return {
    modules: { generator: model, discriminator },
    optimizers: { ...optimizers },
    parts: [play],
    step: play,
    evaluate,
  };
}
