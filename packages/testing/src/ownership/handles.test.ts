import { gradientsOf, stopGradient } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { Dropout, Identity, Linear, Module, Parameter, Sequential } from "@dl/nn";
import { Adam, EMA, SGD } from "@dl/optim";
import {
  alias,
  broadcastTo,
  collectGarbage,
  concatenate,
  configure,
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

class Holder extends Module {
  readonly weight: Parameter;
  constructor(x: Tensor) {
    super();
    this.weight = new Parameter(x);
  }
  forward(): Tensor {
    return this.weight;
  }
}

type Way = (x: Tensor) => Tensor | Promise<Tensor>;

/** Ways from [2, 3] to a second tensor of the same elements or of some of them. */
const ways: readonly (readonly [string, Way])[] = [
  ["detach", (x) => x.detach()],
  ["stopGradient", stopGradient],
  ["alias", alias],
  ["reshape", (x) => x.reshape([3, 2])],
  ["reshape to the same", (x) => x.reshape([2, 3])],
  ["flatten", (x) => x.flatten()],
  ["squeeze", (x) => x.squeeze()],
  ["unsqueeze", (x) => x.unsqueeze(0)],
  ["unflatten", (x) => x.unflatten(1, [3])],
  ["permute", (x) => x.permute([1, 0])],
  ["permute to the same", (x) => x.permute([0, 1])],
  ["transpose and reshape", (x) => x.matrixTranspose().reshape([6])],
  ["slice", (x) => x.slice([1])],
  ["slice of all", (x) => x.slice([null])],
  ["narrow", (x) => x.narrow(1, 1, 2)],
  ["select", (x) => x.select(0, 1)],
  ["flip", (x) => x.flip(1)],
  ["roll by nothing", (x) => x.roll(3, 1)],
  ["split", (x) => x.split(1, 1)[0]!],
  ["chunk of all", (x) => x.chunk(1, 0)[0]!],
  ["expand", (x) => x.expand([4, 2, 3])],
  ["expand to the same", (x) => x.expand([2, 3])],
  ["broadcastTo the same", (x) => broadcastTo(x, x.shape)],
  ["pad by nothing", (x) => x.pad([[0, 0]])],
  ["cast to the same", (x) => x.cast("float32")],
  ["sum over no axes", (x) => x.sum([])],
  ["concatenate of one", (x) => concatenate([x])],
  ["to the same backend", (x) => x.to(x.backend)],
  ["clone", (x) => x.clone()],
  ["assign", (x) => zeros([2, 3]).assign(x)],
  ["a parameter", (x) => new Parameter(x)],
  ["an entry of a stateDict", (x) => new Holder(x).stateDict().get("weight")!],
  ["Identity", (x) => new Identity().forward(x)],
  ["Dropout in evaluation", (x) => new Dropout(0.5).eval().forward(x)],
  ["an empty Sequential", (x) => new Sequential().forward(x)],
  [
    "loadStateDict",
    (x) => {
      const holder = new Holder(zeros([2, 3]));
      holder.loadStateDict(new Map([["weight", x]]));
      return holder.weight;
    },
  ],
  ["an average", (x) => new EMA([x]).averages[0]!],
  [
    "a gradient given",
    (x) => {
      const leaf = zeros([2, 3]).requireGrad();
      leaf.backward({ gradient: x });
      return leaf.grad!;
    },
  ],
];

const numbers = [
  [1, 2, 3],
  [4, 5, 6],
];
const makers: readonly (readonly [string, () => Tensor])[] = [
  ["stored", () => tensor(numbers)],
  ["pending", () => tensor(numbers).add(1)],
  ["recorded", () => tensor(numbers).requireGrad()],
];
const table = makers.flatMap(([kind, make]) =>
  ways.map(([name, way]) => ({ kind, make, name, way })),
);

describe("two tensors over the same elements", () => {
  it.each(table)("$name of a $kind one: each outlives the other", async ({ make, way }) => {
    const original = await make().toArray();
    const expected = await (await way(make())).toArray();

    const [x, y] = await pair(make, way);
    x.dispose();
    expect(await y.toArray()).toEqual(expected);
    await expect(x.toArray()).rejects.toThrow("this tensor was disposed");
    y.dispose();

    const [again, other] = await pair(make, way);
    other.dispose();
    other.dispose();
    expect(await again.toArray()).toEqual(original);
    again.dispose();
  });

  const atOnce = table.filter(({ name }) => name !== "to the same backend");
  it.each(atOnce)("$name of a $kind one: in tidy and by using", async ({ make, way }) => {
    const original = await make().toArray();
    const expected = await (await way(make())).toArray();
    const x = make();
    const y = tidy(() => way(x) as Tensor);
    tidy(() => void way(x));
    {
      using other = await way(x);
      expect(other.dtype).toBe("float32");
    }
    expect(await x.toArray()).toEqual(original);
    expect(await y.toArray()).toEqual(expected);
    expect(await tidy(() => way(make()) as Tensor).toArray()).toEqual(expected);
  });

  it.each(table)("$name of a $kind one: memory goes back", async ({ make, way }) => {
    await collectGarbage();
    const before = memory().bytes;
    const [x, y] = await pair(make, way);
    await y.data();
    x.dispose();
    y.dispose();
    await collectGarbage();
    expect(memory().bytes).toBeLessThanOrEqual(before);
  });

  it.each([
    "detach",
    "reshape to the same",
    "cast to the same",
    "narrow",
    "flip",
    "to the same backend",
  ])("%s: memory goes back at once when both were disposed", async (wanted) => {
    const [, way] = ways.find(([name]) => name === wanted)!;
    const before = memory();
    const [x, y] = await pair(makers[0]![1], way);
    x.dispose();
    expect(memory().tensors).toBe(before.tensors + 1);
    y.dispose();
    expect(memory().tensors).toBe(before.tensors);
  });
});

async function pair(make: () => Tensor, way: Way): Promise<[Tensor, Tensor]> {
  const x = make();
  return [x, await way(x)];
}

describe("parameters", () => {
  const optimizers = {
    SGD: (x: Tensor) => new SGD([x], { learningRate: 0.5, momentum: 0.5 }),
    Adam: (x: Tensor) => new Adam([x], { learningRate: 0.5 }),
  };

  it.each(Object.entries(optimizers))(
    "entries of states are disposed around steps of %s",
    async (_name, make) => {
      const model = new Holder(ones([2]));
      const twin = new Holder(ones([2]));
      const step = (holder: Holder, optimizer: SGD | Adam): void => {
        optimizer.zeroGrad();
        holder.weight.square().sum().backward();
        optimizer.step();
      };
      const [optimizer, other] = [make(model.weight), make(twin.weight)];
      for (let i = 0; i < 3; i++) {
        const kept = model.stateDict().get("weight")!;
        const before = await kept.toArray();
        for (const entry of model.stateDict().values()) entry.dispose();
        for (const entry of optimizer.stateDict().parameters)
          for (const slot of entry?.slots.values() ?? []) slot.dispose();
        step(model, optimizer);
        step(twin, other);
        expect(await kept.toArray()).toEqual(before);
        kept.dispose();
      }
      expect(await model.weight.toArray()).toEqual(await twin.weight.toArray());
    },
  );

  it("a state outlives the steps and the optimizer's own slots", async () => {
    const weight = ones([2]).requireGrad();
    const optimizer = new SGD([weight], { learningRate: 0.5, momentum: 0.5 });
    const step = (): void => {
      optimizer.zeroGrad();
      weight.square().sum().backward();
      optimizer.step();
    };
    step();
    const { parameters } = optimizer.stateDict();
    step();
    step();
    expect(await parameters[0]!.slots.values().next().value!.toArray()).toEqual([2, 2]);
  });

  it("moved to another backend, they still own their elements", async () => {
    const model = new Linear(2, 2);
    const other = reference();
    await model.to(other);
    const before = memory().bytes;
    for (const parameter of model.parameters()) parameter.dispose();
    expect(memory().bytes).toBe(before - 4 * 6);
    const back = new Linear(2, 2);
    const entry = back.stateDict().get("weight")!;
    await back.to(other);
    entry.dispose();
    expect(back.weight.backend).toBe(other);
    expect(await back.forward(ones([1, 2], { backend: other })).data()).toHaveLength(2);
  });
});

describe("gradients", () => {
  it.each([false, true])(
    "of two leaves share nothing that can be freed (createGraph %s)",
    async (createGraph) => {
      const [a, b] = [ones([2]).requireGrad(), ones([2]).requireGrad()];
      a.add(b).sum().backward({ createGraph });
      a.grad!.dispose();
      expect(await b.grad!.toArray()).toEqual([1, 1]);
    },
  );

  it("are freed at once when disposed", () => {
    const x = ones([1000]).requireGrad();
    x.mul(3).sum().backward();
    const before = memory().bytes;
    x.grad!.dispose();
    expect(memory().bytes).toBe(before - 4000);
  });

  it("given by users stay theirs", async () => {
    const x = ones([2]).requireGrad();
    const gradient = tensor([2, 3]);
    x.backward({ gradient });
    x.grad!.dispose();
    expect(await gradient.toArray()).toEqual([2, 3]);
  });

  it("need nothing that was disposed after the forward pass", async () => {
    const x = tensor([1, 2]).requireGrad();
    const h = x.square();
    const y = h.exp().sum();
    h.dispose();
    y.backward();
    const [e1, e4] = [2.718281828459045, 54.598150033144236];
    const got = await x.grad!.data();
    expect(got[0]).toBeCloseTo(2 * e1, 5);
    expect(got[1]).toBeCloseTo(4 * e4, 3);
    const [dx] = gradientsOf(x.mul(3).sum(), [x]);
    x.grad!.dispose();
    expect(await dx!.toArray()).toEqual([3, 3]);
  });
});
