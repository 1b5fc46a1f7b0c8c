import { checkOptions } from "@dl/backend";
import { Distribution } from "@dl/distributions";
import type { SteppingOptimizer } from "@dl/optim";
import { generatorKind, Tensor, type Generator } from "@dl/tensor";
import { descend, type DescendOptions, type TrainingStep } from "@dl/training";
import type { LatentGenerator } from "./latent-generator.ts";
import { naiveDistance } from "./naive-distance.ts";

/** What the naive training is made of. */
export interface NaiveStepOptions extends DescendOptions {
  readonly optimizer: SteppingOptimizer;
  /** Where latents are drawn from; the default generator unless said. */
  readonly generator?: Generator;
}

/**
 * The naive training of a generator: as many samples as the batch has data points, each to be near the
 * one it happens to stand beside. What it learns is the mean of all data: {@link naiveDistance}.
 *
 * Where the network gives distributions, their means are compared.
 *
 * @throws {ArgumentError} without an optimiser.
 * @example
 * const latent = new Independent(new Normal(zeros([2]), 1), 1);
 * const model = new LatentGenerator(new Linear(2, 4), latent);
 * const optimizer = new Adam(model.parameters(), { learningRate: 0.01 });
 * const history = await fit(naiveStep(model, { optimizer }), { data: [inputs], epochs: 50 });
 * history[49].training.loss < history[0].training.loss; // => true
 */
export function naiveStep(
  model: LatentGenerator,
  options: NaiveStepOptions,
): TrainingStep<Tensor | { readonly inputs: Tensor }, { readonly loss: Tensor }> {
  const { optimizer, generator, ...rest } = checkOptions("naiveStep", options, {
    optimizer: "object",
    generator: generatorKind,
    clip: "function",
  });
  const lossOf = (data: Tensor): Tensor => {
    const draw = { ...(generator && { generator }) };
    const made = model.forward(model.latent.sample([data.shape[0]!], draw));
    return naiveDistance(made instanceof Distribution ? made.mean : made, data);
  };
  const pointsOf = (batch: Tensor | { readonly inputs: Tensor }): Tensor =>
    batch instanceof Tensor ? batch : batch.inputs;
  return {
    modules: { model },
    optimizers: { optimizer },
    step: (batch) => ({ loss: descend(optimizer, () => lossOf(pointsOf(batch)), rest) }),
    evaluate: (batch) => ({ loss: lossOf(pointsOf(batch)) }),
  };
}
