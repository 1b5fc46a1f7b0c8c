import { checkCount, checkOptions } from "@dl/backend";
import type { Callback } from "@dl/training";
import type { LatentModel } from "../latent-model.ts";
import { latentReport, latentReportKinds, type LatentReportOptions } from "./latent-report.ts";
import type { LatentReport } from "./latent-totals.ts";

/** A report and the moment it was taken. */
export interface TimedReport extends LatentReport {
  readonly epoch: number;
  /** Steps, of all epochs. */
  readonly step: number;
}

/** What {@link klThroughTime} looks at, and when. */
export interface KlThroughTimeOptions extends LatentReportOptions {
  /** Epochs from one look to the next. Default 1. */
  readonly every?: number;
  /** Called with each report as it is taken. */
  readonly show?: (report: TimedReport) => void;
}

/** A callback that keeps what the latents did. */
export interface KlThroughTime extends Callback {
  /** One for each look, the last one last. */
  readonly reports: readonly TimedReport[];
}

/**
 * A callback that takes a {@link latentReport} after every epoch, or every few: the divergence of each
 * number of the latent through time shows which ones wake up and which ones die. It is part of the
 * training's state, so that a training that is resumed keeps it.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2, likelihood: new FixedNormalHead() });
 * const optimizer = new Adam(vae.parameters(), { learningRate: 1e-3 });
 * const watch = klThroughTime(vae, { data: [inputs] });
 * await fit(variationalStep(vae, { optimizer }), { data: [inputs], epochs: 3, callbacks: [watch] });
 * watch.reports.map(({ klPerDimension }) => klPerDimension.length); // => [2, 2, 2]
 */
export function klThroughTime(model: LatentModel, options: KlThroughTimeOptions): KlThroughTime {
  const {
    every = 1,
    show,
    ...look
  } = checkOptions("klThroughTime", options, {
    ...latentReportKinds,
    every: "number",
    show: "function",
  });
  checkCount("klThroughTime", "every", every);
  const reports: TimedReport[] = [];
  return {
    reports,
    async onEpoch({ epoch, step }) {
      if (epoch % every !== 0) return;
      const report = { ...(await latentReport(model, look)), epoch, step };
      reports.push(report);
      show?.(report);
    },
    stateDict: (): readonly TimedReport[] => [...reports],
    loadStateDict(state: readonly TimedReport[]) {
      reports.splice(0, reports.length, ...state);
    },
  };
}
