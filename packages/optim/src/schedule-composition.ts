import { ArgumentError, checkOptions } from "@dl/backend";
import { linearSchedule, type Schedule } from "./schedules.ts";

/**
 * base · factorOf(step): any schedule of one's own.
 *
 * @example
 * lambdaSchedule((step) => 1 / (1 + step))(1, 0.4); // => 0.2
 */
export function lambdaSchedule(factorOf: (step: number) => number): Schedule {
  return (step, base) => base * factorOf(step);
}

/**
 * In a straight line from `from` times base up to base in `steps` steps, and on with `after` from its
 * step 0.
 *
 * Source: Goyal et al. 2017, arXiv:1706.02677, section 2.2.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * warmupSchedule({ steps: 4, after: cosineSchedule({ steps: 10 }) })(2, 0.4); // => 0.2
 */
export function warmupSchedule(options: {
  steps: number;
  from?: number;
  after?: Schedule;
}): Schedule {
  const {
    steps,
    from = 0,
    after = (_: number, base: number) => base,
  } = checkOptions("warmupSchedule", options, {
    steps: "number",
    from: "number",
    after: "function",
  });
  return sequentialSchedules([linearSchedule({ from, to: 1, steps }), after], [steps]);
}

/**
 * One schedule upon another: each takes the rate of the one before as its base. For those that
 * multiply, the product of their factors.
 *
 * @example
 * chainedSchedules(exponentialSchedule({ factor: 0.5 }), constantSchedule({ factor: 0.5, steps: 3 }))(1, 0.4); // => 0.1
 */
export function chainedSchedules(...schedules: readonly Schedule[]): Schedule {
  return (step, base) => schedules.reduce((rate, schedule) => schedule(step, rate), base);
}

/**
 * One schedule after another: the next begins, at its own step 0, with each milestone.
 *
 * @throws {ArgumentError} unless the milestones rise and are one fewer than the schedules.
 * @example
 * sequentialSchedules([constantSchedule({ factor: 0.5, steps: 10 }), exponentialSchedule({ factor: 0.5 })], [10])(12, 0.4); // => 0.1
 */
export function sequentialSchedules(
  schedules: readonly Schedule[],
  milestones: readonly number[],
): Schedule {
  if (schedules.length !== milestones.length + 1)
    throw new ArgumentError(
      "sequentialSchedules",
      `needs one milestone fewer than schedules: received ${milestones.length} and ${schedules.length}.`,
      { received: milestones },
    );
  if (milestones.some((milestone, i) => !(milestone > (milestones[i - 1] ?? 0))))
    throw new ArgumentError(
      "sequentialSchedules",
      `milestones must be above 0 and rise: received [${milestones.join(", ")}].`,
      { received: milestones },
    );
  return (step, base) => {
    const reached = milestones.filter((milestone) => milestone <= step).length;
    return schedules[reached]!(step - (milestones[reached - 1] ?? 0), base);
  };
}
