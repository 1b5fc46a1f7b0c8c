import { ArgumentError, checkOptions } from "@dl/backend";
import { samplesOf, type SampleBatch } from "@dl/generator";
import type { Module } from "@dl/nn";
import type { SteppingOptimizer } from "@dl/optim";
import { descend, type DescendOptions, type TrainingStep } from "@dl/training";
import { elbo } from "./bounds/elbo.ts";
import type { Evidence } from "./bounds/evidence.ts";
import type { LatentModel } from "./latent-model.ts";

/** What a variational training is made of. */
export interface VariationalStepOptions<Batch> extends DescendOptions {
  readonly optimizer: SteppingOptimizer;
  /** The bound of a batch: {@link elbo} of its samples unless said. */
  readonly bound?: (batch: Batch) => Evidence;
  /** What the bound uses besides the model, such as a `WarmUp`. */
  readonly modules?: Readonly<Record<string, Module>>;
}

/**
 * Training of a variational autoencoder: every step makes minus a bound of a batch small.
 *
 * Repeat: x a batch; z drawn from q(z | x); the gradient of the bound by its one estimate; the
 * optimiser's step. Scalars are `loss`, `bound`, `reconstruction` and `kl`, in nats per sample.
 *
 * Source: Kingma & Welling 2014, arXiv:1312.6114, algorithm 1.
 * @throws {ArgumentError} without an optimiser.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2, likelihood: new FixedNormalHead() });
 * const optimizer = new Adam(vae.parameters(), { learningRate: 1e-3 });
 * const history = await fit(variationalStep(vae, { optimizer }), { data: [inputs], epochs: 20 });
 * history[19].training.bound > history[0].training.bound; // => true
 */
export function variationalStep<Batch = SampleBatch>(
  model: Module & Partial<LatentModel>,
  options: VariationalStepOptions<Batch>,
): TrainingStep<Batch, Evidence> & { evaluate(batch: Batch): Evidence } {
  const {
    optimizer,
    bound = boundOf(model),
    modules = {},
    ...rest
  } = checkOptions("variationalStep", options, {
    optimizer: "object",
    bound: "function",
    modules: "object",
    clip: "function",
  });
  return {
    modules: { model, ...modules },
    optimizers: { optimizer },
    step(batch) {
      let evidence: Evidence | undefined;
      descend(optimizer, () => (evidence = bound(batch)).loss, rest);
      return evidence!;
    },
    evaluate: bound,
  };
}

/** The plain bound of a model that needs nothing but the samples. */
function boundOf<Batch>(model: Partial<LatentModel>): (batch: Batch) => Evidence {
  return (batch) => {
    const { encode, decode, prior } = model;
    if (encode === undefined || decode === undefined || prior === undefined)
      throw new ArgumentError(
        "variationalStep",
        "the model has no encode, decode and prior of its own. Pass a bound that says how a batch is used: (batch) => elbo(model.given(...), batch.inputs).",
        { received: model },
      );
    return elbo(model as LatentModel, samplesOf("variationalStep", batch as SampleBatch));
  };
}
