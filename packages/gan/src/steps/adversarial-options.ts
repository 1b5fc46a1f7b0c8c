import { checkCount, checkOptions, type OptionKinds } from "@dl/backend";
import { samplesOf, type LatentGenerator, type SampleBatch } from "@dl/generator";
import type { Layer, Module } from "@dl/nn";
import type { SteppingOptimizer } from "@dl/optim";
import { generatorKind, type Generator, type Tensor } from "@dl/tensor";
import type { AdversarialLoss } from "../losses/adversarial-loss.ts";
import { nonSaturating } from "../losses/losses.ts";
import type { LazyPenalty, Penalty } from "../penalties/penalty.ts";
import type { Players } from "./players.ts";

/** How the game is played. */
export interface AdversarialStepOptions<Batch> {
  readonly optimizers: Players<SteppingOptimizer>;
  /** Default {@link nonSaturating}. */
  readonly loss?: AdversarialLoss;
  /** Added to the discriminator's loss in each of its updates. */
  readonly penalties?: readonly Penalty<Batch>[];
  /** Have updates of their own, now and then. */
  readonly lazyPenalties?: readonly LazyPenalty<Batch>[];
  /** Added to the generator's loss, such as feature matching. */
  readonly generatorTerms?: readonly GeneratorTerm<Batch>[];
  /** Updates of the discriminator, a batch each, for one of the generator. Default 1. */
  readonly discriminatorSteps?: number;
  /** Changes samples, real and generated ones alike, before they are judged. */
  readonly augment?: (samples: Tensor) => Tensor;
  /** The real samples of a batch: itself or its `inputs` unless said. */
  readonly samples?: (batch: Batch) => Tensor;
  /** As many samples as the batch has: from draws of the model's latent unless said. */
  readonly generate?: (batch: Batch) => Tensor;
  /** What the discriminator makes of samples, told the batch they belong to: `forward` unless said. */
  readonly judge?: (samples: Tensor, batch: Batch) => Tensor;
  /** Where latents are drawn from; the default generator unless said. */
  readonly generator?: Generator;
}

/** A part of the generator's loss, a scalar. */
export type GeneratorTerm<Batch = unknown> = (fake: Tensor, batch: Batch) => Tensor;

const kinds: OptionKinds<AdversarialStepOptions<never>> = {
  optimizers: "object",
  loss: "object",
  penalties: "list",
  lazyPenalties: "list",
  generatorTerms: "list",
  discriminatorSteps: "number",
  augment: "function",
  samples: "function",
  generate: "function",
  judge: "function",
  generator: generatorKind,
};

/** The options with what stands for those left out. */
export function adversarialOptions<Batch>(
  model: LatentGenerator,
  discriminator: Module,
  options: AdversarialStepOptions<Batch>,
): Required<Omit<AdversarialStepOptions<Batch>, "augment" | "generator">> {
  const op = "adversarialStep";
  const given = checkOptions(op, options, kinds as OptionKinds<AdversarialStepOptions<Batch>>);
  const { augment = (x) => x, generator, discriminatorSteps = 1 } = given;
  checkCount(op, "discriminatorSteps", discriminatorSteps);
  const samples = given.samples ?? ((batch) => samplesOf(op, batch as SampleBatch));
  const random = { ...(generator && { generator }) };
  const judge = given.judge ?? ((x) => (discriminator as Layer).forward(x));
  return {
    loss: nonSaturating,
    penalties: [],
    lazyPenalties: [],
    generatorTerms: [],
    generate: (batch) =>
      model.forward(model.latent.sample([samples(batch).shape[0]!], random)) as Tensor,
    ...given,
    discriminatorSteps,
    samples,
    judge: (x, batch) => judge(augment(x), batch),
  };
}
