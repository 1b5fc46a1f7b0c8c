import { checkOptions } from "@dl/backend";
import { generatorKind, type Generator, type Tensor } from "@dl/tensor";
import type { AdversarialStepOptions } from "../steps/adversarial-options.ts";
import type { ClassGenerator } from "./class-generator.ts";
import type { LabelledBatch } from "./labelled-batch.ts";

/** Where latents are drawn from. */
export interface ClassConditionalOptions {
  /** The default generator unless said. */
  readonly generator?: Generator;
}

/**
 * What makes a game one of classes, as options of `adversarialStep`: samples are generated of the classes
 * that the real ones of the batch have, and both are judged beside these classes.
 *
 * Batches: { inputs [batch, ...], targets int32 [batch] }.
 * Source: Mirza & Osindero 2014, arXiv:1411.1784, equation 2.
 * @example
 * const latent = new Independent(new Normal(zeros([2]), 1), 1);
 * const model = new ClassGenerator(new ConcatenatedClasses(new Linear(5, 4), 3, 3), latent, 3);
 * const discriminator = new ProjectionDiscriminator(new Linear(4, 8), 8, 3);
 * const step = adversarialStep(model, discriminator, {
 *   optimizers: {
 *     generator: new Adam(model.parameters()),
 *     discriminator: new Adam(discriminator.parameters()),
 *   },
 *   ...classConditional(model, discriminator),
 * });
 * const history = await fit(step, { data: [{ inputs, targets }], epochs: 2 });
 * Number.isFinite(history[1].training.generatorLoss); // => true
 */
export function classConditional(
  model: ClassGenerator,
  discriminator: { forward(samples: Tensor, classes: Tensor): Tensor },
  options: ClassConditionalOptions = {},
): Required<Pick<AdversarialStepOptions<LabelledBatch>, "samples" | "generate" | "judge">> {
  const random = checkOptions("classConditional", options, { generator: generatorKind });
  return {
    samples: ({ inputs }) => inputs,
    generate: ({ targets }) =>
      model.forward(model.latent.sample([targets.shape[0]!], random), targets),
    judge: (samples, { targets }) => discriminator.forward(samples, targets),
  };
}
