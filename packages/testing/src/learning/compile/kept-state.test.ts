import { reference } from "@dl/backend-reference";
import { crossEntropy } from "@dl/nn";
import { Accuracy, ConfusionMatrix, RunningMean } from "@dl/training";
import * as optim from "@dl/optim";
import { normal, settings, tensor, tidy, type Tensor } from "@dl/tensor";
import { calls, dense, testScenarios, training, weightOf, type Scenario } from "./scenarios.ts";
import { expect } from "vitest";

const kept: Record<string, Scenario> = {
  "an optimiser's state loaded, and its options": async (wrap, see) => {
    const p = weightOf(4, -2);
    const optimizer = new optim.Adam([p], { learningRate: 0.1 });
    const step = wrap(() => {
      optimizer.zeroGrad();
      p.square().sum().backward();
      optimizer.step();
    });
    step();
    const state = optimizer.stateDict();
    const fresh = new optim.Adam([p], { learningRate: 0.2 }).stateDict();
    for (let i = 2; i <= calls; i++) {
      if (i === 8) optimizer.loadStateDict(state);
      if (i === 12) optimizer.loadStateDict(fresh);
      if (i === 16) Object.assign(optimizer.groups[0]!, { beta1: 0.5, weightDecay: 0.1 });
      step();
      await see(p, tensor([optimizer.stateDict().parameters[0]!.stepCount]));
    }
  },
  "a scheduler in the step": async (wrap, see) => {
    const p = weightOf(4, -2);
    const optimizer = new optim.SGD([p], { learningRate: 0.1 });
    const scheduler = new optim.Scheduler(optimizer, optim.exponentialSchedule({ factor: 0.9 }));
    const step = wrap(() => {
      optimizer.zeroGrad();
      p.square().sum().backward();
      optimizer.step();
      scheduler.step();
    });
    for (let i = 1; i <= calls; i++) {
      if (i === 9) scheduler.loadStateDict({ stepCount: 2, baseRates: [0.05] });
      step();
      await see(p, tensor([optimizer.learningRate, scheduler.stepCount]));
    }
  },
  "a learning rate used by hand, moved by a scheduler": async (wrap, see) => {
    const p = weightOf(4, -2);
    const optimizer = new optim.SGD([p], { learningRate: 0.1 });
    const scheduler = new optim.Scheduler(optimizer, optim.exponentialSchedule({ factor: 0.9 }));
    const step = wrap(() => {
      scheduler.step();
      p.assign(p.sub(p.mul(optimizer.learningRate)));
    });
    for (let i = 1; i <= calls; i++) {
      step();
      await see(p);
    }
  },
  "a learning rate used by hand": async (wrap, see) => {
    const p = weightOf(4, -2);
    const optimizer = new optim.SGD([p], { learningRate: 0.1 });
    const step = wrap(() => void p.assign(p.sub(p.mul(optimizer.learningRate))));
    for (let i = 1; i <= calls; i++) {
      if (i % 3 === 0) optimizer.learningRate *= 0.9;
      step();
      await see(p);
    }
  },
  metrics: async (wrap, see) => {
    const [accuracy, mean, confusion] = [new Accuracy(), new RunningMean(), new ConfusionMatrix(3)];
    const targets = tensor([0, 1, 2], { dtype: "int32" });
    const step = wrap((x: Tensor) => {
      accuracy.update(x, targets);
      confusion.update(x, targets);
      mean.update(x.sum(), 3);
    });
    for (let i = 1; i <= calls; i++) {
      if (i === 9) accuracy.reset();
      if (i === 13) mean.loadStateDict({ sum: tensor(5), count: 2 });
      step(normal([3, 3]));
      await see(
        tensor([await accuracy.value(), await mean.value()]),
        tensor(await confusion.value()),
      );
    }
  },
  "a metric's state that was taken": async (wrap, see) => {
    const accuracy = new Accuracy();
    const targets = tensor([0, 1, 2], { dtype: "int32" });
    const step = wrap((x: Tensor) => accuracy.update(x, targets));
    const taken: Tensor[] = [];
    for (let i = 1; i <= calls; i++) {
      step(normal([3, 3]));
      taken.push(accuracy.stateDict().sum!);
      await see(...taken);
    }
  },
  "an average of weights, its guard and its state": async (wrap, see) => {
    const p = weightOf(4, -2);
    const average = new optim.EMA([p], { decay: 0.5 });
    const step = wrap(() => {
      p.assign(p.add(1));
      average.update();
    });
    for (let i = 1; i <= calls; i++) {
      if (i === 10) average.loadStateDict({ updateCount: 3, averages: [tensor([100, 200])] });
      step();
      if (i % 4 === 0) {
        average.apply();
        expect(step).toThrow("update was called while the averages stand in the weights' place");
        await see(p);
        average.restore();
      }
      await see(p, ...average.averages, tensor(average.updateCount));
    }
  },
  "SAM, and its radius": async (wrap, see) => {
    const p = weightOf(3, 4);
    const optimizer = new optim.SAM(new optim.SGD([p], { learningRate: 0.01 }), { rho: 0.5 });
    const step = wrap(() => {
      optimizer.zeroGrad();
      p.square().sum().backward();
      optimizer.ascend();
      optimizer.zeroGrad();
      p.square().sum().backward();
      optimizer.step();
    });
    for (let i = 1; i <= calls; i++) {
      if (i % 6 === 0) optimizer.rho *= 1.5;
      step();
      await see(p);
    }
  },
  "SAM in two steps": async (wrap, see) => {
    const p = weightOf(3, 4);
    const optimizer = new optim.SAM(new optim.SGD([p], { learningRate: 0.01 }), { rho: 0.5 });
    const loss = (): void => {
      optimizer.zeroGrad();
      p.square().sum().backward();
    };
    const up = wrap(() => {
      loss();
      optimizer.ascend();
    });
    const down = wrap(() => {
      loss();
      optimizer.step();
    });
    for (let i = 1; i <= calls; i++) {
      up();
      await see(p);
      down();
      await see(p);
    }
  },
  "LBFGS between calls of a compiled loss": async (wrap, see) => {
    const p = weightOf(3, -4);
    const optimizer = new optim.LBFGS([p], { learningRate: 0.1, maxIterations: 3 });
    const loss = wrap(() => {
      p.grad = null;
      const value = p
        .sub(1)
        .square()
        .mul(tensor([1, 10]))
        .sum();
      value.backward();
      return value;
    });
    for (let i = 1; i <= 6; i++) {
      await optimizer.step(loss);
      await see(p);
    }
  },
  "a target that is copied in the step": async (wrap, see) => {
    const [online, target] = [tensor([1, 2]), tensor([0, 0])];
    const step = wrap((x: Tensor) => {
      target.assign(online);
      return x.mul(target);
    });
    for (let i = 1; i <= calls; i++) {
      await see(step(tensor([1, i])), target);
      if (i % 3 === 0) online.assign(tensor([i, -i]));
    }
  },
  "a copy that is changed in the step and dropped": async (wrap, see) => {
    const p = tensor([1, 2]);
    const step = wrap((x: Tensor) => {
      const copy = p.detach();
      copy.assign(copy.mul(2));
      return copy.add(x);
    });
    for (let i = 1; i <= calls; i++) {
      await see(step(tensor([1, i])), p);
      if (i % 5 === 0) p.assign(tensor([i, i]));
    }
  },
  "tidy around and in the step": async (wrap, see) => {
    const model = dense();
    const { inputs, step, all } = training(model, [5, 3]);
    // The gradients outlive a tidy only where the step's own does not free them.
    const wrapped = wrap((x: Tensor) => tidy(() => x.mul(2).add(1).sum()).add(step(x)));
    for (let i = 0; i < calls; i++) {
      const loss = i % 2 === 0 ? wrapped(inputs) : tidy(() => wrapped(inputs));
      await see(loss, ...(i % 2 === 0 ? all() : []));
    }
  },
  "an error in the middle of a step": async (wrap, see) => {
    const p = weightOf(3, -4);
    const optimizer = new optim.SGD([p], { learningRate: 0.1, momentum: 0.5 });
    let fails = false;
    const step = wrap((x: Tensor) => {
      optimizer.zeroGrad();
      p.mul(x).sum().backward();
      optimizer.step();
      if (fails) throw new Error("in the middle");
      return p.sum();
    });
    for (let i = 1; i <= calls; i++) {
      // Within the calls that run the step itself.
      fails = i === 2 || i === 4;
      if (fails) expect(() => step(tensor([i, 1]))).toThrow("in the middle");
      else await see(step(tensor([i, 1])));
      await see(p, p.grad);
    }
  },
  "labels out of range": async (wrap, see) => {
    const step = wrap((x: Tensor, targets: Tensor) => crossEntropy(x, targets));
    for (let i = 1; i <= calls; i++) {
      const targets = tensor([i % 3, i === 15 ? 3 : 1], { dtype: "int32" });
      const x = normal([2, 3]);
      if (i === 15) expect(() => step(x, targets)).toThrow("crossEntropy");
      else await see(step(x, targets));
    }
  },
  "an optimiser of the user's": async (wrap, see) => {
    class Plain extends optim.Optimizer<{ learningRate: number; scale: number }> {
      protected slots(): optim.Slots {
        return {};
      }
      protected checkOptions(): void {}
      protected update(
        parameter: Tensor,
        gradient: Tensor,
        _: readonly Tensor[],
        { learningRate, scale }: { learningRate: number; scale: number },
      ): readonly Tensor[] {
        return [parameter.sub(gradient.mul(learningRate * scale))];
      }
    }
    const p = weightOf(4, -2);
    const optimizer = new Plain("plain", [p], {}, { learningRate: 0.1, scale: 1 });
    const step = wrap(() => {
      optimizer.zeroGrad();
      p.square().sum().backward();
      optimizer.step();
    });
    for (let i = 1; i <= calls; i++) {
      if (i % 5 === 0) optimizer.learningRate *= 0.9;
      if (i === 12) optimizer.groups[0]!.scale = 0.5;
      step();
      await see(p);
    }
  },
  "another backend": async (wrap, see) => {
    const cpuBackend = settings().backend!;
    const other = reference();
    const model = dense();
    const wrapped = wrap((x: Tensor) => model.forward(x).sum());
    for (let i = 0; i < calls; i++) {
      const backend = i % 12 < 6 ? cpuBackend : other;
      if (i % 6 === 0) await model.to(backend);
      await see(wrapped(tensor([[1, 2, i]], { backend })));
    }
  },
};

testScenarios("what the library keeps", kept);
