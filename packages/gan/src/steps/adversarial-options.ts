import { ArgumentError, checkCount, checkOptions, type OptionKinds } from "@dl/backend";
import { LatentGenerator, samplesOf, type SampleBatch } from "@dl/generator";
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
  /** Done after each update of the discriminator, told its outputs: clipping, another level of noise. */
  readonly afterDiscriminator?: (scores: Scores) => void;
  /** Changes samples, real and generated ones alike, before they are judged. */
  readonly augment?: (samples: Tensor) => Tensor;
  /** The real samples of a batch: itself or its `inputs` unless said. */
  readonly samples?: (batch: Batch) => Tensor;
  /** As many samples as the batch has: from draws of the model's latent unless said. */
  readonly generate?: (batch: Batch) => Tensor;
  /** What the discriminator makes of samples, told the batch they belong to: `forward` unless said. */
  readonly judge?: (samples: Tensor, batch: Batch) => Tensor;
  /** Further modules whose state belongs to the training, such as an augmentation that adapts. */
  readonly modules?: Readonly<Record<string, Module>>;
  /** Where latents are drawn from; the default generator unless said. */
  readonly generator?: Generator;
}

/** What the discriminator gave for the real and the generated samples of a batch. */
export interface Scores {
  readonly real: Tensor;
  readonly fake: Tensor;
}

/** A part of the generator's loss, a scalar. */
export type GeneratorTerm<Batch = unknown> = (fake: Tensor, batch: Batch) => Tensor;

/** The options with what stands for those left out. */
export type GivenOptions<Batch> = Required<
  Omit<AdversarialStepOptions<Batch>, "augment" | "generator">
>;

export const adversarialKinds: OptionKinds<AdversarialStepOptions<never>> = {
  optimizers: "object",
  loss: "object",
  penalties: "list",
  lazyPenalties: "list",
  generatorTerms: "list",
  discriminatorSteps: "number",
  afterDiscriminator: "function",
  augment: "function",
  samples: "function",
  generate: "function",
  judge: "function",
  modules: "object",
  generator: generatorKind,
};

/** The options, checked, with what stands for those left out. */
export function adversarialOptions<Batch>(
  model: Module,
  discriminator: Module,
  options: AdversarialStepOptions<Batch>,
): GivenOptions<Batch> {
  const op = "adversarialStep";
  const given = checkOptions(
    op,
    options,
    adversarialKinds as OptionKinds<AdversarialStepOptions<Batch>>,
  );
  const { augment = (x) => x, discriminatorSteps = 1, optimizers, lazyPenalties = [] } = given;
  checkCount(op, "discriminatorSteps", discriminatorSteps);
  for (const { every } of lazyPenalties) checkCount(op, "every", every);
  for (const player of ["generator", "discriminator"] as const)
    if (typeof optimizers?.[player]?.step !== "function")
      throw new ArgumentError(
        op,
        `each player needs an optimizer: received none for the ${player}. Pass optimizers: { generator: new Adam(model.parameters()), discriminator: new Adam(discriminator.parameters()) }.`,
        { received: optimizers },
      );
  const samples = given.samples ?? ((batch) => samplesOf(op, batch as SampleBatch));
  const judge = given.judge ?? ((x) => (discriminator as Layer).forward(x));
  return {
    loss: nonSaturating,
    penalties: [],
    generatorTerms: [],
    afterDiscriminator: () => {},
    modules: {},
    generate: latentDraws(op, model, samples, given),
    ...given,
    lazyPenalties,
    discriminatorSteps,
    samples,
    judge: (x, batch) => judge(augment(x), batch),
  };
}

/** As many samples as the batch has, of draws of the model's latent. */
function latentDraws<Batch>(
  op: string,
  model: Module,
  samples: (batch: Batch) => Tensor,
  { generate, generator }: AdversarialStepOptions<Batch>,
): (batch: Batch) => Tensor {
  if (generate !== undefined) return generate;
  if (!(model instanceof LatentGenerator))
    throw new ArgumentError(
      op,
      "the model has no latent to draw. Pass new LatentGenerator(network, latent), or generate: (batch) => samples.",
      { received: model },
    );
  const random = { ...(generator && { generator }) };
  return (batch) =>
    model.forward(model.latent.sample([samples(batch).shape[0]!], random)) as Tensor;
}
