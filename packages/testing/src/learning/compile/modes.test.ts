import { reference } from "@dl/backend-reference";
import { BatchNorm, Dropout, Linear, Module, observeForward, Sequential, Tanh } from "@dl/nn";
import { configure, normal, observePrimitives, settings, tensor, type Tensor } from "@dl/tensor";
import { calls, dense, testScenarios, trained, type Scenario } from "./scenarios.ts";
import { expect } from "vitest";

const modes: Record<string, Scenario> = {
  "train and eval between calls": trained(
    () => new Sequential(new Linear(3, 4), new BatchNorm(4), new Dropout(0.3), new Linear(4, 2)),
    [6, 3],
    (model, i) => model.train(i % 6 < 3),
  ),
  "train and eval in the step": async (wrap, see) => {
    const model = new Sequential(new Linear(3, 4), new BatchNorm(4), new Dropout(0.3));
    const step = wrap((x: Tensor) => {
      model.eval();
      const still = model.forward(x);
      model.train();
      return { still, moving: model.forward(x) };
    });
    for (let i = 1; i <= calls; i++) {
      const { still, moving } = step(normal([6, 3]));
      await see(still, moving, ...model.stateDict().values());
    }
  },
  "eval at the end of the step": async (wrap, see) => {
    const dropout = new Dropout(0.5);
    const step = wrap((x: Tensor) => {
      const y = dropout.forward(x);
      dropout.eval();
      return y;
    });
    for (let i = 1; i <= calls; i++) {
      if (i % 4 === 0) dropout.train();
      await see(step(normal([6])));
    }
  },
  "a dropout's probability": trained(
    () => new Sequential(new Linear(3, 8), new Dropout(0.2)),
    [6, 3],
    (model, i) => {
      if (i % 5 === 0) Object.assign(model[1]!, { probability: 0.1 + i / 50 });
    },
  ),
  "a batch norm's momentum and epsilon": trained(
    () => new Sequential(new Linear(3, 8), new BatchNorm(8)),
    [6, 3],
    (model, i) => {
      if (i % 5 === 0) Object.assign(model[1]!, { momentum: 0.1 + i / 50 });
      if (i % 7 === 0) Object.assign(model[1]!, { epsilon: 1e-5 * (i + 1) });
    },
  ),
  "a weight that is tied later": trained(
    () => new Sequential(new Linear(3, 3), new Tanh(), new Linear(3, 3)),
    [5, 3],
    (model, i) => {
      if (i === 10) Object.assign(model[2]!, { weight: (model[0] as Linear).weight });
    },
  ),
  "a state dict loaded between calls": trained(dense, [5, 3], (model, i) => {
    if (i % 6 === 0)
      model.loadStateDict(new Map([...model.stateDict()].map(([name, x]) => [name, x.mul(0.5)])));
  }),
  "parameters assigned between calls": trained(dense, [5, 3], (model, i) => {
    if (i % 5 === 0) {
      const { weight, bias } = model[0] as Linear;
      weight.assign(weight.add(0.25));
      bias!.assign(bias!.mul(2).detach());
    }
  }),
  "an observer of primitives, for a while": async (wrap, see) => {
    const names: string[] = [];
    const step = wrap((x: Tensor) => x.mul(2).sum());
    let stop = (): void => {};
    for (let i = 1; i <= calls; i++) {
      if (i === 8) stop = observePrimitives((name) => void names.push(name));
      if (i === 12) stop();
      await see(
        step(tensor([i, 1])),
        tensor(i < 8 ? 0 : names.filter((x) => x === "reduce").length),
      );
    }
  },
  "an observer of forward calls, for a while": async (wrap, see) => {
    let count = 0;
    const layer = new Linear(2, 2);
    const step = wrap((x: Tensor) => layer.forward(x));
    let stop = (): void => {};
    for (let i = 1; i <= calls; i++) {
      if (i === 8) stop = observeForward(() => void count++);
      if (i === 12) stop();
      await see(step(tensor([[i, 1]])), tensor(count));
    }
  },
  "eager mode and another default backend, for a while": async (wrap, see) => {
    const { backend, ...rest } = settings();
    const step = wrap((x: Tensor) => x.mul(2).add(1).sum());
    const making = wrap(() => tensor([1, 2]).mul(3));
    for (let i = 1; i <= calls; i++) {
      if (i === 8) configure({ eager: true });
      const x = tensor([i, 1]);
      if (i === 12) configure({ backend: reference() });
      await see(step(x), making());
      expect(making().backend).toBe(settings().backend);
      if (i === 16) configure({ ...rest, backend });
    }
  },
  "a module of the user's that counts in a field": async (wrap, see) => {
    class Warming extends Module {
      steps = 0;
      readonly scale = tensor([2]);
      forward(x: Tensor): Tensor {
        return x.mul(this.scale).div(++this.steps);
      }
    }
    const warming = new Warming();
    const step = wrap((x: Tensor) => warming.forward(x));
    for (let i = 1; i <= calls; i++) await see(step(tensor([i])));
  },
  "a module of the user's with a field that is set": async (wrap, see) => {
    class Scaled extends Module {
      factor = 1;
      forward(x: Tensor): Tensor {
        return x.mul(this.factor);
      }
    }
    const scaled = new Scaled();
    const step = wrap((x: Tensor) => scaled.forward(x));
    for (let i = 1; i <= calls; i++) {
      if (i % 3 === 0) scaled.factor = i;
      await see(step(tensor([i])));
    }
  },
};

testScenarios("modes and modules", modes);
