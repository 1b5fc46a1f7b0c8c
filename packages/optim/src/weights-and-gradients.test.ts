import "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { configure, tensor, tidy, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  Adagrad,
  clipGradNorm,
  clipGradValue,
  EMA,
  gradNorm,
  Lion,
  Muon,
  RMSprop,
  Rprop,
  SAM,
  SGD,
  SWA,
} from "./index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const withGradient = (gradient: number[]): Tensor => {
  const x = zeros([gradient.length]).requireGrad();
  x.grad = tensor(gradient);
  return x;
};

describe("clipping", () => {
  it("leaves short gradients alone, parameters without one too, and bounds the rest", async () => {
    const [a, b, c] = [withGradient([3, 4]), withGradient([12]), zeros([1]).requireGrad()];
    expect(await clipGradNorm([a, b, c], 100).item()).toBe(13);
    expect(await a.grad!.toArray()).toEqual([3, 4]);
    await clipGradNorm([a, b, c], 1).item();
    expect(await gradNorm([a, b, c]).item()).toBeCloseTo(1, 5);
    expect(c.grad).toBeNull();
    expect(await gradNorm([c]).item()).toBe(0);
    clipGradValue([a, b], 0.25);
    expect(await b.grad!.toArray()).toEqual([0.25]);
  });

  it("shows NaN instead of hiding it", async () => {
    const x = withGradient([NaN, 1]);
    clipGradNorm([x], 1);
    expect(await x.grad!.toArray()).toEqual([NaN, NaN]);
  });

  it("takes gradients of both precisions", async () => {
    const a = withGradient([3]);
    const b = tensor([0], { dtype: "float64" }).requireGrad();
    b.grad = tensor([4], { dtype: "float64" });
    expect(await clipGradNorm([a, b], 1).item()).toBe(5);
    expect(await b.grad.item()).toBeCloseTo(0.8, 5);
  });
});

describe("weight averages", () => {
  it("stand in for the weights and give way again", async () => {
    const x = tensor([2, 4]);
    const count = tensor([1], { dtype: "int32" });
    const average = new EMA([x, count], { decay: 0.5 });
    x.assign(tensor([4, 0]));
    count.assign(tensor([7], { dtype: "int32" }));
    tidy(() => {
      average.update();
    });
    average.apply();
    expect(await x.toArray()).toEqual([3, 2]);
    expect(await count.toArray()).toEqual([7]);
    expect(() => average.apply()).toThrow(
      "ema: apply was called twice. Call restore() in between.",
    );
    expect(() => average.update()).toThrow(
      "ema: update was called while the averages stand in the weights' place. Call restore() first.",
    );
    average.restore();
    expect(await x.toArray()).toEqual([4, 0]);
    expect(() => average.restore()).toThrow(
      "ema: restore was called without apply. Call apply() first.",
    );
  });

  it("soon forget the first weights where they ramp up", async () => {
    const x = tensor([1]);
    const [ramped, plain] = [
      new EMA([x], { decay: 0.99, rampUp: 0.1 }),
      new EMA([x], { decay: 0.99 }),
    ];
    const means = [1, 1];
    x.assign(tensor([0]));
    for (let n = 1; n <= 1000; n++) {
      for (const average of [ramped, plain]) average.update();
      means[0]! *= Math.min(0.99, 0.5 ** (1 / (0.1 * n)));
      means[1]! *= 0.99;
      if (n !== 10 && n !== 1000) continue;
      for (const [i, average] of [ramped, plain].entries())
        expect(await average.averages[0]!.item()).toBeCloseTo(means[i]!, 6);
    }
    expect(means[0]).toBeLessThan(means[1]! / 10);
  });

  it("continue from their state", async () => {
    const [x, y] = [tensor([0]), tensor([0])];
    const [straight, stopped] = [new SWA([x]), new SWA([x])];
    for (const value of [1, 2, 6]) {
      x.assign(tensor([value]));
      straight.update();
      if (value < 6) stopped.update();
    }
    const resumed = new SWA([y]);
    resumed.loadStateDict(stopped.stateDict());
    y.assign(tensor([6]));
    resumed.update();
    expect(await resumed.averages[0]!.toArray()).toEqual(await straight.averages[0]!.toArray());
    expect(await stopped.averages[0]!.toArray()).toEqual([1.5]);
    expect(resumed.updateCount).toBe(3);
  });
});

describe("errors", () => {
  const x = (): Tensor[] => [zeros([2]).requireGrad()];
  it.each([
    [
      () => clipGradNorm([], -1),
      "clipGradNorm: maxNorm must be a finite number of at least 0: received -1.",
    ],
    [() => clipGradNorm([], 1, 0), "clipGradNorm: p must be above 0: received 0."],
    [
      () => {
        clipGradValue([], NaN);
      },
      "clipGradValue: maxValue must be a finite number of at least 0: received NaN.",
    ],
    [
      () => new EMA([]),
      "ema: there is nothing to average: received 0 tensors. Pass model.parameters().",
    ],
    [() => new EMA(x(), { decay: 1 }), "ema: decay must be at least 0 and below 1: received 1."],
    [
      () => new EMA(x(), { rampUp: -1 }),
      "ema: rampUp must be a finite number of at least 0: received -1.",
    ],
    [
      () => {
        new SWA(x()).loadStateDict(new SWA([zeros([3])]).stateDict());
      },
      "swa: the state does not fit: it has tensors [3], the weights [2]. Load it into an average made the same way.",
    ],
    [
      () => new Muon(x()),
      "muon: only matrices can be made orthogonal: received a parameter of shape [2]. Give it to another optimiser, such as AdamW.",
    ],
    [
      () => new SAM(new SGD(x(), { learningRate: 1 }), { rho: 0 }),
      "sam: rho must be a finite number above 0: received 0.",
    ],
    [() => new Lion(x(), { beta1: 1 }), "lion: beta1 must be at least 0 and below 1: received 1."],
    [
      () => new RMSprop(x(), { momentum: -1 }),
      "rmsprop: momentum must be a finite number of at least 0: received -1.",
    ],
    [
      () => new Adagrad(x(), { initialSum: Infinity }),
      "adagrad: initialSum must be a finite number of at least 0: received Infinity.",
    ],
    [
      () => new Rprop(x(), { etaPlus: 0.9 }),
      "rprop: etaMinus must be below 1 and etaPlus above: received 0.5 and 0.9.",
    ],
    [
      () => new Rprop(x(), { minimumStep: 2, maximumStep: 1 }),
      "rprop: minimumStep must not be above maximumStep: received 2 and 1.",
    ],
  ])("%#", (make, message) => {
    expect(make).toThrow(message);
  });
});
