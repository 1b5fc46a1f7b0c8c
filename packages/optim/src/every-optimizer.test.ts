import "@dl/autograd";
import type { Backend, Program } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { collectGarbage, compile, configure, memory, tensor, tidy, type Tensor } from "@dl/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  ASGD,
  CourseAdam,
  CourseMomentum,
  CourseNesterov,
  LBFGS,
  Lion,
  Muon,
  NAdam,
  RAdam,
  RMSprop,
  Rprop,
  SAM,
  SGD,
  type Optimizer,
  type OptimizerOptions,
} from "./index.ts";

type AnyOptimizer = Optimizer<OptimizerOptions>;

const learningRate = 0.01;
const optimizers: Record<string, (parameters: Tensor[]) => AnyOptimizer> = {
  sgd: (x) => new SGD(x, { learningRate }),
  momentum: (x) => new SGD(x, { learningRate, momentum: 0.9, dampening: 0.1 }),
  nesterov: (x) => new SGD(x, { learningRate, momentum: 0.9, nesterov: true }),
  adam: (x) => new Adam(x, { learningRate }),
  amsgrad: (x) => new Adam(x, { learningRate, amsgrad: true }),
  adamW: (x) => new AdamW(x, { learningRate }),
  adamax: (x) => new Adamax(x, { learningRate }),
  nadam: (x) => new NAdam(x, { learningRate }),
  radam: (x) => new RAdam(x, { learningRate, beta2: 0.9 }),
  rmsprop: (x) => new RMSprop(x, { learningRate, centered: true, momentum: 0.5 }),
  adagrad: (x) => new Adagrad(x, { learningRate, initialSum: 0.1 }),
  adadelta: (x) => new Adadelta(x),
  rprop: (x) => new Rprop(x, { learningRate }),
  asgd: (x) => new ASGD(x, { learningRate, t0: 3 }),
  lion: (x) => new Lion(x, { learningRate }),
  muon: (x) => new Muon(x, { learningRate }),
  courseMomentum: (x) => new CourseMomentum(x, { learningRate }),
  courseNesterov: (x) => new CourseNesterov(x, { learningRate }),
  courseAdam: (x) => new CourseAdam(x, { learningRate }),
};

const start = [
  [1.1, -2.3, 3.1],
  [0.4, -0.7, 0.2],
];
const newParameter = (data: number[][] = start): Tensor => tensor(data).requireGrad();

function step(optimizer: AnyOptimizer, x: Tensor): void {
  optimizer.zeroGrad();
  x.sub(1)
    .square()
    .mul(tensor([1, 0.5, 2]))
    .sum()
    .backward();
  optimizer.step();
}

function steps(optimizer: AnyOptimizer, x: Tensor, count: number): void {
  for (let i = 0; i < count; i++) step(optimizer, x);
}

/** The reference backend, noting which programs it was asked to run. */
function counting(): { backend: Backend; programs: Set<Program> } {
  const programs = new Set<Program>();
  const backend = reference();
  const compileProgram = backend.compile.bind(backend);
  backend.compile = (program) => {
    programs.add(program);
    return compileProgram(program);
  };
  return { backend, programs };
}

beforeEach(() => {
  configure({ backend: reference() });
});

describe.each(Object.entries(optimizers))("%s", (_, make) => {
  it("lowers a loss", async () => {
    const x = newParameter();
    const lossOf = async (): Promise<number> => x.sub(1).square().sum().item();
    const before = await lossOf();
    steps(make([x]), x, 20);
    expect(await lossOf()).toBeLessThan(before);
  });

  it("continues from its state to the same bits", async () => {
    const straight = newParameter();
    steps(make([straight]), straight, 20);
    const first = newParameter();
    const stopped = make([first]);
    steps(stopped, first, 9);
    const state = stopped.stateDict();
    const resumed = tensor(await first.toArray<number[][]>()).requireGrad();
    steps(stopped, first, 3); // must not change what was taken
    const optimizer = make([resumed]);
    optimizer.loadStateDict(state);
    steps(optimizer, resumed, 11);
    expect(await resumed.data()).toEqual(await straight.data());
  });

  it("does in a compiled step what it does without, at each learning rate", async () => {
    const run = async (wrap: (work: () => void) => () => void): Promise<unknown> => {
      const x = newParameter();
      const optimizer = make([x]);
      const work = wrap(() => step(optimizer, x));
      for (let i = 0; i < 12; i++) {
        optimizer.learningRate = i < 6 ? learningRate : learningRate / 2;
        work();
      }
      return x.toArray();
    };
    expect(await run(compile)).toEqual(await run((work) => work));
  });

  it("compiles nothing for another learning rate", () => {
    const { backend, programs } = counting();
    configure({ backend });
    const x = newParameter();
    const optimizer = make([x]);
    steps(optimizer, x, 12);
    const before = programs.size;
    for (const rate of [0.02, 0.005, 0]) {
      optimizer.learningRate = rate;
      step(optimizer, x);
    }
    expect(programs.size).toBe(before);
  });

  it("keeps its memory through a tidy around each step", async () => {
    const [a, b] = [newParameter(), newParameter()];
    const [free, tidied] = [make([a]), make([b])];
    for (let i = 0; i < 5; i++) {
      step(free, a);
      tidy(() => {
        step(tidied, b);
      });
      b.grad = null;
    }
    expect(await b.data()).toEqual(await a.data());
  });

  it("leaves a parameter with zero gradients finite, and shows NaN", async () => {
    const x = newParameter();
    const optimizer = make([x]);
    for (let i = 0; i < 3; i++) {
      x.grad = x.detach().mul(0);
      optimizer.step();
    }
    expect([...(await x.data())].every(Number.isFinite)).toBe(true);
    x.grad = x.detach().mul(NaN);
    optimizer.step();
    optimizer.step();
    expect([...(await x.data())].every(Number.isNaN)).toBe(true);
  });
});

describe("sam", () => {
  it("continues from its state to the same bits, and keeps to its order of calls", async () => {
    const make = (x: Tensor): SAM<OptimizerOptions> => new SAM(new Adam([x], { learningRate }));
    const samSteps = (sam: SAM<OptimizerOptions>, x: Tensor, count: number): void => {
      for (let i = 0; i < count; i++)
        for (const move of ["ascend", "step"] as const) {
          sam.zeroGrad();
          x.sub(1).square().sum().backward();
          sam[move]();
        }
    };
    const straight = newParameter();
    samSteps(make(straight), straight, 8);
    const first = newParameter();
    const stopped = make(first);
    samSteps(stopped, first, 3);
    const resumed = tensor(await first.toArray<number[][]>()).requireGrad();
    const sam = make(resumed);
    sam.loadStateDict(stopped.stateDict());
    samSteps(sam, resumed, 5);
    expect(await resumed.data()).toEqual(await straight.data());

    expect(() => sam.step()).toThrow(
      "sam: step was called without ascend. A step is backward, ascend(), zeroGrad(), backward, step().",
    );
    sam.ascend();
    expect(() => sam.ascend()).toThrow(
      "sam: ascend was called twice. Call step() after the second backward.",
    );
    expect(() => sam.stateDict()).toThrow(
      "sam: the parameters stand uphill, and a state taken now could not be continued. Call step() first.",
    );
  });
});

describe("lbfgs", () => {
  const rosenbrock = (x: Tensor): Tensor => {
    const [a, b] = [x.narrow(0, 0, 1), x.narrow(0, 1, 1)];
    return a.neg().add(1).square().add(b.sub(a.square()).square().mul(100)).sum();
  };
  const closureOf = (optimizer: LBFGS, x: Tensor) => (): Tensor => {
    optimizer.zeroGrad();
    const loss = rosenbrock(x);
    loss.backward();
    return loss;
  };
  const newPoint = (data = [-1.2, 1]): Tensor => tensor(data, { dtype: "float64" }).requireGrad();

  it.each(["none", "strongWolfe"] as const)(
    "continues from its state to the same bits: %s",
    async (lineSearch) => {
      const options = {
        learningRate: lineSearch === "none" ? 0.01 : 1,
        maxIterations: 3,
        lineSearch,
      };
      const run = async (optimizer: LBFGS, x: Tensor, count: number): Promise<void> => {
        for (let i = 0; i < count; i++) await optimizer.step(closureOf(optimizer, x));
      };
      const straight = newPoint();
      await run(new LBFGS([straight], options), straight, 7);
      const first = newPoint();
      const stopped = new LBFGS([first], options);
      await run(stopped, first, 3);
      const state = stopped.stateDict();
      const resumed = newPoint([...(await first.data())]);
      await run(stopped, first, 1);
      const optimizer = new LBFGS([resumed]);
      optimizer.loadStateDict(state);
      await run(optimizer, resumed, 4);
      expect(await resumed.data()).toEqual(await straight.data());
    },
  );

  it("finds Rosenbrock's minimum, over two parameters and a closure that waits", async () => {
    const [a, b] = [newPoint([-1.2]), newPoint([1])];
    const optimizer = new LBFGS([a, b], {
      lineSearch: "strongWolfe",
      maxIterations: 60,
      toleranceChange: 1e-14,
    });
    const before = await optimizer.step(async () => {
      optimizer.zeroGrad();
      await Promise.resolve();
      const loss = a.neg().add(1).square().add(b.sub(a.square()).square().mul(100));
      loss.sum().backward();
      return loss;
    });
    expect(before).toBeCloseTo(24.2, 10);
    expect(await a.item()).toBeCloseTo(1, 6);
    expect(await b.item()).toBeCloseTo(1, 6);
  });

  it("refuses what it cannot use", async () => {
    const x = newPoint();
    await expect(new LBFGS([x]).step(() => x)).rejects.toThrow(
      "lbfgs: the closure must return the loss, a scalar tensor: received shape [2]. End it with: loss.backward(); return loss.",
    );
    await expect(new LBFGS([x]).step((() => undefined) as never)).rejects.toThrow(
      "lbfgs: the closure must return the loss, a scalar tensor: received undefined. End it with: loss.backward(); return loss.",
    );
    expect(() => new LBFGS([x, tensor([1]).requireGrad()])).toThrow(
      "lbfgs: parameters must have one type and one backend: received float64 on reference, and float32 on reference at position 1. Use an optimiser for each.",
    );
    expect(() => new LBFGS([x], { maxIterations: 0 })).toThrow(
      "lbfgs: maxIterations must be a whole number of at least 1: received 0.",
    );
    const optimizer = new LBFGS([x], { maxIterations: 2 });
    await optimizer.step(closureOf(optimizer, x));
    expect(() => new LBFGS([newPoint([1, 2, 3])]).loadStateDict(optimizer.stateDict())).toThrow(
      "lbfgs: the state does not fit: it has vectors of shape [2], the parameters 3 elements. Load it into an optimiser made the same way.",
    );
  });
});

describe("memory over 1,000 steps on cpu", () => {
  it.each(["adam", "muon", "rmsprop"])("stays flat: %s", async (name) => {
    configure({ backend: await cpu() });
    const x = newParameter();
    const optimizer = optimizers[name]!([x]);
    const live = async (): Promise<number> => {
      await collectGarbage();
      return memory().bytes;
    };
    steps(optimizer, x, 50);
    const before = await live();
    steps(optimizer, x, 950);
    // What the collector happens to leave; a leak of one buffer a step would be 22,800 bytes.
    expect(await live()).toBeLessThan(before + 1024);
  });
});
