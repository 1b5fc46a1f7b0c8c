import { tensor, type Tensor } from "@dl/tensor";
import { calls, testScenarios, type Scenario } from "./scenarios.ts";

const numbers: Record<string, Scenario> = {
  "a number in an operation": async (wrap, see) => {
    const step = wrap((x: Tensor, weight: number) => x.mul(weight).sum());
    for (let i = 1; i <= calls; i++) await see(step(tensor([i, 2]), i / 10));
  },
  "a number that comes again": async (wrap, see) => {
    const step = wrap((x: Tensor, weight: number) => x.mul(1 - weight).sum());
    for (let i = 1; i <= 3 * calls; i++) await see(step(tensor([i, 2]), i % 3));
  },
  "a number in an if, a shape and a loop": async (wrap, see) => {
    const step = wrap((x: Tensor, count: number) => {
      let y = count > 2 ? x.narrow(0, 0, count) : x.neg();
      for (let i = 0; i < count; i++) y = y.add(i);
      return y;
    });
    for (let i = 1; i <= 3 * calls; i++) await see(step(tensor([1, 2, 3, 4]), i % 5));
  },
  "0 and -0, and NaN": async (wrap, see) => {
    const step = wrap((weight: number, x: Tensor) => x.div(weight));
    for (let i = 1; i <= 3 * calls; i++) await see(step([0, -0, NaN][i % 3]!, tensor([1])));
  },
};

testScenarios("numbers as arguments", numbers);
