import { cpu } from "@dl/backend-cpu";
import type { Backend, Program } from "@dl/backend";
import { Conv2d, MaxPool2d } from "@dl/conv";
import {
  BatchNorm,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  Dropout,
  Flatten,
  Linear,
  ReLU,
  Sequential,
  Tanh,
} from "@dl/nn";
import { Adam, clipGradNorm, EMA, RAdam, SGD, SWA, type Optimizer } from "@dl/optim";
import {
  collectGarbage,
  compile,
  configure,
  Generator,
  manualSeed,
  memory,
  normal,
  onesLike,
  settings,
  tensor,
  zerosLike,
  type Tensor,
} from "@dl/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const before = settings().backend;
let backend: Backend;
let dispatched: Program[] = [];
beforeAll(async () => {
  backend = await cpu();
  const dispatch = backend.dispatch.bind(backend);
  backend.dispatch = (executable, ...operands) => {
    dispatched.push(executable.program);
    dispatch(executable, ...operands);
  };
  configure({ backend });
});
afterAll(() => void configure({ backend: before }));

type Step = (inputs: Tensor, targets: Tensor) => Tensor;
const planned = (step: Step): Step => step;

/** Losses, weights and gradients of ten steps, with a last batch that is smaller. */
async function train(
  wrap: (step: Step) => Step,
  makeModel: (generator: Generator) => Sequential,
  makeOptimizer: (parameters: Iterable<Tensor>) => Optimizer<{ learningRate: number }>,
): Promise<unknown> {
  manualSeed(5);
  const model = makeModel(new Generator(1));
  const parameters = [...model.parameters()];
  const optimizer = makeOptimizer(parameters);
  const average = new EMA(parameters, { decay: 0.5 });
  const step = wrap((inputs, targets) => {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(inputs), targets);
    loss.backward();
    clipGradNorm(parameters, 1);
    optimizer.step();
    average.update();
    return loss;
  });
  const losses: number[] = [];
  for (let i = 0; i < 10; i++) {
    if (i === 6) optimizer.learningRate /= 2;
    const batch = i % 4 === 3 ? 3 : 8;
    const labels = Int32Array.from({ length: batch }, (_, k) => (3 * k + i) % 4);
    losses.push(await step(normal([batch, 1, 6, 6]), tensor(labels)).item());
  }
  const tensors = [
    ...model.stateDict().values(),
    ...parameters.map(({ grad }) => grad!),
    ...average.averages,
  ];
  return { losses, tensors: await Promise.all(tensors.map((x) => x.toArray())) };
}

const models: Record<string, (generator: Generator) => Sequential> = {
  "an MLP with dropout and batch norm": (generator) =>
    new Sequential(
      new Flatten(),
      new Linear(36, 8, { generator }),
      new BatchNorm(8),
      new ReLU(),
      new Dropout(0.3),
      new Linear(8, 4, { generator }),
    ),
  "a CNN": (generator) =>
    new Sequential(
      new Conv2d(1, 3, 3, { padding: 1, generator }),
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(27, 4, { generator }),
    ),
};
const optimizers: Record<
  string,
  (parameters: Iterable<Tensor>) => Optimizer<{ learningRate: number }>
> = {
  SGD: (x) => new SGD(x, { learningRate: 0.1, momentum: 0.9, dampening: 0.1 }),
  Adam: (x) => new Adam(x, { learningRate: 0.01 }),
  // Its formula changes after some steps: the step is recorded anew.
  RAdam: (x) => new RAdam(x, { learningRate: 0.01, beta2: 0.9 }),
};

describe("a compiled step", () => {
  for (const [modelName, makeModel] of Object.entries(models))
    for (const [name, makeOptimizer] of Object.entries(optimizers))
      it(`trains ${modelName} with ${name} as without it, to the bit`, async () => {
        expect(await train(compile, makeModel, makeOptimizer)).toEqual(
          await train(planned, makeModel, makeOptimizer),
        );
      });

  it("dispatches the same programs in the same order", async () => {
    const model = new Sequential(new Linear(4, 3), new Tanh(), new Linear(3, 1));
    const optimizer = new Adam(model.parameters());
    const work = (inputs: Tensor): Tensor => {
      optimizer.zeroGrad();
      const loss = model.forward(inputs).square().mean();
      loss.backward();
      optimizer.step();
      return loss;
    };
    const step = compile(work);
    const inputs = normal([5, 4]);
    for (let i = 0; i < 3; i++) await step(inputs).item();
    dispatched = [];
    await step(inputs).item();
    const replayed = dispatched;
    dispatched = [];
    await work(inputs).item();
    expect(replayed).toEqual(dispatched);
  });

  it("leaves alone what was taken from the state between steps", async () => {
    const weight = tensor([1, 2]).requireGrad();
    const optimizer = new SGD([weight], { learningRate: 0.5, momentum: 0.5 });
    const step = compile((x: Tensor) => {
      optimizer.zeroGrad();
      const loss = weight.mul(x).sum();
      loss.backward();
      optimizer.step();
      return { loss, weight: weight.detach() };
    });
    const x = tensor([1, 1]);
    const taken: Tensor[] = [];
    const gradients: Tensor[] = [];
    for (let i = 0; i < 6; i++) {
      const { weight: now } = step(x);
      taken.push(i % 2 === 0 ? weight.detach() : now, weight.mul(2));
      gradients.push(weight.grad!);
    }
    const values = await Promise.all(taken.map((item) => item.toArray()));
    // The velocity is 1, 1.5, 1.75, ...
    const expected = [0.5, -0.25, -1.125, -2.0625, -3.03125, -4.015625];
    expect(values.filter((_, i) => i % 2 === 0)).toEqual(expected.map((w) => [w, w + 1]));
    expect(values.filter((_, i) => i % 2 === 1)).toEqual(expected.map((w) => [2 * w, 2 * w + 2]));
    expect(await gradients[0]!.toArray()).toEqual([1, 1]);
  });

  it("goes on from weights that were loaded meanwhile", async () => {
    const weight = tensor([4]).requireGrad();
    const step = compile((x: Tensor) => {
      const old = weight.mul(x);
      weight.assign(weight.add(1));
      return old;
    });
    const results: number[] = [];
    for (let i = 0; i < 8; i++) {
      if (i === 4) weight.assign(tensor([10]));
      results.push(await step(tensor([1])).item());
    }
    expect(results).toEqual([4, 5, 6, 7, 10, 11, 12, 13]);
  });

  it("two steps that train two models against each other see each other's state", async () => {
    const play = async (wrap: typeof compile): Promise<number[]> => {
      manualSeed(2);
      const generator = new Sequential(new Linear(2, 6), new ReLU(), new Linear(6, 2));
      const discriminator = new Sequential(new Linear(2, 6), new ReLU(), new Linear(6, 1));
      const forGenerator = new Adam(generator.parameters(), { learningRate: 0.02 });
      const forDiscriminator = new Adam(discriminator.parameters(), { learningRate: 0.02 });
      const judge = wrap((real: Tensor) => {
        forDiscriminator.zeroGrad();
        const fake = generator.forward(normal([8, 2])).detach();
        const [onReal, onFake] = [discriminator.forward(real), discriminator.forward(fake)];
        const loss = binaryCrossEntropyWithLogits(onReal, onesLike(onReal)).add(
          binaryCrossEntropyWithLogits(onFake, zerosLike(onFake)),
        );
        loss.backward();
        forDiscriminator.step();
        return loss;
      });
      const forge = wrap(() => {
        forGenerator.zeroGrad();
        const judged = discriminator.forward(generator.forward(normal([8, 2])));
        const loss = binaryCrossEntropyWithLogits(judged, onesLike(judged));
        loss.backward();
        forGenerator.step();
        return loss;
      });
      const losses: number[] = [];
      for (let i = 0; i < 12; i++)
        losses.push(await judge(normal([8, 2])).item(), await forge().item());
      return losses;
    };
    expect(await play(compile)).toEqual(await play(((step: unknown) => step) as typeof compile));
  });

  it("replays a step in which two models are updated, one through the other", async () => {
    const play = async (wrap: typeof compile): Promise<{ losses: number[]; calls: number }> => {
      const seeded = { generator: new Generator(2) };
      const forger = new Sequential(
        new Linear(2, 6, seeded),
        new BatchNorm(6),
        new ReLU(),
        new Linear(6, 2, seeded),
      );
      const judge = new Sequential(
        new Linear(2, 6, seeded),
        new BatchNorm(6),
        new ReLU(),
        new Linear(6, 1, seeded),
      );
      const [forForger, forJudge] = [forger, judge].map((model) => new Adam(model.parameters()));
      let calls = 0;
      const update = wrap((real: Tensor) => {
        calls++;
        const made = forger.forward(normal([8, 2], seeded));
        const [onReal, onMade] = [judge.forward(real), judge.forward(made.detach())];
        const judged = binaryCrossEntropyWithLogits(onReal, onesLike(onReal)).add(
          binaryCrossEntropyWithLogits(onMade, zerosLike(onMade)),
        );
        forJudge!.zeroGrad();
        judged.backward();
        forJudge!.step();
        const passed = judge.forward(made);
        const forged = binaryCrossEntropyWithLogits(passed, onesLike(passed));
        forForger!.zeroGrad();
        forged.backward();
        forForger!.step();
        return { judged, forged };
      });
      const losses: number[] = [];
      for (let i = 0; i < 8; i++) {
        const { judged, forged } = update(normal([8, 2], seeded));
        losses.push(await judged.item(), await forged.item());
      }
      return { losses, calls };
    };
    const compiled = await play(compile);
    const plain = await play(((step: unknown) => step) as typeof compile);
    expect(compiled.losses).toEqual(plain.losses);
    expect(compiled.calls).toBeLessThan(8);
    expect(plain.calls).toBe(8);
  });

  it("follows what it only reads through assign, and not what was taken from it before", async () => {
    const play = async (wrap: typeof compile): Promise<number[]> => {
      const teacher = tensor([1, 2]);
      const [taken, view] = [teacher.detach(), tensor([[1], [2]]).reshape([2])];
      const viewed = tensor([5, 6]);
      const flipped = viewed.flip([0]).mul(1);
      const step = wrap((x: Tensor) =>
        x.mul(teacher).add(taken).add(view).add(viewed).add(flipped).sum(),
      );
      const sums: number[] = [];
      for (let i = 0; i < 9; i++) {
        sums.push(await step(tensor([i, 1])).item());
        // Computed, taken from another storage, and back to one that was there before.
        if (i % 2 === 1) teacher.assign(i === 5 ? taken : teacher.add(i));
        if (i === 6) viewed.assign(tensor([0.5, 0.25]));
      }
      return sums;
    };
    expect(await play(compile)).toEqual(await play(((step: unknown) => step) as typeof compile));
  });

  it("is recorded again where what it reads has come to lie otherwise", async () => {
    let calls = 0;
    const weight = tensor([
      [1, 2],
      [3, 4],
    ]);
    const step = compile((x: Tensor) => {
      calls++;
      return x.matmul(weight);
    });
    const x = tensor([[1, 0]]);
    const rows: unknown[] = [];
    for (let i = 0; i < 18; i++) {
      rows.push(await step(x).toArray());
      if (i === 8) weight.assign(weight.transpose(0, 1));
    }
    expect(rows).toEqual(rows.map((_, i) => (i < 9 ? [[1, 2]] : [[1, 3]])));
    expect(calls).toBeLessThan(15);
  });

  it("counts updates of an average that weighs all alike", async () => {
    const weight = tensor([0]);
    const average = new SWA([weight]);
    const step = compile(() => {
      weight.assign(weight.add(1));
      average.update();
    });
    for (let i = 0; i < 5; i++) step();
    expect(average.updateCount).toBe(5);
    expect(await average.averages[0]!.toArray()).toEqual([3]);
  });

  it("sums gradients over calls only where it is told to start from none", async () => {
    const weight = tensor([1]).requireGrad();
    const accumulate = compile((x: Tensor) => {
      weight.mul(x).sum().backward();
    });
    for (let i = 0; i < 4; i++) accumulate(tensor([2]));
    expect(await weight.grad!.toArray()).toEqual([8]);
  });

  it("holds no more from step to step", async () => {
    const model = new Sequential(new Linear(2, 16), new Tanh(), new Linear(16, 1));
    const optimizer = new SGD(model.parameters(), { learningRate: 0.01, momentum: 0.9 });
    const inputs = normal([32, 2]);
    const step = compile(() => {
      optimizer.zeroGrad();
      const loss = model.forward(inputs).square().mean();
      loss.backward();
      optimizer.step();
      return loss;
    });
    const bytes: number[] = [];
    for (let i = 1; i <= 3000; i++) {
      await step().item();
      if (i % 1000 === 0) {
        await collectGarbage();
        bytes.push(memory().bytes);
      }
    }
    expect(bytes[2]).toBeLessThanOrEqual(bytes[0]!);
  });

  it("refuses to read, and to wait", async () => {
    let reading: Promise<number> | undefined;
    const read = compile((x: Tensor) => {
      reading = x.item();
      return x;
    });
    read(tensor(1));
    await expect(reading).rejects.toThrow(
      "data: a compiled step cannot read a tensor. Return it, and read it then.",
    );
    const wait = compile((async (x: Tensor) => x) as unknown as (x: Tensor) => Tensor);
    expect(() => wait(tensor(1))).toThrow(
      "compile: a step must return a tensor, a list or a record of tensors, or nothing: received a promise. Await after the step, and return what you want to read.",
    );
  });
});
