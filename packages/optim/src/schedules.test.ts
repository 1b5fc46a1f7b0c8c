import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  chainedSchedules,
  constantSchedule,
  cosineRestartsSchedule,
  cosineSchedule,
  cyclicSchedule,
  exponentialSchedule,
  lambdaSchedule,
  linearSchedule,
  multiStepSchedule,
  oneCycleSchedule,
  polynomialSchedule,
  ReduceOnPlateau,
  Scheduler,
  sequentialSchedules,
  stepSchedule,
  warmupSchedule,
  type Schedule,
} from "./index.ts";

const count = fc.integer({ min: 1, max: 40 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const anySchedule: fc.Arbitrary<Schedule> = fc.oneof(
  fc.record({ every: count, factor: share }).map(stepSchedule),
  fc.record({ milestones: fc.array(count), factor: share }).map(multiStepSchedule),
  fc.record({ factor: share }).map(exponentialSchedule),
  fc.record({ factor: share, steps: count }).map(constantSchedule),
  fc.record({ from: share, to: share, steps: count }).map(linearSchedule),
  fc.record({ steps: count, power: share }).map(polynomialSchedule),
  fc.record({ steps: count }).map(cosineSchedule),
  fc.record({ steps: count, growth: fc.integer({ min: 1, max: 3 }) }).map(cosineRestartsSchedule),
  fc.record({ steps: count }).map(warmupSchedule),
);
const peaking: fc.Arbitrary<Schedule> = fc.oneof(
  fc.record({ steps: count, peak: fc.constant(1), warmupShare: share }).map(oneCycleSchedule),
  fc
    .record({ peak: fc.constant(1), stepsUp: count, stepsDown: count, decay: share })
    .map(cyclicSchedule),
);
const step = fc.integer({ min: 0, max: 200 });

const newOptimizer = (...rates: number[]): { groups: { learningRate: number }[] } => ({
  groups: rates.map((learningRate) => ({ learningRate })),
});

describe("properties", () => {
  it("no schedule leaves [0, base], or [0, peak] where there is one", () => {
    fc.assert(
      fc.property(anySchedule, step, share, (schedule, at, base) => {
        const rate = schedule(at, base);
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(base * (1 + 1e-12));
      }),
    );
    fc.assert(
      fc.property(peaking, step, share, (schedule, at, base) => {
        const rate = schedule(at, base);
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it("factors chain in any order, and a sequence starts each schedule anew", () => {
    fc.assert(
      fc.property(share, share, count, step, (a, b, steps, at) => {
        const [first, second] = [
          exponentialSchedule({ factor: a }),
          constantSchedule({ factor: b, steps }),
        ];
        expect(chainedSchedules(first, second)(at, 1)).toBeCloseTo(
          chainedSchedules(second, first)(at, 1),
          12,
        );
        const sequence = sequentialSchedules([second, first], [steps]);
        expect(sequence(at, 1)).toBe(at < steps ? second(at, 1) : first(at - steps, 1));
      }),
    );
  });

  it("a scheduler continues from its state", () => {
    fc.assert(
      fc.property(anySchedule, count, (schedule, at) => {
        const [straight, stopped] = [newOptimizer(0.5, 0.25), newOptimizer(0.5, 0.25)];
        const all = new Scheduler(straight, schedule);
        const part = new Scheduler(stopped, schedule);
        for (let i = 0; i < at; i++) {
          all.step();
          part.step();
        }
        const optimizer = newOptimizer(7, 7);
        const resumed = new Scheduler(optimizer, schedule);
        resumed.loadStateDict(part.stateDict());
        expect(optimizer).toEqual(straight);
        all.step();
        resumed.step();
        expect(optimizer).toEqual(straight);
        expect(resumed.stepCount).toBe(at + 1);
      }),
    );
  });

  it("a plateau continues from its state", () => {
    const losses = fc.array(share, { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(losses, fc.integer({ min: 0, max: 3 }), (values, cooldown) => {
        const options = { patience: 1, factor: 0.5, cooldown };
        const [straight, resumed] = [newOptimizer(1), newOptimizer(1)];
        const all = new ReduceOnPlateau(straight, options);
        let part = new ReduceOnPlateau(resumed, options);
        for (const value of values) {
          all.step(value);
          part.step(value);
          const next = new ReduceOnPlateau(resumed, options);
          next.loadStateDict(part.stateDict());
          part = next;
        }
        expect(resumed).toEqual(straight);
      }),
    );
  });
});

describe("errors", () => {
  it.each([
    [
      () => stepSchedule({ every: 0 }),
      "stepSchedule: every must be a whole number of at least 1: received 0.",
    ],
    [
      () => multiStepSchedule({ milestones: [-1] }),
      "multiStepSchedule: a milestone must be a finite number of at least 0: received -1.",
    ],
    [
      () => exponentialSchedule({ factor: NaN }),
      "exponentialSchedule: factor must be a finite number of at least 0: received NaN.",
    ],
    [
      () => cosineSchedule({ steps: 1.5 }),
      "cosineSchedule: steps must be a whole number of at least 1: received 1.5.",
    ],
    [
      () => oneCycleSchedule({ steps: 10, peak: 0 }),
      "oneCycleSchedule: peak must be a finite number above 0: received 0.",
    ],
    [
      () => oneCycleSchedule({ steps: 10, peak: 1, warmupShare: 1.1 }),
      "oneCycleSchedule: warmupShare must be from 0 to 1: received 1.1.",
    ],
    [
      () => sequentialSchedules([cosineSchedule({ steps: 2 })], [3]),
      "sequentialSchedules: needs one milestone fewer than schedules: received 1 and 1.",
    ],
    [
      () =>
        sequentialSchedules(
          [1, 2, 3].map((steps) => cosineSchedule({ steps })),
          [5, 5],
        ),
      "sequentialSchedules: milestones must be above 0 and rise: received [5, 5].",
    ],
    [
      () =>
        new Scheduler(
          newOptimizer(0.5),
          lambdaSchedule(() => NaN),
        ),
      "scheduler: the schedule gave NaN for step 0 and base 0.5. A learning rate is a finite number of at least 0.",
    ],
    [
      () => {
        new Scheduler(newOptimizer(1), cosineSchedule({ steps: 2 })).loadStateDict({
          stepCount: 1,
          baseRates: [1, 2],
        });
      },
      "scheduler: the state has 2 groups, the optimiser 1. Load it into a scheduler made the same way.",
    ],
    [
      () => new ReduceOnPlateau(newOptimizer(1), { factor: 1 }),
      "reduceOnPlateau: factor must be at least 0 and below 1: received 1.",
    ],
  ])("%#", (make, message) => {
    expect(make).toThrow(message);
  });
});

describe("a plateau's relative margin is a share of the best's magnitude", () => {
  const after = (mode: "min" | "max", values: readonly number[], threshold = 1e-4): number[] => {
    const optimizer = newOptimizer(1);
    const plateau = new ReduceOnPlateau(optimizer, { mode, threshold, patience: 2, factor: 0.5 });
    return values.map((value) => {
      plateau.step(value);
      return optimizer.groups[0]!.learningRate;
    });
  };
  const stuck = [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125];

  it.each(["min", "max"] as const)("%s: a value that stays is no improvement", (mode) => {
    for (const value of [10, -10, 0, 1e-30, -1e30])
      expect(
        after(
          mode,
          stuck.map(() => value),
        ),
      ).toEqual(stuck);
  });

  it.each([
    ["min", [-10, -9.9999, -9.9995, -9.9991], 0.5],
    ["min", [-10, -10.0005, -10.0009, -10.0009], 0.5],
    ["min", [-10, -10.002, -10.004, -10.006], 1],
    ["min", [1, -1, -3, -5], 1],
    ["min", [0, -1e-9, -2e-9, -3e-9], 1],
    ["max", [-10, -9.9995, -9.9991, -9.9991], 0.5],
    ["max", [-10, -9.998, -9.996, -9.994], 1],
    ["max", [-10, -10.0005, -10.0009, -10.001], 0.5],
    ["max", [-1, 1, 3, 5], 1],
    ["max", [0, 1e-9, 2e-9, 3e-9], 1],
  ] as const)("%s %j", (mode, values, rate) => {
    expect(after(mode, values).at(-1)).toBe(rate);
  });

  it("takes the first value with a threshold of 1 or more", () => {
    expect(after("min", [5, -1, -5, -11], 1).at(-1)).toBe(1);
    expect(after("max", [5, 11, 23, 47], 1).at(-1)).toBe(1);
  });
});
