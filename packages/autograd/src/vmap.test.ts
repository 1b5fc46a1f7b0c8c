import { reference } from "@dl/backend-reference";
import {
  applyOne,
  concatenate,
  configure,
  Generator,
  inverse,
  solve,
  stack,
  tensor,
  uniform,
  type Tensor,
} from "@dl/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import { checkpoint, grad, noGrad, perSampleGradients, stopGradient, vmap } from "./index.ts";

beforeEach(() => {
  configure({ backend: reference() });
});

const random = (shape: number[], seed: number): Tensor =>
  uniform(shape, { low: -1, high: 1, dtype: "float64", generator: new Generator(seed) });

/** f for one sample after the other. */
const looped =
  (f: (...sample: Tensor[]) => Tensor) =>
  (...batch: Tensor[]): Tensor =>
    stack(
      Array.from({ length: batch[0]!.shape[0]! }, (_, i) => f(...batch.map((x) => x.select(0, i)))),
      0,
    );

async function expectClose(actual: Tensor, expected: Tensor): Promise<void> {
  expect(actual.shape).toEqual(expected.shape);
  expect(await actual.sub(expected).abs().amax().item()).toBeLessThan(1e-12);
}

const window = { stride: [1, 2], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;
const convolve = (x: Tensor, w: Tensor): Tensor => applyOne("conv2d", [x, w], window);

const functions: {
  [name: string]: () => readonly [(...sample: Tensor[]) => Tensor, number[][]];
} = {
  pointwise: () => {
    const shared = random([4], 9);
    return [(x, y) => x.mul(y).add(shared).sin().mul(2), [[3, 4], [4]]];
  },
  softmax: () => [(x) => x.softmax(-1).sum([0]), [[3, 4]]],
  views: () => [
    (x) =>
      concatenate([x.permute([1, 0]).flip([0]).reshape([2, 3]), x.narrow(1, 0, 2)], 1).cumsum(1),
    [[2, 3]],
  ],
  "vectors and matrices": () => {
    const shared = random([4, 3], 9);
    return [(x, m) => shared.matmul(x).matmul(m).add(m.matmul(x).sum()), [[3], [4, 3]]];
  },
  "products of stacks": () => {
    const shared = random([3, 4], 9);
    return [
      (x, y) => x.matmul(y).matmul(shared),
      [
        [2, 5, 2],
        [2, 2, 3],
      ],
    ];
  },
  "convolution, shared weight": () => {
    const shared = random([3, 2, 3, 3], 9);
    return [(x) => convolve(x, shared).tanh(), [[2, 2, 4, 5]]];
  },
  "sorted, and chosen by position": () => {
    const places = tensor([2, 0, 2], { dtype: "int32" });
    return [
      (x, y) => {
        const { values, indices } = x.sort(-1);
        const first = x.gather(1, indices.narrow(1, 0, 2)).mul(values.narrow(1, 1, 2));
        return first.add(y.indexSelect(0, places).sum()).add(y.take(places).sum());
      },
      [[2, 3], [4]],
    ];
  },
  "positions of its own": () => [
    (x, y) => {
      const order = y.argsort(0);
      return x
        .indexSelect(1, order)
        .mul(y)
        .add(x.indexAdd(1, order, x.mul(2)))
        .add(x.scatterAdd(1, order.unsqueeze(0).expand([2, 3]), x.exp()))
        .add(x.amax(1, { keepDims: true }));
    },
    [[2, 3], [3]],
  ],
  pooling: () => {
    const pool = { ...window, kernelSize: [2, 3] } as const;
    const { groups: _groups, ...sizes } = pool;
    return [
      (x) =>
        applyOne("maxPool2d", [x], sizes)
          .sum(3)
          .mul(
            applyOne("resample", [x], {
              axis: 2,
              taps: { positions: [[1, 0], [], [2]], weights: [[0.5, 2], [], [-1]] },
              adjoint: { positions: [[0], [0], [2], []], weights: [[2], [0.5], [-1], []] },
            })
              .sum([2, 3], { keepDims: true })
              .squeeze(3),
          ),
      [[2, 2, 4, 5]],
    ];
  },
  "linear algebra": () => {
    const shared = random([3, 3], 9).add(random([3, 3], 8).exp());
    return [
      (x, b) => solve(shared.add(x.mul(0.1)), b).add(inverse(shared).matmul(b)),
      [[3, 3], [3]],
    ];
  },
  "convolution, own weight": () => [
    convolve,
    [
      [2, 2, 4, 5],
      [3, 2, 3, 3],
    ],
  ],
};

describe("vmap", () => {
  describe.each(Object.keys(functions))("%s", (name) => {
    it("equals the loop over samples", async () => {
      const [f, shapes] = functions[name]!();
      const batch = shapes.map((shape, i) => random([5, ...shape], i));
      await expectClose(vmap(f)(...batch), looped(f)(...batch));
    });

    it("maps gradients, and is differentiated itself", async () => {
      const [f, shapes] = functions[name]!();
      const batch = shapes.map((shape, i) => random([5, ...shape], i));
      const slope = grad((...sample: Tensor[]) =>
        f(...sample)
          .square()
          .sum(),
      );
      await expectClose(vmap(slope)(...batch), looped(slope)(...batch));
      const lossOf =
        (map: typeof vmap) =>
        (...all: Tensor[]): Tensor =>
          map(f)(...all)
            .square()
            .sum();
      await expectClose(
        grad(lossOf(vmap))(...(batch as [Tensor])),
        grad(lossOf(looped))(...(batch as [Tensor])),
      );
    });
  });

  it("gives per-sample gradients in one pass", async () => {
    const w = random([4, 3], 1);
    const x = random([5, 4], 2);
    const lossOf = (weight: Tensor, sample: Tensor): Tensor =>
      sample.matmul(weight).tanh().square().sum();
    const slope = grad(lossOf);
    await expectClose(vmap((sample) => slope(w, sample))(x), perSampleGradients(lossOf, w, x));
  });

  it("passes gradients to closures, and none where f stops them", async () => {
    const w = tensor(3).requireGrad();
    const x = tensor([1, 2]).requireGrad();
    const f = (v: Tensor): Tensor =>
      v
        .mul(w)
        .add(stopGradient(v).mul(v))
        .add(noGrad(() => v.mul(100)));
    vmap(f)(x).sum().backward();
    expect(await w.grad!.item()).toBe(3);
    expect(await x.grad!.toArray()).toEqual([4, 5]);
    x.grad = null;
    const cubeSlope = grad((v: Tensor) => v.mul(v).mul(v));
    expect(vmap(cubeSlope)(x).requiresGrad).toBe(false);
    const second = grad((v: Tensor) => vmap(cubeSlope)(v).sum());
    expect(await second(x).toArray()).toEqual([6, 12]);
  });

  it("repeats what does not depend on the sample", async () => {
    expect(await vmap(() => tensor([1, 2]))(tensor([7, 8])).toArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(await vmap((x) => x)(tensor([7, 8])).toArray()).toEqual([7, 8]);
  });

  it("refuses what it cannot do", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]).requireGrad();
    expect(() => vmap((v) => checkpoint((u) => u.exp(), v))(x)).toThrow(
      "vmap: checkpoint has a gradient of its own, which would be lost. Use it outside vmap.",
    );
    expect(() => vmap((v) => v)(x, tensor([1]))).toThrow(
      "vmap: needs tensors with one first axis, the samples: received Tensor float32 [2, 2] on reference, Tensor float32 [1] on reference. Give at least one sample, and as many of each.",
    );
  });
});
