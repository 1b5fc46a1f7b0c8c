import { noGrad, noWeightGradients } from "@dl/autograd";
import type { Linear } from "@dl/nn";
import * as optim from "@dl/optim";
import { tensor, type Tensor } from "@dl/tensor";
import { calls, dense, testScenarios, trained, weightOf, type Scenario } from "./scenarios.ts";

const gradients: Record<string, Scenario> = {
  "an optimiser alone, with gradients from outside": async (wrap, see) => {
    const p = weightOf(1);
    const optimizer = new optim.SGD([p], { learningRate: 0.1, momentum: 0.9 });
    const step = wrap(() => optimizer.step());
    for (let i = 1; i <= calls; i++) {
      optimizer.zeroGrad();
      p.mul(i).sum().backward();
      step();
      await see(p, p.grad);
    }
  },
  "clipping alone": async (wrap, see) => {
    const p = weightOf(1, 2);
    const step = wrap(() => optim.clipGradNorm([p], 1));
    for (let i = 1; i <= calls; i++) {
      p.grad = null;
      p.mul(tensor([i, -i]))
        .sum()
        .backward();
      await see(step(), p.grad);
    }
  },
  "a backward alone that sums, with gradients taken and dropped between": async (wrap, see) => {
    const p = weightOf(1, 2);
    const step = wrap((x: Tensor) => p.mul(x).sum().backward());
    const taken: Tensor[] = [];
    for (let i = 1; i <= calls; i++) {
      step(tensor([i, 1]));
      if (i % 3 === 0) taken.push(p.grad!);
      if (i % 5 === 0) p.grad = null;
      if (i % 7 === 0) p.grad = tensor([i, i]);
      await see(p.grad, ...taken);
    }
  },
  "gradients that were kept are not written again": async (wrap, see) => {
    const p = weightOf(1, 2);
    const step = wrap((x: Tensor) => {
      p.grad = null;
      p.mul(x).sum().backward();
    });
    const taken: (Tensor | null)[] = [];
    for (let i = 1; i <= calls; i++) {
      step(tensor([i, 1]));
      if (i % 2 === 0) taken.push(p.grad);
      await see(...taken);
    }
  },
  "gradients that are assigned to in place": async (wrap, see) => {
    const p = weightOf(1, 2);
    const step = wrap(() => {
      p.grad!.assign(p.grad!.mul(0.5));
      return p.grad!.sum();
    });
    p.grad = tensor([8, 16]);
    for (let i = 1; i <= calls; i++) {
      if (i % 4 === 0) p.grad = tensor([i, 2 * i]);
      await see(step(), p.grad);
    }
  },
  "a gradient that moves from one parameter to another": async (wrap, see) => {
    const [p, q] = [weightOf(1), weightOf(2)];
    const step = wrap((x: Tensor) => {
      p.grad = null;
      p.mul(x).sum().backward();
      q.grad = p.grad;
    });
    for (let i = 1; i <= calls; i++) {
      step(tensor([i]));
      await see(p.grad, q.grad);
    }
  },
  "a frozen and a thawed parameter": trained(dense, [5, 3], (model, i) => {
    if (i === 7 || i === 13) (model[0] as Linear).requireGrad(i === 13);
  }),
  "an argument that requires a gradient now and then": async (wrap, see) => {
    const p = weightOf(2);
    const step = wrap((x: Tensor) => {
      p.grad = null;
      p.mul(x).sum().backward();
    });
    for (let i = 1; i <= calls; i++) {
      const x = tensor([i]);
      if (i % 6 > 3) x.requireGrad();
      step(x);
      await see(p.grad, x.grad);
    }
  },
  "within noGrad and without": async (wrap, see) => {
    const p = weightOf(2);
    const step = wrap((x: Tensor) => {
      p.grad = null;
      const y = p.mul(x).sum();
      if (y.requiresGrad) y.backward();
    });
    for (let i = 1; i <= calls; i++) {
      if (i % 7 > 4) noGrad(() => step(tensor([i])));
      else step(tensor([i]));
      await see(p.grad);
    }
  },
  "within noWeightGradients and without": async (wrap, see) => {
    const [p, q] = [weightOf(2), weightOf(3)];
    const step = wrap((x: Tensor) => {
      [p.grad, q.grad] = [null, null];
      p.mul(q).mul(x).sum().backward();
    });
    for (let i = 1; i <= calls; i++) {
      if (i % 7 > 4) noWeightGradients([p], () => step(tensor([i])));
      else step(tensor([i]));
      await see(p.grad, q.grad);
    }
  },
  "a hook registered later, and removed": async (wrap, see) => {
    const p = weightOf(2);
    const step = wrap((x: Tensor) => {
      p.grad = null;
      p.mul(x).sum().backward();
    });
    let stop = (): void => {};
    for (let i = 1; i <= calls; i++) {
      if (i === 9) stop = p.registerHook((gradient) => gradient.mul(10));
      if (i === 14) stop();
      step(tensor([i]));
      await see(p.grad);
    }
  },
  "a step that freezes and thaws": async (wrap, see) => {
    const [p, q] = [weightOf(2), weightOf(3)];
    const step = wrap((x: Tensor) => {
      q.grad = null;
      p.requiresGrad = false;
      p.mul(q).mul(x).sum().backward();
      p.requiresGrad = true;
    });
    for (let i = 1; i <= calls; i++) {
      step(tensor([i]));
      await see(p.grad, q.grad);
    }
  },
};

testScenarios("gradients", gradients);
