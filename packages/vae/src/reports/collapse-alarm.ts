import { checkCount, checkOptions } from "@dl/backend";
import type { Callback } from "@dl/training";
import { checkNotNegative } from "../bounds/evidence.ts";
import type { LatentModel } from "../latent-model.ts";
import { latentReport, latentReportKinds, type LatentReportOptions } from "./latent-report.ts";
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

/** When {@link collapseAlarm} looks, at what, and whom it tells. */
export interface CollapseAlarmOptions extends LatentReportOptions, CollapseOptions {
  /** Called with the verdict once the model is collapsed; prints its message unless said. */
  readonly warn?: (verdict: CollapseVerdict) => void;
  /** Epochs from one look to the next. Default 1. */
  readonly every?: number;
  /**
   * Steps before which nothing is told: every decoder first learns what all samples share. Default 200.
   */
  readonly after?: number;
}

/** A callback that has judged a training's latents so far. */
export interface CollapseAlarm extends Callback {
  /** One for each look, the last one last. */
  readonly verdicts: readonly CollapseVerdict[];
}

/**
 * A callback that looks after every epoch, or every few, whether the posteriors have collapsed, and
 * tells once, with figures and advice: {@link posteriorCollapse} of {@link latentReport}.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2, likelihood: new FixedNormalHead() });
 * const optimizer = new Adam(vae.parameters(), { learningRate: 1e-3 });
 * const alarm = collapseAlarm(vae, { data: [inputs], after: 0, warn: () => {} });
 * await fit(variationalStep(vae, { optimizer }), { data: [inputs], epochs: 2, callbacks: [alarm] });
 * alarm.verdicts.length; // => 2
 */
export function collapseAlarm(model: LatentModel, options: CollapseAlarmOptions): CollapseAlarm {
  const {
    // oxlint-disable-next-line no-console -- an alarm that nobody hears is none
    warn = ({ message }: CollapseVerdict): void => console.warn(message),
    every = 1,
    after = 200,
    leastNats = 0.5,
    ...look
  } = checkOptions("collapseAlarm", options, {
    ...latentReportKinds,
    leastNats: "number",
    warn: "function",
    every: "number",
    after: "number",
  });
  checkCount("collapseAlarm", "every", every);
  checkCount("collapseAlarm", "after", after, 0);
  checkNotNegative("collapseAlarm", "leastNats", leastNats);
  const verdicts: CollapseVerdict[] = [];
  return {
    verdicts,
    async onEpoch({ epoch, step }) {
      if (epoch % every !== 0 || step < after) return;
      const verdict = posteriorCollapse(await latentReport(model, look), { leastNats });
      const isNew = verdict.isCollapsed && verdicts.at(-1)?.isCollapsed !== true;
      verdicts.push(verdict);
      if (isNew) warn(verdict);
    },
  };
}
