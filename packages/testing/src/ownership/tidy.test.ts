import { checkpoint, noGrad, vjp } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { BatchNorm, Linear, meanSquaredError, Sequential } from "@dl/nn";
import { Accuracy, RunningMean, watchDeadUnits } from "@dl/training";
import { Adam, EMA, SAM, SGD } from "@dl/optim";
import {
  compile,
  configure,
  keepBeyondScope,
  memory,
  ones,
  tensor,
  tidy,
  zeros,
  type Tensor,
} from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const leaf = (): Tensor => tensor([1, 2]).requireGrad();
const backward = (w: Tensor): void => w.square().sum().backward(); // 2 w

describe("what tidy leaves to tensors outside", () => {
  it("gradients, summed over several calls and from inner ones", async () => {
    const w = leaf();
    tidy(() => backward(w));
    tidy(() => backward(w));
    tidy(() => tidy(() => backward(w)));
    expect(await w.grad!.toArray()).toEqual([6, 12]);
  });

  it("gradients of a graph made before, of computed tensors and with a graph of their own", async () => {
    const w = leaf();
    const y = w.square();
    y.retainGrad();
    const loss = y.sum();
    tidy(() => loss.backward({ createGraph: true }));
    expect(await y.grad!.toArray()).toEqual([1, 1]);
    tidy(() => {
      const slope = w.grad!;
      w.grad = null;
      slope.sum().backward();
    });
    expect(await w.grad!.toArray()).toEqual([2, 2]);
  });

  it("gradients set by hand", async () => {
    const w = leaf();
    tidy(() => backward(w));
    tidy(() => {
      w.grad = w.grad!.mul(10);
    });
    tidy(() => {
      const mine = tensor([1, 1]).add(1);
      tidy(() => {
        w.grad = w.grad!.add(mine);
      });
    });
    expect(await w.grad!.toArray()).toEqual([22, 42]);
  });

  it("gradients when it ends with an error", async () => {
    const w = leaf();
    const fail = (): void => {
      backward(w);
      throw new Error("later");
    };
    expect(() => tidy(fail)).toThrow("later");
    expect(await w.grad!.toArray()).toEqual([2, 4]);
  });

  it("elements assigned, also when they are pending or seen through a view", async () => {
    const w = tensor([1, 2]);
    tidy(() => w.assign(w.add(1)));
    tidy(() => w.assign(w.mul(2).flip(0)));
    expect(await w.toArray()).toEqual([6, 4]);
  });

  it("a gradient belongs to its leaf: freed with one of the inside, kept with one returned", async () => {
    const start = memory().bytes;
    tidy(() => backward(leaf()));
    expect(memory().bytes).toBe(start);
    const w = tidy(() => {
      const made = leaf();
      backward(made);
      return made;
    });
    tidy(() => backward(w));
    expect(await w.grad!.toArray()).toEqual([4, 8]);
    const outer = tidy(() => {
      const inner = tidy(leaf);
      tidy(() => backward(inner));
      return inner.grad!.mul(1);
    });
    expect(await outer.toArray()).toEqual([2, 4]);
  });

  it("a graph that goes on outside", async () => {
    const w = leaf();
    const loss = tidy(() => checkpoint((x) => x.mul(w).square(), w.mul(1)).sum()); // Σ w⁴
    tidy(() => loss.backward());
    expect(await w.grad!.toArray()).toEqual([4, 32]);
    const { pullback } = tidy(() => vjp((x) => x.square().exp(), [tensor([0, 0])]));
    expect(await tidy(() => pullback(ones([2]))[0]!).toArray()).toEqual([0, 0]);
  });

  it("what is kept on purpose", async () => {
    let kept: Tensor | undefined;
    tidy(() => {
      kept = keepBeyondScope(tensor([1]).add(1));
    });
    expect(await kept!.toArray()).toEqual([2]);
  });
});

const momentum = { learningRate: 0.5, momentum: 0.5 };
type Run = (around: (work: () => void) => void) => Promise<unknown>;

/** Things that remember tensors; each must do the same with tidy around every call as without. */
const memories: Readonly<Record<string, Run>> = {
  "an optimizer": async (around) => {
    const w = leaf();
    let optimizer: SGD | undefined;
    around(() => void (optimizer = new SGD([w], momentum)));
    for (let i = 0; i < 3; i++)
      around(() => {
        optimizer!.zeroGrad();
        backward(w);
        optimizer!.step();
      });
    return w.toArray();
  },
  "momentum switched on": async (around) => {
    const w = leaf();
    const optimizer = new SGD([w], { learningRate: 0.5 });
    for (let i = 0; i < 3; i++)
      around(() => {
        optimizer.groups[0]!.momentum = i > 0 ? 0.5 : 0;
        optimizer.zeroGrad();
        backward(w);
        optimizer.step();
      });
    return w.toArray();
  },
  "a loaded state": async (around) => {
    const [w, other] = [leaf(), leaf()];
    const [a, b] = [new Adam([w], { learningRate: 0.5 }), new Adam([other], { learningRate: 0.5 })];
    around(() => backward(w));
    around(() => a.step());
    around(() => b.loadStateDict(a.stateDict()));
    around(() => backward(other));
    around(() => b.step());
    return other.toArray();
  },
  "an average": async (around) => {
    const w = tensor([0, 4]);
    let average: EMA | undefined;
    around(() => void (average = new EMA([w], { decay: 0.5 })));
    around(() => w.assign(tensor([2, 0])));
    around(() => average!.update());
    around(() => average!.apply());
    const applied = await w.toArray();
    around(() => average!.restore());
    return [applied, await w.toArray(), await average!.averages[0]!.toArray()];
  },
  SAM: async (around) => {
    const w = leaf();
    const optimizer = new SAM(new SGD([w], { learningRate: 0.25 }), { rho: 0.5 });
    around(() => backward(w));
    around(() => optimizer.ascend());
    around(() => {
      optimizer.zeroGrad();
      backward(w);
    });
    around(() => optimizer.step());
    return w.toArray();
  },
  metrics: async (around) => {
    const [accuracy, mean] = [new Accuracy(), new RunningMean()];
    const logits = tensor([
      [1, 0],
      [0, 1],
    ]);
    for (let i = 0; i < 3; i++)
      around(() => {
        accuracy.update(logits.mul(1), zeros([2], { dtype: "int32" }));
        mean.update(logits.sum(), 2);
      });
    return [await accuracy.value(), await mean.value()];
  },
  "running statistics": async (around) => {
    const layer = new BatchNorm(2);
    for (let i = 0; i < 3; i++)
      around(
        () =>
          void layer.forward(
            tensor([
              [1, 2],
              [3, 6],
            ]),
          ),
      );
    return layer.runningMean!.toArray();
  },
  "dead units": async (around) => {
    const model = new Sequential(new Linear(2, 2));
    const watch = watchDeadUnits(model, { window: 1 });
    for (let i = 0; i < 2; i++)
      around(() =>
        model
          .forward(ones([2, 2]))
          .mul(0)
          .sum()
          .backward(),
      );
    watch.stop();
    return watch.report();
  },
  "a model made and loaded": async (around) => {
    const model = new Linear(2, 1);
    around(
      () =>
        void model.loadStateDict(
          new Map([
            ["weight", ones([1, 2])],
            ["bias", ones([1])],
          ]),
        ),
    );
    return model.forward(ones([1, 2])).toArray();
  },
  "a compiled step": async (around) => {
    const w = leaf();
    const optimizer = new SGD([w], momentum);
    const step = compile((x: Tensor) => {
      optimizer.zeroGrad();
      const loss = meanSquaredError(w.mul(x), x);
      loss.backward();
      optimizer.step();
      return loss;
    });
    for (let i = 0; i < 5; i++) around(() => void step(tensor([1, 2])));
    return w.toArray();
  },
};

describe("what tidy leaves to those who remember", () => {
  it.each(Object.entries(memories))("%s", async (_name, run) => {
    const expected = await run((work) => work());
    expect(await run((work) => tidy(work))).toEqual(expected);
    expect(await run((work) => tidy(() => tidy(work)))).toEqual(expected);
  });

  it("nothing but what a step leaves on purpose", () => {
    const model = new Linear(4, 4);
    const optimizer = new SGD(model.parameters(), momentum);
    const inputs = ones([8, 4]);
    const forward = (): Tensor => model.forward(inputs).square().mean();
    const step = (): void => {
      optimizer.zeroGrad();
      forward().backward();
      optimizer.step();
    };
    for (let i = 0; i < 3; i++) tidy(step);
    const before = memory().tensors;
    tidy(() => void noGrad(forward));
    expect(memory().tensors).toBe(before);
    // Old parameters and gradients, which somebody may hold, are left to the collector.
    tidy(step);
    expect(memory().tensors).toBe(before + 4);
  });
});
