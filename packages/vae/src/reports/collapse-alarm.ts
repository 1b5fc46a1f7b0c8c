import { checkCount, checkOptions } from "@dl/backend";
import type { Callback } from "@dl/training";
import { checkNotNegative } from "../bounds/evidence.ts";
import type { LatentModel } from "../latent-model.ts";
import { latentReport, latentReportKinds, type LatentReportOptions } from "./latent-report.ts";
import {
  posteriorCollapse,
  type CollapseOptions,
  type CollapseVerdict,
} from "./posterior-collapse.ts";

/** When {@link collapseAlarm} looks, at what, and whom it tells. */
export interface CollapseAlarmOptions extends LatentReportOptions, CollapseOptions {
  /** Called with the verdict once the model is collapsed; prints its message unless said. */
  readonly warn?: (verdict: CollapseVerdict) => void;
  /** Epochs from one look to the next. Default 1. */
  readonly every?: number;
  /** Steps from one glance at the training's own `kl` to the next. Default 15. */
  readonly everySteps?: number;
  /**
   * Steps before which nothing is told: at the start the posteriors of every network are nearly the
   * prior. Default 30.
   */
  readonly after?: number;
}

/** A callback that has judged a training's latents so far. */
export interface CollapseAlarm extends Callback {
  /** One for each look, the last one last. */
  readonly verdicts: readonly CollapseVerdict[];
}

/**
 * A callback that tells, once, that the posteriors have collapsed, with figures and advice:
 * {@link posteriorCollapse} of {@link latentReport}. It looks after every epoch, or every few; and
 * within an epoch as soon as the training's own `kl`, which costs nothing to glance at, is too small.
 *
 * Digits in the trainings measured: healthy ones never had less than 3 nats after 20 steps, collapsing
 * ones 0.03 to 0.06 after 30, and some of those found their latents again from the 50th step on.
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
    everySteps = 15,
    after = 30,
    leastNats = 0.5,
    ...look
  } = checkOptions("collapseAlarm", options, {
    ...latentReportKinds,
    leastNats: "number",
    warn: "function",
    every: "number",
    everySteps: "number",
    after: "number",
  });
  checkCount("collapseAlarm", "every", every);
  checkCount("collapseAlarm", "everySteps", everySteps);
  checkCount("collapseAlarm", "after", after, 0);
  checkNotNegative("collapseAlarm", "leastNats", leastNats);
  const verdicts: CollapseVerdict[] = [];
  const wasCollapsed = (): boolean => verdicts.at(-1)?.isCollapsed === true;
  const judge = async (): Promise<void> => {
    const verdict = posteriorCollapse(await latentReport(model, look), { leastNats });
    const isNew = verdict.isCollapsed && !wasCollapsed();
    verdicts.push(verdict);
    if (isNew) warn(verdict);
  };
  return {
    verdicts,
    async onStep({ step, scalars }) {
      if (step < after || step % everySteps !== 0 || wasCollapsed()) return;
      // Of this step alone: the first steps' divergence, of any size, would still show in a mean.
      const kl = await scalars["kl"]?.item();
      if (kl !== undefined && kl < leastNats) await judge();
    },
    async onEpoch({ epoch, step }) {
      if (epoch % every === 0 && step >= after) await judge();
    },
    stateDict: (): readonly CollapseVerdict[] => [...verdicts],
    loadStateDict(state: readonly CollapseVerdict[]) {
      verdicts.splice(0, verdicts.length, ...state);
    },
  };
}
