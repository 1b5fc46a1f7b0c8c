import { checkpoint } from "@dl/autograd";
import { Dropout } from "@dl/nn";
import {
  defaultGenerator,
  Generator,
  manualSeed,
  normal,
  tensor,
  uniform,
  type Tensor,
} from "@dl/tensor";
import { calls, testScenarios, weightOf, type Scenario } from "./scenarios.ts";
import { expect } from "vitest";

const random: Record<string, Scenario> = {
  "manualSeed between calls": async (wrap, see) => {
    const step = wrap((x: Tensor) => x.add(uniform([3])));
    for (let i = 1; i <= calls; i++) {
      if (i % 5 === 0) manualSeed(i);
      await see(step(tensor([0, 0, 0])));
    }
  },
  "manualSeed in the step": async (wrap, see) => {
    const step = wrap((x: Tensor) => {
      manualSeed(11);
      return x.add(uniform([3]));
    });
    for (let i = 1; i <= calls; i++) {
      await see(step(tensor([i, 0, 0])), uniform([2]));
    }
  },
  "setState in and between calls": async (wrap, see) => {
    const generator = new Generator(5);
    const start = generator.getState();
    const step = wrap((x: Tensor) => {
      const first = x.add(uniform([2], { generator }));
      generator.setState(start);
      return first.add(normal([2], { generator }));
    });
    for (let i = 1; i <= calls; i++) {
      if (i % 4 === 0) generator.setState({ seed: i, stream: 1, draw: i });
      await see(step(tensor([i, 0])), uniform([2], { generator }));
    }
  },
  "a state taken and set again in the step": async (wrap, see) => {
    const step = wrap((x: Tensor) => {
      const state = defaultGenerator().getState();
      const first = x.add(uniform([2]));
      defaultGenerator().setState(state);
      return first.sub(uniform([2]));
    });
    for (let i = 1; i <= calls; i++) await see(step(tensor([i, 0])), uniform([2]));
  },
  "a split in the step": async (wrap, see) => {
    const step = wrap((x: Tensor) =>
      x.add(uniform([2], { generator: defaultGenerator().split() })),
    );
    for (let i = 1; i <= calls; i++) await see(step(tensor([i, 0])));
  },
  "a generator made in the step": async (wrap, see) => {
    const step = wrap((x: Tensor) => x.add(uniform([2], { generator: new Generator(9) })));
    for (let i = 1; i <= calls; i++) await see(step(tensor([i, 0])));
  },
  "a checkpoint with dropout": async (wrap, see) => {
    const p = weightOf(...Array.from({ length: 48 }, (_, i) => i + 1));
    const dropout = new Dropout(0.4);
    const step = wrap((x: Tensor) => {
      p.grad = null;
      const y = checkpoint((z) => dropout.forward(z.mul(p)), x);
      y.sum().backward();
      return y;
    });
    for (let i = 1; i <= calls; i++) {
      const y = step(tensor(Array.from({ length: 48 }, () => i)));
      await see(y, p.grad);
      const [outputs, slopes] = [await y.data(), await p.grad!.data()];
      expect(slopes.map((slope) => (slope === 0 ? 0 : 1))).toEqual(
        outputs.map((output) => (output === 0 ? 0 : 1)),
      );
    }
  },
};

testScenarios("random numbers", random);
