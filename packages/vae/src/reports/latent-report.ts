import { checkOptions, type OptionKinds } from "@dl/backend";
import { batchesOf, samplesOf, type SampleBatch } from "@dl/generator";
import { generatorKind, stack, type Generator, type Tensor } from "@dl/tensor";
import type { Batches } from "@dl/training";
import { checkNotNegative, klPerDimension } from "../bounds/evidence.ts";
import { evaluating } from "../evaluating.ts";
import { LatentTotals, type LatentReport } from "./latent-totals.ts";
import { encoded, logLikelihoodOf, type LatentModel } from "../latent-model.ts";

/** What {@link latentReport} looks at. */
export interface LatentReportOptions {
  /** Gone through once: tensors of samples, or batches that have one as inputs. */
  readonly data: Batches<SampleBatch>;
  /** Variance of the means above which a unit is active. Default 0.01. */
  readonly threshold?: number;
  /** Where the draws of the latents come from; the default generator unless said. */
  readonly generator?: Generator;
}

export const latentReportKinds: OptionKinds<LatentReportOptions> = {
  data: "object|list",
  threshold: "number",
  generator: generatorKind,
};

/**
 * Bound, rate and distortion of a model, and what each number of its latent does: in evaluation, by one
 * draw for each sample.
 *
 * A unit is active where the variance over the samples of its posterior mean is above 0.01. Rate and
 * distortion are the two sides that beta trades against each other.
 *
 * Source: Burda et al. 2016, arXiv:1509.00519, section 5.2 (active units); Alemi et al. 2018,
 * arXiv:1711.00464 (rate and distortion).
 * @throws {ArgumentError} if there are no batches.
 * @throws {UnsupportedError} if the divergence has no closed form.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2 });
 * const { klPerDimension } = await latentReport(vae, { data: [zeros([16, 4])] });
 * klPerDimension.length; // => 2
 */
export async function latentReport(
  model: LatentModel,
  options: LatentReportOptions,
): Promise<LatentReport> {
  const {
    data,
    threshold = 0.01,
    ...draw
  } = checkOptions("latentReport", options, latentReportKinds);
  checkNotNegative("latentReport", "threshold", threshold);
  const totals = new LatentTotals();
  for await (const batch of batchesOf("latentReport", data)) {
    const x = samplesOf("latentReport", batch);
    const [scalars, ...vectors] = evaluating("latentReport", [model], () => sumsOf(model, x, draw));
    const [head, ...rest] = await Promise.all([scalars, ...vectors].map((sum) => sum!.data()));
    totals.add(head!, rest, x.shape[0]!);
  }
  return totals.report("latentReport", threshold);
}

/** Sums over the batch: [reconstruction, that from others' latents]; kl; means; their squares. */
function sumsOf(
  model: LatentModel,
  x: Tensor,
  draw: { readonly generator?: Generator },
): readonly Tensor[] {
  const { posterior, prior } = encoded("latentReport", model, x);
  const latents = posterior.rsample([], draw);
  const likelihoods = [latents, latents.roll(1, 0)].map((z) =>
    logLikelihoodOf("latentReport", model, z, x).sum(),
  );
  const perNumber = (values: Tensor): Tensor => values.reshape([x.shape[0]!, -1]).sum(0);
  const { mean } = posterior;
  return [
    stack(likelihoods),
    perNumber(klPerDimension(posterior, prior)),
    perNumber(mean),
    perNumber(mean.square()),
  ];
}
