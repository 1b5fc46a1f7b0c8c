import { exponential, integerPower, logarithm, realPower, sineCosine } from "@dl/backend";
import {
  cosineRestartsSchedule,
  cosineSchedule,
  cyclicSchedule,
  exponentialSchedule,
  oneCycleSchedule,
  polynomialSchedule,
  type Schedule,
} from "@dl/optim";
import type { Values } from "../conformance/compare.ts";

const schedules: readonly Schedule[] = [
  cosineSchedule({ steps: 97 }),
  cyclicSchedule({ peak: 0.5, stepsUp: 7, decay: 0.9 }),
  exponentialSchedule({ factor: 0.97 }),
  oneCycleSchedule({ peak: 0.3, steps: 100 }),
  polynomialSchedule({ steps: 90, power: 0.9 }),
  cosineRestartsSchedule({ steps: 10, growth: 2 }),
];

/** What is computed in JavaScript's doubles, where rounding to float32 would hide a last bit. */
export const hostNumbers: Readonly<Record<string, () => Values>> = {
  schedules: () => doubles(100, (step) => schedules.map((schedule) => schedule(step, 0.1))),
  "portable functions": () =>
    doubles(1000, (i) => {
      const x = (i * 0.6180339887498949) % 1;
      return [
        ...sineCosine(x),
        exponential(40 * x - 20),
        logarithm(10 * x),
        integerPower(0.999, i),
        realPower(x, 3 * x),
      ];
    }),
};

function doubles(count: number, at: (i: number) => readonly number[]): Values {
  const data = Array.from({ length: count }, (_, i) => at(i)).flat();
  return { dtype: "float64", shape: [data.length], data };
}
