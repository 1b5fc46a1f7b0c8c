import { checkOptions } from "@dl/backend";
import { checkNotNegative } from "../bounds/evidence.ts";
import type { LatentReport } from "./latent-totals.ts";

/** What {@link posteriorCollapse} says. */
export interface CollapseVerdict {
  /** Whether the model does without its latents. */
  readonly isCollapsed: boolean;
  /** Nats of divergence from the prior. */
  readonly kl: number;
  /** Nats by which a sample's own latent explains it better than another sample's. */
  readonly gain: number;
  readonly activeUnits: number;
  readonly units: number;
  /** All this in a sentence, with advice where something is wrong. */
  readonly message: string;
}

/** From where on latents count as unused. */
export interface CollapseOptions {
  /** Nats of divergence, and of gain, below which a model is collapsed. Default 0.5. */
  readonly leastNats?: number;
}

/**
 * Judges whether the posteriors have collapsed: whether they are the prior, and the decoder makes the
 * same of every latent.
 *
 * Both must hold: a divergence below 0.5 nats in all, and a sample's own latent explaining it by less
 * than 0.5 nats better than another sample's, which is what the best constant would do.
 *
 * Source: Bowman et al. 2016, arXiv:1511.06349; Lucas et al. 2019, arXiv:1911.02469, section 2.2.
 * @throws {ArgumentError} unless leastNats is at least 0.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2 });
 * for (const parameter of vae.encoder.parameters()) parameter.assign(zerosLike(parameter));
 * const report = await latentReport(vae, { data: [zeros([16, 4])] });
 * posteriorCollapse(report).isCollapsed; // => true
 */
export function posteriorCollapse(
  report: LatentReport,
  options: CollapseOptions = {},
): CollapseVerdict {
  const { leastNats = 0.5 } = checkOptions("posteriorCollapse", options, { leastNats: "number" });
  checkNotNegative("posteriorCollapse", "leastNats", leastNats);
  const { kl, activeUnits, reconstruction, reconstructionFromOthers } = report;
  const gain = reconstruction - reconstructionFromOthers;
  const units = report.varianceOfMeans.length;
  const isCollapsed = kl < leastNats && !(gain >= leastNats);
  const figures = `${activeUnits} of ${units} latent units are active, the divergence from the prior is ${kl.toFixed(2)} nats, and a sample's own latent explains it by ${gain.toFixed(2)} nats better than another's`;
  const advice =
    " The decoder does without latents. Let beta rise from 0 over the first epochs (new WarmUp(steps)), give free bits (elbo(..., { freeBits: 0.1 })), lower the learning rate, or start the layers before a ReLU with heNormal.";
  const message = isCollapsed
    ? `Posterior collapse: ${figures}.${advice}`
    : `No collapse: ${figures}.`;
  return { isCollapsed, kl, gain, activeUnits, units, message };
}
