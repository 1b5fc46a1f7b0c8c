import { ArgumentError, checkOptions, integerPower, realPower, sineCosine } from "@dl/backend";
import { checkCount, checkNonNegative, checkPositive, checkShare } from "./check-options.ts";

/**
 * The learning rate of a step, counted from 0, for a group whose learning rate was `base` before
 * any schedule. A pure function, so that it can be plotted, joined to others and resumed anywhere.
 */
export type Schedule = (step: number, base: number) => number;

/** Source: Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5: from 1 at share 0 to 0 at share 1. */
const halfCosine = (share: number): number => (1 + sineCosine(share / 2)[1]) / 2;

/**
 * `factor` times less every `every` steps: base · factorᵏ, k = ⌊step / every⌋.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * stepSchedule({ every: 10, factor: 0.5 })(25, 0.4); // => 0.1
 */
export function stepSchedule(options: { every: number; factor?: number }): Schedule {
  const { every, factor = 0.1 } = checkOptions("stepSchedule", options, {
    every: "number",
    factor: "number",
  });
  checkCount("stepSchedule", "every", every);
  checkNonNegative("stepSchedule", "factor", factor);
  return (step, base) => base * integerPower(factor, Math.floor(step / every));
}

/**
 * `factor` times less at each milestone: base · factorᵏ, k milestones reached.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * multiStepSchedule({ milestones: [10, 30], factor: 0.5 })(30, 0.4); // => 0.1
 */
export function multiStepSchedule(options: {
  milestones: readonly number[];
  factor?: number;
}): Schedule {
  const { milestones, factor = 0.1 } = checkOptions("multiStepSchedule", options, {
    milestones: "list",
    factor: "number",
  });
  if (!Array.isArray(milestones))
    throw new ArgumentError(
      "multiStepSchedule",
      `milestones must be a list: received ${String(milestones)}.`,
      { received: milestones },
    );
  for (const milestone of milestones)
    checkNonNegative("multiStepSchedule", "a milestone", milestone);
  checkNonNegative("multiStepSchedule", "factor", factor);
  return (step, base) =>
    base * integerPower(factor, milestones.filter((milestone) => milestone <= step).length);
}

/**
 * base · factorˢᵗᵉᵖ.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * exponentialSchedule({ factor: 0.5 })(2, 0.4); // => 0.1
 */
export function exponentialSchedule(options: { factor: number }): Schedule {
  const { factor } = checkOptions("exponentialSchedule", options, { factor: "number" });
  checkNonNegative("exponentialSchedule", "factor", factor);
  return (step, base) => base * integerPower(factor, step);
}

/**
 * `factor` times base for the first `steps` steps, then base.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * constantSchedule({ factor: 0.5, steps: 3 })(2, 0.4); // => 0.2
 */
export function constantSchedule(options: { factor?: number; steps?: number } = {}): Schedule {
  const { factor = 1 / 3, steps = 5 } = checkOptions("constantSchedule", options, {
    factor: "number",
    steps: "number",
  });
  checkNonNegative("constantSchedule", "factor", factor);
  checkCount("constantSchedule", "steps", steps);
  return (step, base) => (step < steps ? base * factor : base);
}

/**
 * In a straight line from `from` times base to `to` times base in `steps` steps, then constant. With
 * the defaults a warm-up, as PyTorch's LinearLR.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * linearSchedule({ from: 1, to: 0, steps: 4 })(3, 0.4); // => 0.1
 */
export function linearSchedule(
  options: { from?: number; to?: number; steps?: number } = {},
): Schedule {
  const {
    from = 1 / 3,
    to = 1,
    steps = 5,
  } = checkOptions("linearSchedule", options, { from: "number", to: "number", steps: "number" });
  checkNonNegative("linearSchedule", "from", from);
  checkNonNegative("linearSchedule", "to", to);
  checkCount("linearSchedule", "steps", steps);
  return (step, base) => {
    const passed = Math.min(step, steps) / steps;
    // Both shares are at least 0, so rounding cannot make the rate negative.
    return base * (from * (1 - passed) + to * passed);
  };
}

/**
 * base · (1 − step / steps)ᵖᵒʷᵉʳ, then 0.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * polynomialSchedule({ steps: 10, power: 2 })(5, 0.4); // => 0.1
 */
export function polynomialSchedule(options: { steps?: number; power?: number } = {}): Schedule {
  const { steps = 5, power = 1 } = checkOptions("polynomialSchedule", options, {
    steps: "number",
    power: "number",
  });
  checkCount("polynomialSchedule", "steps", steps);
  checkNonNegative("polynomialSchedule", "power", power);
  return (step, base) => base * realPower(1 - Math.min(step, steps) / steps, power);
}

/**
 * Along a half cosine from base to `minimum` in `steps` steps; then up again, and so on.
 *
 * Source: Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, without restarts.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * cosineSchedule({ steps: 10 })(10, 0.4); // => 0
 */
export function cosineSchedule(options: { steps: number; minimum?: number }): Schedule {
  const { steps, minimum = 0 } = checkOptions("cosineSchedule", options, {
    steps: "number",
    minimum: "number",
  });
  checkCount("cosineSchedule", "steps", steps);
  checkNonNegative("cosineSchedule", "minimum", minimum);
  return (step, base) => minimum + (base - minimum) * halfCosine(step / steps);
}

/**
 * Along a half cosine from base to `minimum`, starting anew after `steps` steps, then after `growth`
 * times as many, and so on.
 *
 * Source: Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * cosineRestartsSchedule({ steps: 10 })(20, 0.4); // => 0.4
 */
export function cosineRestartsSchedule(options: {
  steps: number;
  growth?: number;
  minimum?: number;
}): Schedule {
  const {
    steps,
    growth = 1,
    minimum = 0,
  } = checkOptions("cosineRestartsSchedule", options, {
    steps: "number",
    growth: "number",
    minimum: "number",
  });
  checkCount("cosineRestartsSchedule", "steps", steps);
  checkCount("cosineRestartsSchedule", "growth", growth);
  checkNonNegative("cosineRestartsSchedule", "minimum", minimum);
  return (step, base) => {
    let since = growth === 1 ? step % steps : step;
    let period = steps;
    while (since >= period) {
      since -= period;
      period *= growth;
    }
    return minimum + (base - minimum) * halfCosine(since / period);
  };
}

/** Shape of {@link oneCycleSchedule}. */
export interface OneCycleOptions {
  /** Steps of the whole cycle. */
  steps: number;
  /** The highest rate; base plays no part. */
  peak: number;
  /** Share of the steps that go up. */
  warmupShare?: number;
  shape?: "cosine" | "linear";
  /** The first rate is `peak` over this. */
  startDivisor?: number;
  /** The last rate is the first over this. */
  endDivisor?: number;
}

/**
 * Up from a low rate to `peak`, then down far below the first; the last rate stays.
 *
 * Source: Smith & Topin 2018, arXiv:1708.07120, in the two phases of fastai and PyTorch.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * oneCycleSchedule({ steps: 11, peak: 1, warmupShare: 0.5 })(0, 0); // => 0.04
 */
export function oneCycleSchedule(options: OneCycleOptions): Schedule {
  const {
    steps,
    peak,
    warmupShare = 0.3,
    shape = "cosine",
    startDivisor = 25,
    endDivisor = 1e4,
  } = checkOptions("oneCycleSchedule", options, {
    steps: "number",
    peak: "number",
    warmupShare: "number",
    shape: '"cosine"|"linear"',
    startDivisor: "number",
    endDivisor: "number",
  });
  checkCount("oneCycleSchedule", "steps", steps);
  checkPositive("oneCycleSchedule", "peak", peak);
  checkShare("oneCycleSchedule", "warmupShare", warmupShare);
  checkPositive("oneCycleSchedule", "startDivisor", startDivisor);
  checkPositive("oneCycleSchedule", "endDivisor", endDivisor);
  const first = peak / startDivisor;
  const lastStep = steps - 1;
  const peakStep = Math.max(0, warmupShare * steps - 1);
  const between = (from: number, to: number, share: number): number =>
    shape === "cosine" ? to + (from - to) * halfCosine(share) : from + (to - from) * share;
  return (step) =>
    step < peakStep
      ? between(first, peak, step / peakStep)
      : between(
          peak,
          first / endDivisor,
          lastStep > peakStep ? Math.min(1, (step - peakStep) / (lastStep - peakStep)) : 1,
        );
}

/**
 * Up and down between base and `peak`, again and again; each cycle's height over base is `decay`
 * times the last one's.
 *
 * Source: Smith 2017, arXiv:1506.01186, section 3: `triangular`, and with decay 0.5 `triangular2`.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * cyclicSchedule({ peak: 0.5, stepsUp: 4 })(6, 0.1); // => 0.3
 */
export function cyclicSchedule(options: {
  peak: number;
  stepsUp: number;
  stepsDown?: number;
  decay?: number;
}): Schedule {
  const {
    peak,
    stepsUp,
    stepsDown = stepsUp,
    decay = 1,
  } = checkOptions("cyclicSchedule", options, {
    peak: "number",
    stepsUp: "number",
    stepsDown: "number",
    decay: "number",
  });
  checkPositive("cyclicSchedule", "peak", peak);
  checkCount("cyclicSchedule", "stepsUp", stepsUp);
  checkCount("cyclicSchedule", "stepsDown", stepsDown);
  checkShare("cyclicSchedule", "decay", decay);
  const period = stepsUp + stepsDown;
  return (step, base) => {
    const since = step % period;
    const height = since <= stepsUp ? since / stepsUp : (period - since) / stepsDown;
    return base + (peak - base) * height * integerPower(decay, Math.floor(step / period));
  };
}
